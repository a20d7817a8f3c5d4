import type { Piece } from './blocks.ts';

/**
 * The block structure of CommonMark as far as reading needs it: headings, paragraphs, lists, quotes, tables, fenced
 * code. Every pattern here is linear in its input, because whoever adds a document chooses it.
 */
export function* markdownPieces(source: string): Generator<Piece> {
  let lines: string[] = [];
  let fence: string | undefined;
  const take = (join: (lines: readonly string[]) => string): Piece[] => {
    const text = join(lines).trim();
    lines = [];
    return text === '' ? [] : [{ level: 0, text }];
  };
  for (const raw of withoutComments(withoutFrontMatter(source)).split(/\r?\n/)) {
    const mark = /^\s{0,3}(`{3,}|~{3,})/.exec(raw)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) && raw.trim() === mark) {
        fence = undefined;
        yield* take((code) => code.join('\n'));
      } else lines.push(raw);
      continue;
    }
    const line = raw.replace(/^(?:\s{0,3}>\s?)+/, '');
    const atx = /^\s{0,3}(#{1,6})(?:\s(.*))?$/s.exec(line);
    const underline = /^\s{0,3}(=+|-+)\s*$/.exec(line)?.[1];
    if (mark !== undefined) {
      yield* take(joinProse);
      fence = mark;
    } else if (atx) {
      yield* take(joinProse);
      const text = inlineText((atx[2] ?? '').replace(/(?:^|\s)#+\s*$/, ''));
      if (text !== '') yield { level: atx[1]?.length ?? 1, text };
    } else if (underline !== undefined && lines.length === 1) {
      const [title] = take(joinProse);
      if (title) yield { level: underline.startsWith('=') ? 1 : 2, text: title.text };
    } else if (line.trim() === '' || /^\s{0,3}(?:[-*_]\s*){3,}$/.test(line)) {
      yield* take(joinProse);
    } else {
      lines.push(line);
    }
  }
  yield* take(fence === undefined ? joinProse : (code) => code.join('\n'));
}

/** Lines that were only wrapped become one; items of a list and rows of a table keep theirs. */
function joinProse(lines: readonly string[]): string {
  let text = '';
  for (const line of lines) {
    if (/^\|?\s*:?--[-:|\s]*$/.test(line.trim()) || /^\s{0,3}\[[^[\]]+\]:\s/.test(line)) continue;
    const ownLine = /^\s*(?:[-*+]\s|\d{1,9}[.)]\s|\|)/.test(line);
    text += (text === '' ? '' : ownLine ? '\n' : ' ') + inlineText(line);
  }
  return text;
}

/** The words of a line: links by their text, emphasis, code marks and tags gone. */
function inlineText(line: string): string {
  return line
    .trim()
    .replace(/^[*+]\s/, '- ')
    .replace(/^\||\|$/g, '')
    .replace(/!?\[([^[\]]*)\]\([^()]*\)/g, '$1')
    .replace(/\[([^[\]]+)\]\[[^[\]]*\]/g, '$1')
    .replace(/<((?:https?:\/\/|mailto:)[^<>\s]+)>/g, '$1')
    .replace(/<\/?[a-z][^<>]*>/gi, ' ')
    .replace(/`+|~~/g, '')
    .replace(/(?<![\p{L}\p{N}\\])[*_]{1,3}(?=\S)|(?<=[^\s\\])[*_]{1,3}(?![\p{L}\p{N}])/gu, '')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .trim();
}

function withoutFrontMatter(source: string): string {
  if (!/^---\r?\n/.test(source)) return source;
  const end = /\n(?:---|\.\.\.)[^\S\n]*\r?(?:\n|$)/.exec(source);
  return end ? source.slice(end.index + end[0].length) : source;
}

function withoutComments(source: string): string {
  let text = '';
  let from = 0;
  for (;;) {
    const open = source.indexOf('<!--', from);
    const close = open === -1 ? -1 : source.indexOf('-->', open + 4);
    if (close === -1) return text + source.slice(from);
    text += source.slice(from, open);
    from = close + 3;
  }
}
