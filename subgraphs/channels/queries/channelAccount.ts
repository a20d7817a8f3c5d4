import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';
import type { Account } from '../platforms/outbound.ts';
import { channelSettings } from '../settings.ts';

interface AccountRow {
  readonly platform: Platform;
  readonly externalId: string;
  readonly accessToken: string | null;
  readonly settings: unknown;
}

/** The account of a channel, its token opened; undefined when the channel is gone or has no token. */
export async function channelAccount(
  database: Database<SwitchboardCatalogue>,
  keyring: Keyring,
  { companyId, channelId }: { readonly companyId: string; readonly channelId: string },
): Promise<Account | undefined> {
  const session = database.session(companyId);
  try {
    const [row] = await session.read(
      (sql) => sql<AccountRow>`
        select platform, external_id as "externalId", access_token as "accessToken", settings
        from channels.channels where company_id = ${companyId} and id = ${channelId} and status <> 'REMOVED'`,
    );
    if (!row || row.accessToken === null) return undefined;
    const { platform, externalId, accessToken } = row;
    const settings = channelSettings.parse(row.settings);
    return { channelId, companyId, platform, externalId, token: keyring.open(accessToken, channelId), settings };
  } finally {
    await session.close();
  }
}
