import type { Data, InboundChannel } from '../inbound.ts';
import { threadOf } from './externalId.ts';
import type { TelegramChat, TelegramUser } from './update.ts';

type Contact = Data<'channel.message.received'>['contact'];

/** Where something happened, as every fact says it. */
export function placeOf(
  channel: InboundChannel,
  {
    chat,
    business_connection_id,
  }: { readonly chat: TelegramChat; readonly business_connection_id?: string | undefined },
): { readonly channelId: string; readonly threadExternalId: string } {
  return { channelId: channel.id, threadExternalId: threadOf(chat.id, business_connection_id) };
}

/** The other side of a chat: the person, or the whole of a group or channel. */
export function contactOf(chat: TelegramChat, from: TelegramUser | undefined): Contact {
  const person = from?.id === chat.id ? from : undefined;
  return {
    externalId: String(chat.id),
    name: nameOf(person ?? chat),
    username: (person ?? chat).username || null,
    languageCode: person?.language_code || null,
    phone: null,
  };
}

/** What a person or a chat is called; null when it says nothing. */
export function nameOf(named: {
  readonly title?: string | undefined;
  readonly first_name?: string | undefined;
  readonly last_name?: string | undefined;
}): string | null {
  return named.title || [named.first_name, named.last_name].filter(Boolean).join(' ') || null;
}

/** Which member of a group wrote; null where there are only two. */
export function senderNameOf({
  chat,
  from,
  sender_chat,
}: {
  readonly chat: TelegramChat;
  readonly from?: TelegramUser | undefined;
  readonly sender_chat?: TelegramChat | undefined;
}): string | null {
  const sender = sender_chat ?? from;
  return chat.type === 'private' || !sender ? null : nameOf(sender);
}

export function isBot(channel: InboundChannel, user: TelegramUser | undefined): boolean {
  return user !== undefined && String(user.id) === channel.externalId;
}
