/** The distinct tokens of a text. */
export type Tokenizer = (text: string) => ReadonlySet<string>;

export interface TextOptions {
  readonly tokenizer?: 'word' | 'whitespace' | undefined;
  readonly lowercase?: boolean | null | undefined;
  readonly min_token_len?: number | null | undefined;
  readonly max_token_len?: number | null | undefined;
}

const BETWEEN = { word: /[^\p{L}\p{N}]+/u, whitespace: /\s+/u };

/** How a text index with these options reads text, for documents and queries alike. */
export function createTokenizer(options: TextOptions): Tokenizer {
  const between = BETWEEN[options.tokenizer ?? 'word'];
  const shortest = Math.max(options.min_token_len ?? 1, 1);
  const longest = options.max_token_len ?? Infinity;
  return (text) => {
    const tokens = (options.lowercase === false ? text : text.toLowerCase()).split(between);
    return new Set(tokens.filter((token) => token.length >= shortest && token.length <= longest));
  };
}
