import { LRUCache } from 'lru-cache';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';
import type { Database } from '#platform/postgres/database.ts';
import { accountChannel } from '../queries/accountChannel.ts';

export interface AccountDirectory {
  /**
   * The channel of a platform's account, or undefined when nobody has connected it.
   *
   * @throws what the look-up threw when Postgres does not answer and nothing is remembered.
   */
  find(platform: Platform, externalId: string): Promise<Found>;
}

type Found = { readonly id: string; readonly companyId: string } | undefined;

/** An account that was connected, or removed, is noticed after this time. */
const FRESH_MS = 10_000;
const MAX_REMEMBERED = 20_000;

/** Remembers whose account it is, so that an event costs no read. Accounts that nobody has are remembered apart. */
export function createAccountDirectory(database: Database<SwitchboardCatalogue>): AccountDirectory {
  const known = new LRUCache<string, { readonly id: string; readonly companyId: string }>({
    max: MAX_REMEMBERED,
    ttl: FRESH_MS,
  });
  const unknown = new LRUCache<string, true>({ max: MAX_REMEMBERED, ttl: FRESH_MS });
  const running = new Map<string, Promise<Found>>();

  async function read(key: string, platform: Platform, externalId: string): Promise<Found> {
    const channel = await accountChannel(database, platform, externalId);
    if (channel) known.set(key, channel);
    else unknown.set(key, true);
    return channel;
  }

  return {
    async find(platform, externalId) {
      const key = `${platform} ${externalId}`;
      if (unknown.has(key)) return undefined;
      const remembered = known.get(key);
      if (remembered) return remembered;
      // One read for all who ask at once: a batch of webhooks asks for the same few accounts.
      const reading = running.get(key) ?? read(key, platform, externalId).finally(() => running.delete(key));
      running.set(key, reading);
      return reading;
    },
  };
}
