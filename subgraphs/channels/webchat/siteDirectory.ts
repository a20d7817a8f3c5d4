import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import { webChatSite, type WebChatSite } from '../queries/webChatSite.ts';
import { remembered } from '../remembered.ts';

/** The web chat that a page names by its site key, or undefined when there is none. */
export type FindSite = (siteKey: string) => Promise<WebChatSite | undefined>;

/** What `connectChannel` gives out, and room for names that people choose: everything else is asked of nobody. */
const siteKeyForm = /^[\w-]{1,100}$/;

/** Remembers web chats in memory: every page view of every site asks for one. */
export function createSiteDirectory(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly keyring: Keyring;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): FindSite {
  const { database, keyring, logger } = options;
  const lookups = options.metrics.counter(
    'switchboard_channels_site_lookups_total',
    'Web chats that pages named, by how they were found',
    ['outcome'],
  );
  const find = remembered({
    read: (siteKey) => webChatSite(database, keyring, siteKey),
    count: (outcome) => lookups.inc({ outcome }),
    logger,
  });
  return async (siteKey) => (siteKeyForm.test(siteKey) ? find(siteKey) : undefined);
}
