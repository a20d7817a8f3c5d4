import { UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import { ChannelError } from '../errors.ts';
import { channelSettings, type WebChatSettings } from '../settings.ts';

/** A web chat for a company's site. */
export interface NewWebChat {
  readonly id: string;
  readonly companyId: string;
  readonly name: string;
  /** What the site's pages name it by; unique. */
  readonly siteKey: string;
  /** What the site's own server signs its users' identities with. */
  readonly identitySecret: string;
  readonly settings: WebChatSettings;
}

/** @throws ChannelError `ACCOUNT_TAKEN`. */
export async function createWebChat(
  database: Database<SwitchboardCatalogue>,
  keyring: Keyring,
  { id, companyId, name, siteKey, identitySecret, settings }: NewWebChat,
): Promise<void> {
  const stored = channelSettings.parse({ webChat: settings });
  try {
    await database.write(
      companyId,
      ({ sql }) => sql`
        insert into channels.channels (id, company_id, platform, name, external_id, status, webhook_secret, settings)
        values (${id}, ${companyId}, 'WEB_CHAT', ${name}, ${siteKey}, 'ACTIVE', ${keyring.seal(identitySecret, id)},
          ${JSON.stringify(stored)}::jsonb)`,
    );
  } catch (error) {
    if (isTaken(error)) throw ChannelError.accountTaken('the web chat', siteKey, error);
    throw error;
  }
}

/** 23505: https://www.postgresql.org/docs/current/errcodes-appendix.html */
function isTaken(error: unknown): boolean {
  if (error instanceof UniqueConstraintViolationException) return true;
  return error instanceof Error && 'code' in error && error.code === '23505';
}
