import { instantOf } from '../fields.ts';
import type { InboundChannel, InboundFact } from '../inbound.ts';
import { externalMessageId } from './externalId.ts';
import type { TelegramBusinessConnection, TelegramDeletedMessages } from './update.ts';
import { contactOf, placeOf } from './who.ts';

/** A business let the bot into its own chats, or took that back; told in the chat of its owner with the bot. */
export function connectionFacts(
  channel: InboundChannel,
  { id, user, user_chat_id, date, is_enabled }: TelegramBusinessConnection,
): readonly InboundFact[] {
  const chat = { ...user, id: user_chat_id, type: 'private' } as const;
  return [
    {
      kind: 'activity',
      data: {
        ...placeOf(channel, { chat }),
        contact: contactOf(chat, user),
        kind: is_enabled ? 'ACCOUNT_LINKED' : 'ACCOUNT_UNLINKED',
        detail: { businessConnectionId: id },
        occurredAt: instantOf(date),
      },
    },
  ];
}

/** Only in a business's chats Telegram tells what was deleted, and not when. */
export function deletionFacts(channel: InboundChannel, deleted: TelegramDeletedMessages): readonly InboundFact[] {
  const place = placeOf(channel, deleted);
  const removedAt = new Date().toISOString();
  return deleted.message_ids.map((messageId) => ({
    kind: 'removal',
    data: { ...place, externalMessageId: externalMessageId(place.threadExternalId, messageId), removedAt },
  }));
}
