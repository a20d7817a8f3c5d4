/** The most that sendMessage takes, in UTF-16 units. */
export const MAX_TEXT_LENGTH = 4096;

/** Ends of a paragraph, a line, a sentence, a word: the first that leaves a part at least half full is taken. */
const seams = [/\n{2,}/g, /\n/g, /[.!?]\s|[。！？]/g, /\s/g];
const characters = new Intl.Segmenter();

/**
 * Cuts a text into parts that Telegram takes, at the best seam near the end of each, never within a character
 * (as people see one: an emoji of several parts is one). Every
 * character but white space at the cuts is kept; white space alone is no part.
 */
export function splitText(text: string, limit = MAX_TEXT_LENGTH): string[] {
  const parts: string[] = [];
  let rest = text.trim();
  while (rest.length > limit) {
    const end = cutBefore(rest, limit);
    parts.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  if (rest) parts.push(rest);
  return parts;
}

function cutBefore(text: string, limit: number): number {
  const head = text.slice(0, limit);
  for (const seam of seams) {
    const last = [...head.matchAll(seam)].at(-1);
    if (last && last.index + last[0].length > limit / 2) return last.index + last[0].length;
  }
  const start = characters.segment(text).containing(limit)?.index ?? limit;
  if (start > limit / 2) return start;
  // One character as long as that is none: only a surrogate pair must stay whole.
  return /[\uD800-\uDBFF]$/.test(head) ? limit - 1 : limit;
}
