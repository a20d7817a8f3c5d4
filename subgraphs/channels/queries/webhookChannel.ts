import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';
import type { Database } from '#platform/postgres/database.ts';

/** What a webhook has to know about the channel that it names. */
export interface WebhookChannelRow {
  readonly companyId: string;
  readonly platform: Platform;
  /** Sealed. */
  readonly webhookSecret: string;
}

/** Look-ups by functions of the schema that answer for any company; every table is closed to this one. */
export const NO_COMPANY = '00000000-0000-0000-0000-000000000000';

/** The one read that is not bound to a company: it is what tells the company. */
export async function webhookChannel(
  database: Database<SwitchboardCatalogue>,
  channelId: string,
): Promise<WebhookChannelRow | undefined> {
  const session = database.session(NO_COMPANY);
  try {
    const rows = await session.read(
      (sql) => sql<WebhookChannelRow>`
        select company_id as "companyId", platform, webhook_secret as "webhookSecret"
        from channels.channel_for_webhook(${channelId})`,
    );
    return rows[0];
  } finally {
    await session.close();
  }
}
