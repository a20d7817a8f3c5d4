import { LRUCache } from 'lru-cache';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';
import { withTimeout } from '#platform/lifecycle/withTimeout.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import { isUuid } from '../isUuid.ts';
import { webhookChannel } from '../queries/webhookChannel.ts';

export interface KnownChannel {
  /** As the database writes it, however the webhook did. */
  readonly id: string;
  readonly companyId: string;
  readonly platform: Platform;
  /** The account's id on the platform. */
  readonly externalId: string;
  readonly webhookSecret: string;
}

export interface ChannelDirectory {
  /**
   * The channel that a webhook names, or undefined when there is none.
   *
   * @throws what the look-up threw when Postgres does not answer and nothing is remembered, or too many wait for it.
   */
  find(channelId: string): Promise<KnownChannel | undefined>;
}

/** A changed secret is believed after this time. */
const FRESH_MS = 10_000;
/** Postgres may be away for this long and the webhooks of known channels are still taken. */
const STALE_MS = 10 * 60_000;
/** How long a webhook of a known channel waits for Postgres. */
const REFRESH_LIMIT_MS = 300;
const MAX_REMEMBERED = 20_000;
/** Strangers who try ids must not use up the connections that everybody else needs. */
const MAX_LOOKUPS = 4;

/** Remembers channels in memory, so that a webhook costs no read, and outlives Postgres. */
export function createChannelDirectory(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly keyring: Keyring;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): ChannelDirectory {
  const { database, keyring, logger } = options;
  const lookups = options.metrics.counter(
    'switchboard_channels_webhook_lookups_total',
    'Channels that webhooks named, by how they were found',
    ['outcome'],
  );
  const known = new LRUCache<string, { channel: KnownChannel; freshUntil: number }>({
    max: MAX_REMEMBERED,
    ttl: STALE_MS,
  });
  // Apart, so that any number of wrong ids pushes no right one out.
  const unknown = new LRUCache<string, true>({ max: MAX_REMEMBERED, ttl: FRESH_MS });
  const running = new Map<string, Promise<KnownChannel | undefined>>();

  async function read(channelId: string): Promise<KnownChannel | undefined> {
    const row = await webhookChannel(database, channelId);
    if (!row) {
      known.delete(channelId);
      unknown.set(channelId, true);
      lookups.inc({ outcome: 'unknown' });
      return undefined;
    }
    const channel = { ...row, id: channelId, webhookSecret: keyring.open(row.webhookSecret, channelId) };
    known.set(channelId, { channel, freshUntil: performance.now() + FRESH_MS });
    lookups.inc({ outcome: 'read' });
    return channel;
  }

  /** One read for all who ask for a channel at once. */
  async function lookUp(channelId: string): Promise<KnownChannel | undefined> {
    const same = running.get(channelId);
    if (same) return same;
    if (running.size >= MAX_LOOKUPS) throw new Error('too many channels are being looked up');
    const reading = read(channelId).finally(() => running.delete(channelId));
    running.set(channelId, reading);
    return reading;
  }

  return {
    async find(named) {
      const channelId = named.toLowerCase();
      if (!isUuid(channelId) || unknown.has(channelId)) return undefined;
      const remembered = known.get(channelId);
      if (!remembered) return lookUp(channelId);
      if (performance.now() < remembered.freshUntil) return remembered.channel;
      try {
        return await withTimeout(lookUp(channelId), REFRESH_LIMIT_MS, `no answer within ${REFRESH_LIMIT_MS} ms`);
      } catch (error) {
        logger.warn({ err: error, channelId }, 'a channel could not be read again, going by memory');
        lookups.inc({ outcome: 'stale' });
        // Not before a second: with Postgres away, not every webhook has to find that out.
        remembered.freshUntil = performance.now() + 1_000;
        return remembered.channel;
      }
    },
  };
}
