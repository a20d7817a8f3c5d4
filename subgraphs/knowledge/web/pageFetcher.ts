import { buffer } from 'node:stream/consumers';
import type { FileOnItsWay, PublicFetch } from '#platform/http/publicFetch.ts';
import { PublicFetchError } from '#platform/http/publicFetchError.ts';
import { TextError } from '../text/errors.ts';
import type { FileToRead } from '../text/extract.ts';
import { fileFormatOf } from '../text/fileFormat.ts';
import type { HostPace } from './hostPace.ts';
import { createRobotsRules } from './robotsRules.ts';
import { unpacked } from './unpacked.ts';

/** What a page turned out to be. */
export interface FetchedPage extends FileToRead {
  readonly format: NonNullable<ReturnType<typeof fileFormatOf>>;
}

/** Gets pages that a company wants to have among its documents, as a polite visitor. */
export interface PageFetcher {
  /**
   * @throws TextError for what cannot be read: no public address, forbidden by robots.txt, of another kind, too large, gone, away.
   */
  page(address: string, signal: AbortSignal): Promise<FetchedPage>;
  /** The bytes at an address, be they packed or not, and where they were in the end. Throws as `page` does. */
  file(address: string, signal: AbortSignal): Promise<{ readonly bytes: Buffer; readonly url: URL }>;
}

/** As it introduces itself, and as robots.txt may name it. */
export const AGENT = 'SwitchboardBot';
const USER_AGENT = `${AGENT}/1.0`;
const MAX_BYTES = 10 * 1024 ** 2;

export function createPageFetcher({
  fetcher,
  pace,
}: {
  readonly fetcher: PublicFetch;
  readonly pace: HostPace;
}): PageFetcher {
  const robots = createRobotsRules(
    (address) => fetcher.fetch(address, { maxBytes: MAX_BYTES, userAgent: USER_AGENT }),
    AGENT,
  );

  /** Waits until the address may be visited. */
  async function knock(url: URL): Promise<void> {
    const { isAllowed, pauseMs } = await robots.of(url);
    if (!isAllowed) throw TextError.forbiddenByRobots();
    await pace.turn(url.host, pauseMs);
  }

  async function open(address: string, signal: AbortSignal): Promise<FileOnItsWay> {
    const url = URL.parse(address);
    if (!url) throw TextError.unreachable('not an address');
    await knock(url);
    return fetcher.open(url.href, { maxBytes: MAX_BYTES, userAgent: USER_AGENT, beforeRedirect: knock, signal });
  }

  return {
    page(address, signal) {
      return refusing(async () => {
        const opened = await open(address, signal);
        const { stream, mimeType, url } = opened;
        const format = fileFormatOf({ mimeType, name: url.pathname });
        if (!format) {
          stream.destroy();
          throw TextError.unsupported(mimeType ?? 'unknown');
        }
        const charset = /charset\s*=\s*"?([\w-]+)/i.exec(mimeType ?? '')?.[1];
        return { bytes: await unpacked(await buffer(stream), opened.encoding, MAX_BYTES), format, charset };
      });
    },
    file(address, signal) {
      return refusing(async () => {
        const { stream, encoding, url } = await open(address, signal);
        return { bytes: await unpacked(await buffer(stream), encoding, MAX_BYTES), url };
      });
    },
  };
}

/** What is said to the person who gave the address: nothing of what stands behind it. */
const reasons: Readonly<Record<PublicFetchError['code'], string>> = {
  FORBIDDEN_ADDRESS: 'no address of the open internet',
  NOT_FOUND: 'there is nothing',
  TOO_LARGE: 'too large',
  UNAVAILABLE: 'it does not answer now',
};

/** A document at such an address has failed, and can be refreshed. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PublicFetchError)) throw error;
    throw error.code === 'UNAVAILABLE'
      ? TextError.away(reasons.UNAVAILABLE)
      : TextError.unreachable(reasons[error.code]);
  }
}
