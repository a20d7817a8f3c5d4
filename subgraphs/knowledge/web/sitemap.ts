import { TextError } from '../text/errors.ts';
import type { PageFetcher } from './pageFetcher.ts';

/** Of one import: a help centre is smaller, and what is larger is no help centre. */
export const MOST_PAGES = 1_000;
const MOST_SITEMAPS = 20;
/** Of one file, as the standard has it. */
const MOST_LOCATIONS = 50_000;
/** As of addresses that people give. */
const MAX_URL = 2_000;
const LOCATION = /<loc>\s{0,100}(?:<!\[CDATA\[)?([^<>]{1,4000}?)(?:\]\]>\s{0,100})?<\/loc>/gi;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * The addresses of a sitemap, and of those that it refers to, each once. Of other hosts than its own none is taken: nobody speaks
 * for them. Its own is the one of the address, or to which that leads.
 *
 * @throws TextError when it is none, too much of it, or nothing in it. As a page's fetch else.
 */
export async function pagesOfSitemap(
  fetcher: Pick<PageFetcher, 'file'>,
  address: string,
  signal: AbortSignal,
): Promise<string[]> {
  const hosts = new Set([new URL(address).host]);
  const sitemaps = new Set([address]);
  const pages = new Set<string>();
  // What is found on the way is read as well: a set goes on to what is added.
  for (const next of sitemaps) {
    const { bytes, url } = await fetcher.file(next, signal);
    if (next === address) hosts.add(url.host);
    const text = bytes.toString();
    const isIndex = /<sitemapindex[\s>]/i.test(text);
    if (!isIndex && !/<urlset[\s>]/i.test(text)) throw TextError.noSitemap();
    for (const found of locationsOf(text)) {
      if (hosts.has(found.host)) (isIndex ? sitemaps : pages).add(found.href);
      if (sitemaps.size > MOST_SITEMAPS) throw TextError.sitemapTooLarge(`${MOST_SITEMAPS} sitemaps`);
      if (pages.size > MOST_PAGES) throw TextError.sitemapTooLarge(`${MOST_PAGES} pages`);
    }
  }
  if (pages.size === 0) throw TextError.emptySitemap();
  return [...pages];
}

function* locationsOf(text: string): Generator<URL> {
  let count = 0;
  for (const [, location = ''] of text.matchAll(LOCATION)) {
    count += 1;
    if (count > MOST_LOCATIONS) throw TextError.sitemapTooLarge(`${MOST_LOCATIONS} addresses`);
    const url = URL.parse(
      location.trim().replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name] ?? ''),
    );
    if (!url || url.username !== '' || url.password !== '' || url.href.length > MAX_URL) continue;
    url.hash = '';
    yield url;
  }
}
