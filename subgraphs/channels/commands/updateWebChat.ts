import type { Identity } from '#platform/identity/identity.ts';
import { adminOf } from './asAdmin.ts';
import { changeChannel } from './changeChannel.ts';
import type { ChannelTools } from './channelTools.ts';
import { channelName, invalid, webChatFields } from './inputFields.ts';
import { notAWebChat, type Outcome } from './outcome.ts';

const namedWebChat = webChatFields.extend({ name: channelName });

/** What is undefined or null stays as it is. */
export async function updateWebChat(
  { database }: ChannelTools,
  identity: Identity,
  input: { readonly channelId: string } & { readonly [field in keyof typeof namedWebChat.shape]?: unknown },
): Promise<Outcome<{ channelId: string }>> {
  const { channelId, ...fields } = input;
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));
  return changeChannel(database, adminOf(identity), channelId, async (channel) => {
    if (!channel.settings.webChat) return notAWebChat();
    const changed = namedWebChat.safeParse({ name: channel.name, ...channel.settings.webChat, ...given });
    if (!changed.success) return invalid(changed.error);
    const { name, ...webChat } = changed.data;
    channel.name = name;
    channel.settings = { ...channel.settings, webChat };
    return undefined;
  });
}
