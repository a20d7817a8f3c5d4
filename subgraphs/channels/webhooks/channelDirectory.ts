import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import { isUuid } from '../isUuid.ts';
import { webhookChannel } from '../queries/webhookChannel.ts';
import { remembered } from '../remembered.ts';

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
  const find = remembered<KnownChannel>({
    async read(id) {
      const row = await webhookChannel(database, id);
      return row && { id, ...row, webhookSecret: keyring.open(row.webhookSecret, id) };
    },
    count: (outcome) => lookups.inc({ outcome }),
    logger,
  });
  return {
    async find(named) {
      const channelId = named.toLowerCase();
      return isUuid(channelId) ? find(channelId) : undefined;
    },
  };
}
