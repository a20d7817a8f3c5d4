import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';
import { createChannel } from '#channels/commands/createChannel.ts';
import { createCompany } from '#channels/commands/createCompany.ts';
import { channelSettings } from '#channels/settings.ts';
import type { ChannelsStack } from './channelsStack.ts';

export type BenchPlatform = 'MESSENGER' | 'INSTAGRAM' | 'TELEGRAM' | 'WHATSAPP';

export interface BenchAccount {
  readonly platform: BenchPlatform;
  readonly companyId: string;
  readonly channelId: string;
  readonly externalId: string;
  readonly accessToken: string;
  readonly webhookSecret: string;
}

/** Two companies, each with an account on every one of the platforms. */
export async function connectAccounts(
  { database, keyring }: Pick<ChannelsStack, 'database' | 'keyring'>,
  platforms: readonly BenchPlatform[],
): Promise<BenchAccount[]> {
  const accounts: BenchAccount[] = [];
  for (const slug of ['one', 'two']) {
    const companyId = v7();
    await createCompany(database, { id: companyId, slug, name: slug, timeZone: 'Europe/Berlin' });
    for (const platform of platforms) {
      const externalId = String(1_000_000_000 + accounts.length);
      const account = {
        platform,
        companyId,
        externalId,
        accessToken: `${externalId}:${randomBytes(18).toString('base64url')}`,
        webhookSecret: randomBytes(16).toString('hex'),
      };
      const channelId = v7();
      await createChannel(database, keyring, {
        id: channelId,
        ...account,
        name: slug,
        settings: channelSettings.parse({}),
      });
      accounts.push({ ...account, channelId });
    }
  }
  return accounts;
}
