import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import { channelSettings, type WebChatSettings } from '../settings.ts';
import { accountChannel } from './accountChannel.ts';

/** A web chat as its pages meet it. */
export interface WebChatSite {
  readonly companyId: string;
  readonly channelId: string;
  /** Signs who is signed in at the site; only the site's own server has it besides us. */
  readonly identitySecret: string;
  readonly settings: WebChatSettings;
}

/** The web chat with this site key, whatever the company; undefined when there is none (any more). */
export async function webChatSite(
  database: Database<SwitchboardCatalogue>,
  keyring: Keyring,
  siteKey: string,
): Promise<WebChatSite | undefined> {
  const channel = await accountChannel(database, 'WEB_CHAT', siteKey);
  if (!channel) return undefined;
  const { id: channelId, companyId } = channel;
  const session = database.session(companyId);
  try {
    const [row] = await session.read(
      (sql) => sql<{ secret: string; settings: unknown }>`
        select webhook_secret as secret, settings from channels.channels
        where company_id = ${companyId} and id = ${channelId}`,
    );
    const settings = row && channelSettings.parse(row.settings).webChat;
    if (!settings) return undefined;
    return { companyId, channelId, identitySecret: keyring.open(row.secret, channelId), settings };
  } finally {
    await session.close();
  }
}
