import { UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import { Channel } from '../entities/channel.ts';
import { ChannelError } from '../errors.ts';

/** A Telegram bot to connect. */
export interface NewChannel {
  readonly id: string;
  readonly companyId: string;
  readonly name: string;
  /** As BotFather gives it; the bot's id is the part before the colon. */
  readonly botToken: string;
  /** What Telegram has to send along with every update. */
  readonly webhookSecret: string;
}

/** @throws ChannelError `BAD_ACCESS_TOKEN`, `BAD_WEBHOOK_SECRET`, `ACCOUNT_TAKEN`. */
export async function createChannel(
  database: Database<SwitchboardCatalogue>,
  keyring: Keyring,
  { id, companyId, name, botToken, webhookSecret }: NewChannel,
): Promise<void> {
  const externalId = /^(\d+):[\w-]{20,}$/.exec(botToken)?.[1];
  if (externalId === undefined) throw ChannelError.badToken();
  if (!/^[\w-]{1,256}$/.test(webhookSecret)) throw ChannelError.badWebhookSecret();
  try {
    await database.write(companyId, async ({ em }) => {
      const channel = em.create(Channel, {
        id,
        companyId,
        platform: 'TELEGRAM',
        name,
        externalId,
        status: 'ACTIVE',
        accessToken: keyring.seal(botToken, id),
        webhookSecret: keyring.seal(webhookSecret, id),
      });
      em.persist(channel);
    });
  } catch (error) {
    if (error instanceof UniqueConstraintViolationException) {
      throw ChannelError.accountTaken('Telegram', externalId, error);
    }
    throw error;
  }
}
