import { UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import type { Actor } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';
import { Channel } from '../entities/channel.ts';
import { ChannelError } from '../errors.ts';
import type { ChannelSettings } from '../settings.ts';
import { auditChannel } from './auditChannel.ts';
import { connectionChanged } from './connectionChanged.ts';

/** An account to connect, as the platform knows it. */
export interface NewChannel {
  readonly id: string;
  readonly companyId: string;
  readonly platform: Platform;
  /** Page id, bot id, phone number id, site key. */
  readonly externalId: string;
  readonly name: string;
  /** Null: the platform has none. */
  readonly accessToken: string | null;
  /** What Telegram sends along with every update, and what the site of a web chat signs identities with. */
  readonly webhookSecret: string;
  readonly settings: ChannelSettings;
}

/**
 * Writes a channel down as it is, without asking its platform.
 *
 * @throws ChannelError `ACCOUNT_TAKEN`.
 */
export async function createChannel(
  database: Database<SwitchboardCatalogue>,
  keyring: Keyring,
  { accessToken, webhookSecret, ...given }: NewChannel,
  actor: Actor = { kind: 'system' },
): Promise<void> {
  const { id, companyId, platform, externalId } = given;
  try {
    await database.write(companyId, async ({ em, publish }) => {
      const channel = em.create(Channel, {
        ...given,
        status: 'ACTIVE',
        accessToken: accessToken === null ? null : keyring.seal(accessToken, id),
        webhookSecret: keyring.seal(webhookSecret, id),
      });
      em.persist(channel);
      publish(connectionChanged(channel, actor));
      const audited = auditChannel(null, channel, actor);
      if (audited) publish(audited);
    });
  } catch (error) {
    if (error instanceof UniqueConstraintViolationException) {
      throw ChannelError.accountTaken(platform, externalId, error);
    }
    throw error;
  }
}
