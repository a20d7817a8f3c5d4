import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import type { Account } from '../platforms/outbound.ts';
import { webhookUrl } from '../webhookUrl.ts';
import { readAccount, type AccountInput, type GivenAccount } from './accountInput.ts';
import { adminOf, type Admin } from './asAdmin.ts';
import { changeChannel } from './changeChannel.ts';
import type { ChannelTools } from './channelTools.ts';
import { createChannel } from './createChannel.ts';
import { channelName, invalid } from './inputFields.ts';
import { markRemoved } from './markRemoved.ts';
import { newSecret } from './newSecret.ts';
import { accountRefused, promptly } from './platformErrors.ts';
import type { Outcome } from './outcome.ts';

export interface Connected {
  readonly channelId: string;
  /** Of a web chat. */
  readonly identitySecret: string | null;
}

/**
 * Connects an account: asks the platform whose the credentials are, writes the channel down (which decides whether somebody
 * else has the account), and lets the platform deliver its webhooks. When that last step fails, the channel is removed again.
 */
export async function connectChannel(
  tools: ChannelTools,
  identity: Identity,
  input: AccountInput & { readonly name?: string | null | undefined },
): Promise<Outcome<Connected>> {
  const admin = adminOf(identity);
  const name = channelName.nullish().safeParse(input.name);
  if (!name.success) return invalid(name.error, 'name');
  const given = readAccount(input);
  if ('userErrors' in given) return given;
  try {
    return await connect(tools, admin, given.account, name.data ?? undefined);
  } catch (error) {
    const refused = accountRefused(error, given.fields);
    if (!refused) throw error;
    return refused;
  }
}

async function connect(
  tools: ChannelTools,
  admin: Admin,
  { platform, externalId, token, settings }: GivenAccount,
  name: string | undefined,
): Promise<Connected> {
  const { database, keyring, accounts, publicUrl } = tools;
  const api = accounts[platform];
  const id = v7();
  const { companyId } = admin;
  const account: Account = { channelId: id, companyId, platform, externalId, token: token ?? '', settings };
  const webhookSecret = newSecret();

  const verified = await promptly(api.verify(account));
  const channel = { id, companyId, platform, externalId: verified.externalId, name: name ?? verified.name, settings };
  await createChannel(database, keyring, { ...channel, accessToken: token, webhookSecret }, admin.actor);
  const url = webhookUrl(publicUrl, channel);
  if (url !== null) {
    try {
      await promptly(api.register(account, { url, secret: webhookSecret }));
    } catch (error) {
      await changeChannel(database, admin, id, markRemoved);
      throw error;
    }
  }
  return { channelId: id, identitySecret: platform === 'WEB_CHAT' ? webhookSecret : null };
}
