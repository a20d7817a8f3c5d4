import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';
import type { Database } from '#platform/postgres/database.ts';

/** What a webhook has to know about the channel that it names. */
export interface WebhookChannelRow {
  readonly companyId: string;
  readonly platform: Platform;
  /** The account's id on the platform. */
  readonly externalId: string;
  /** Sealed. */
  readonly webhookSecret: string;
}

/** Undefined when there is no such channel. */
export async function webhookChannel(
  database: Database<SwitchboardCatalogue>,
  channelId: string,
): Promise<WebhookChannelRow | undefined> {
  const [channel] = await database.lookup(
    (sql) => sql<WebhookChannelRow>`
      select company_id as "companyId", platform, external_id as "externalId",
        webhook_secret as "webhookSecret"
      from channels.channel_for_webhook(${channelId})`,
  );
  return channel;
}
