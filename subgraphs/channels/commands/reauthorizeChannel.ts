import type { Identity } from '#platform/identity/identity.ts';
import { AccountError } from '../platforms/account.ts';
import type { Account } from '../platforms/outbound.ts';
import { connectedChannel, type ConnectedChannel } from '../queries/connectedChannel.ts';
import { webhookUrl } from '../webhookUrl.ts';
import { adminOf } from './asAdmin.ts';
import { changeChannel } from './changeChannel.ts';
import type { ChannelTools } from './channelTools.ts';
import { accessToken, invalid } from './inputFields.ts';
import { accountRefused, promptly } from './platformErrors.ts';
import { resumeQueues } from './resumeQueues.ts';
import { channelNotFound, refuse, type Outcome } from './outcome.ts';

const fields = { account: ['token'], id: ['token'], token: ['token'] };

/** Gives a channel a new token of the same account: it becomes ACTIVE, and what waited goes out. */
export async function reauthorizeChannel(
  tools: ChannelTools,
  identity: Identity,
  input: { readonly channelId: string; readonly token: string },
): Promise<Outcome<{ channelId: string }>> {
  const admin = adminOf(identity);
  const token = accessToken.safeParse(input.token);
  if (!token.success) return invalid(token.error, 'token');
  const channel = await connectedChannel(tools.database, admin.companyId, input.channelId);
  if (!channel) return channelNotFound();
  if (channel.platform === 'WEB_CHAT') {
    return refuse('INVALID', 'A web chat has no token: give it a new identity secret instead.', 'channelId');
  }
  try {
    await registerAnew(tools, channel, token.data);
  } catch (error) {
    const refused = accountRefused(error, fields);
    if (!refused) throw error;
    return refused;
  }
  return changeChannel(tools.database, admin, channel.id, async (changed, { sql }) => {
    changed.accessToken = tools.keyring.seal(token.data, changed.id);
    changed.status = 'ACTIVE';
    await resumeQueues(sql, changed.companyId, changed.id);
  });
}

/** A token that died may have taken its webhooks with it. */
async function registerAnew(
  { keyring, accounts, publicUrl }: ChannelTools,
  channel: ConnectedChannel,
  token: string,
): Promise<void> {
  const { id, companyId, platform, externalId, settings } = channel;
  const account: Account = { channelId: id, companyId, platform, externalId, token, settings };
  const api = accounts[platform];
  const verified = await promptly(api.verify(account));
  if (verified.externalId !== externalId) {
    throw new AccountError(
      'WRONG_ACCOUNT',
      `The token is that of ${verified.name} (${verified.externalId}): give one of ${externalId}, or connect the other account as a channel of its own`,
    );
  }
  const url = webhookUrl(publicUrl, channel);
  if (url !== null) {
    await promptly(api.register(account, { url, secret: keyring.open(channel.webhookSecret, id) }));
  }
}
