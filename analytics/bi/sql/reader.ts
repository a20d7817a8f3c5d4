import { BiError } from '../errors.ts';

/** A piece of SQL as the engine's formatter writes it: without comments, and with one way to quote. */
export type Token =
  | { readonly kind: 'word' | 'name' | 'string' | 'number' | 'sign'; readonly text: string }
  | { readonly kind: 'parameter'; readonly text: string; readonly type: string }
  | { readonly kind: 'end'; readonly text: '' };

const END: Token = { kind: 'end', text: '' };
const SPACE = /[ \n]+/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0x[0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?/y;
const PARAMETER = /\{([A-Za-z_][A-Za-z0-9_]*):([^{}]+)\}/y;
const SIGN = /<=>|->|::|\|\||<=|>=|!=|<>|==|[-+*/%=<>()[\],.?:;]/y;
/** Both kinds of quotes, with what may stand between them. */
const QUOTED = /'((?:[^'\\]|\\[^])*)'|`((?:[^`\\]|\\[^])*)`|"((?:[^"\\]|\\[^])*)"/y;

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Reads tokens one by one, and looks ahead. */
export interface Reader {
  /** The token `ahead` of the next one. */
  peek(ahead?: number): Token;
  next(): Token;
  /** Whether a keyword, or several in a row, come next; in capitals. */
  sees(...keywords: readonly string[]): boolean;
  /** Takes the keywords when they come next. */
  takes(...keywords: readonly string[]): boolean;
  seesSign(sign: string): boolean;
  takesSign(sign: string): boolean;
  /** @throws BiError `SYNTAX_ERROR` when something else comes. */
  expectSign(sign: string): void;
  expect(...keywords: readonly string[]): void;
  /** A name, quoted or not. @throws BiError */
  name(): string;
  /** Nothing of the kind is understood here. */
  refuse(): never;
}

/** @throws BiError `SYNTAX_ERROR` for what the engine's formatter does not write. */
export function readTokens(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(sql);
    if (found) at += found[0].length;
    return found;
  };
  while (at < sql.length) {
    if (match(SPACE)) continue;
    tokens.push(readToken(match) ?? refuseText(sql.slice(at, at + 20)));
  }
  return tokens;
}

function readToken(match: (pattern: RegExp) => RegExpExecArray | null): Token | undefined {
  const word = match(WORD);
  if (word) return { kind: 'word', text: word[0] };
  const number = match(NUMBER);
  if (number) return { kind: 'number', text: number[0] };
  const quoted = match(QUOTED);
  if (quoted) {
    const [, string, tick, double] = quoted;
    return string === undefined
      ? { kind: 'name', text: unescaped(tick ?? double ?? '') }
      : { kind: 'string', text: unescaped(string) };
  }
  const parameter = match(PARAMETER);
  if (parameter) return { kind: 'parameter', text: parameter[1] ?? '', type: parameter[2] ?? '' };
  const sign = match(SIGN);
  return sign ? { kind: 'sign', text: sign[0] } : undefined;
}

export function createReader(tokens: readonly Token[]): Reader {
  let at = 0;

  const reader: Reader = {
    peek: (ahead = 0) => tokens[at + ahead] ?? END,
    next() {
      const token = reader.peek();
      at += 1;
      return token;
    },
    sees: (...keywords) =>
      keywords.every((keyword, ahead) => {
        const { kind, text } = reader.peek(ahead);
        return kind === 'word' && text.toUpperCase() === keyword;
      }),
    takes(...keywords) {
      if (!reader.sees(...keywords)) return false;
      at += keywords.length;
      return true;
    },
    seesSign(sign) {
      const { kind, text } = reader.peek();
      return kind === 'sign' && text === sign;
    },
    takesSign(sign) {
      if (!reader.seesSign(sign)) return false;
      at += 1;
      return true;
    },
    expectSign(sign) {
      if (!reader.takesSign(sign)) reader.refuse();
    },
    expect(...keywords) {
      if (!reader.takes(...keywords)) reader.refuse();
    },
    name() {
      const { kind, text } = reader.next();
      if (kind !== 'word' && kind !== 'name') throw BiError.syntax(text);
      return text;
    },
    refuse() {
      throw BiError.syntax(reader.peek().text);
    },
  };
  return reader;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([^])/g, (_whole, escape: string) => escapes[escape] ?? literal(escape));
}

/** `\x41` and the like are written out by the formatter. */
function literal(escape: string): string {
  if (/[A-Za-z0-9]/.test(escape)) throw BiError.syntax(`\\${escape}`);
  return escape;
}

function refuseText(text: string): never {
  throw BiError.syntax(text);
}
