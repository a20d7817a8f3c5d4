import { plainOf } from '../text/html.ts';

/** Longer than any that people read. */
const MAX_MARKUP = 5_000;

/** What a page calls itself; undefined when it does not. */
export function titleOf(html: string): string | undefined {
  const start = html.search(/<title[\s>]/i);
  if (start === -1) return undefined;
  const from = html.indexOf('>', start) + 1;
  const markup = html.slice(from, from + MAX_MARKUP);
  const title = plainOf(markup.slice(0, Math.max(0, markup.indexOf('<'))));
  return title === '' ? undefined : title;
}
