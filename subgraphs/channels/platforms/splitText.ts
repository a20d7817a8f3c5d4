/** How a platform counts the length of a text. */
export type TextMeasure = 'UTF16_UNITS' | 'UTF8_BYTES';

/** Ends of a paragraph, a line, a sentence, a word: the first that leaves a part at least half full is taken. */
const seams = [/\n{2,}/g, /\n/g, /[.!?]\s|[。！？]/g, /\s/g];
const characters = new Intl.Segmenter();
const encoder = new TextEncoder();

/**
 * Cuts a text into parts that a platform takes, at the best seam near the end of each, never within a character
 * (as people see one: an emoji of several parts is one). Every
 * character but white space at the cuts is kept; white space alone is no part.
 *
 * @param limit The most that a part may have, as `measure` counts; room for one code point at least.
 */
export function splitText(text: string, limit: number, measure: TextMeasure = 'UTF16_UNITS'): string[] {
  const parts: string[] = [];
  let rest = text.trim();
  while (rest) {
    const head = headOf(rest, limit, measure);
    const end = head.length < rest.length ? cutBefore(rest, head) : rest.length;
    parts.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return parts;
}

/** The longest beginning within the limit; of bytes it has whole code points only. */
function headOf(text: string, limit: number, measure: TextMeasure): string {
  if (measure === 'UTF16_UNITS') return text.slice(0, limit);
  return text.slice(0, encoder.encodeInto(text, new Uint8Array(limit)).read);
}

function cutBefore(text: string, head: string): number {
  for (const seam of seams) {
    const last = [...head.matchAll(seam)].at(-1);
    if (last && last.index + last[0].length > head.length / 2) return last.index + last[0].length;
  }
  const start = characters.segment(text).containing(head.length)?.index ?? head.length;
  if (start > head.length / 2) return start;
  // One character as long as that is none: only a surrogate pair must stay whole.
  return /[\uD800-\uDBFF]$/.test(head) ? head.length - 1 : head.length;
}
