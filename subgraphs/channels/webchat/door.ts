import type { FastifyRequest } from 'fastify';
import { HttpError } from '#platform/http/errors.ts';
import type { Pacer } from '#platform/limits/pacer.ts';
import type { WebChatSite } from '../queries/webChatSite.ts';
import type { FindSite } from './siteDirectory.ts';

/** A page of a site that may show the web chat. */
export interface Page {
  readonly site: WebChatSite;
  readonly origin: string;
}

/**
 * Lets a page's request in, before anything else of it is read.
 *
 * @param purpose What is limited: so many from one address in a minute.
 * @throws HttpError 429 `RATE_LIMITED`, 404, 403 `ORIGIN_NOT_ALLOWED`, and 503 while the web chat cannot be looked up.
 */
export type Door = (request: FastifyRequest<{ Params: { siteKey: string } }>, purpose: string) => Promise<Page>;

const PER_MINUTE = 20;
const RETRY_AFTER_SECONDS = 5;

export function createDoor({ findSite, pacer }: { readonly findSite: FindSite; readonly pacer: Pacer }): Door {
  async function limit(address: string, purpose: string): Promise<void> {
    const key = `chat:${purpose}:${address}`;
    const waitMs = await pacer.take([{ key, perSecond: PER_MINUTE / 60, burst: PER_MINUTE }]);
    if (waitMs === 0) return;
    throw HttpError.tooManyRequests('Too many requests come from this address: wait.', Math.ceil(waitMs / 1_000));
  }

  async function siteOf(siteKey: string): Promise<WebChatSite> {
    const site = await findSite(siteKey).catch((cause: unknown) => {
      const retryAfterSeconds = RETRY_AFTER_SECONDS;
      throw HttpError.unavailable('The chat cannot be looked up now: try again.', { retryAfterSeconds, cause });
    });
    if (!site) throw HttpError.notFound('There is no web chat with this site key.');
    return site;
  }

  return async (request, purpose) => {
    await limit(request.ip, purpose);
    const site = await siteOf(request.params.siteKey);
    const { origin } = request.headers;
    if (origin === undefined || !site.settings.allowedOrigins.includes(origin)) {
      const message = `The web chat may not be shown on ${origin ?? 'a page without an origin'}: its settings do not name it.`;
      throw HttpError.forbidden(message, 'ORIGIN_NOT_ALLOWED');
    }
    return { site, origin };
  };
}
