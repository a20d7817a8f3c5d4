import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';
import { isUuid } from '../isUuid.ts';
import { channelSettings, type ChannelSettings } from '../settings.ts';

/** A channel with its credentials, sealed. */
export interface ConnectedChannel {
  readonly id: string;
  readonly companyId: string;
  readonly platform: Platform;
  readonly externalId: string;
  readonly accessToken: string | null;
  readonly webhookSecret: string;
  readonly settings: ChannelSettings;
}

/** Undefined when the company has no such channel, or has removed it. Holds no connection afterwards. */
export async function connectedChannel(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  id: string,
): Promise<ConnectedChannel | undefined> {
  if (!isUuid(id)) return undefined;
  const session = database.session(companyId);
  try {
    const [channel] = await session.read(
      (sql) => sql<Omit<ConnectedChannel, 'settings'> & { readonly settings: unknown }>`
        select id, company_id as "companyId", platform, external_id as "externalId", access_token as "accessToken",
          webhook_secret as "webhookSecret", settings
        from channels.channels where company_id = ${companyId} and id = ${id} and status <> 'REMOVED'`,
    );
    return channel && { ...channel, settings: channelSettings.parse(channel.settings) };
  } finally {
    await session.close();
  }
}
