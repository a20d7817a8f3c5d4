import { v7 } from 'uuid';
import type { Citation } from '#schema/events/bot.ts';
import type { ConversationFacts } from '#schema/events/conversations.ts';
import type { ConversationEntity } from '../../entities/conversation.ts';
import { Message, unsaid, type MessageEntity } from '../../entities/message.ts';
import { messageFacts, type Transaction } from '../../facts.ts';
import { botId } from '../../ids.ts';
import { botSettings } from '../../queries/botSettings.ts';
import { countMessage } from '../../rules/messages.ts';
import { searchVector } from '../../text/searchWords.ts';
import { noResponse, type ResponseTimes } from '../measure.ts';

/** Who does it, in events and activities. */
export function botActor(companyId: string): { readonly kind: 'bot'; readonly id: string } {
  return { kind: 'bot', id: botId(companyId) };
}

/** Something that the bot writes: to the contact, or a note for agents. */
export async function botMessage(
  { em, sql }: Transaction,
  conversation: ConversationEntity,
  {
    id = v7(),
    text,
    citations = [],
    isPrivate = false,
    at,
  }: {
    readonly id?: string;
    readonly text: string;
    readonly citations?: readonly Citation[];
    readonly isPrivate?: boolean;
    readonly at: Date;
  },
): Promise<MessageEntity> {
  const { companyId } = conversation;
  const message = em.create(Message, {
    ...unsaid,
    companyId,
    id,
    conversationId: conversation.id,
    channelId: conversation.channelId,
    direction: 'OUTBOUND',
    authorKind: 'BOT',
    authorId: botId(companyId),
    senderName: (await botSettings(sql, companyId)).name,
    isPrivate,
    text,
    attachments: [],
    citations,
    // A note has nowhere to go.
    status: isPrivate ? 'SENT' : 'QUEUED',
    inboundOrdinal: conversation.inboundCount,
    search: searchVector(companyId, text),
    createdAt: at,
  });
  countMessage(conversation, message);
  return message;
}

/** Tells of what the bot wrote, after what it did to its conversation. */
export function tellBotMessage(
  { publish }: Transaction,
  {
    conversation,
    message,
    response = noResponse,
  }: {
    readonly conversation: ConversationFacts & { readonly threadExternalId: string };
    readonly message: MessageEntity;
    readonly response?: ResponseTimes;
  },
): void {
  const { threadExternalId } = conversation;
  publish({
    type: 'conversation.message.created',
    actor: botActor(message.companyId),
    data: {
      conversation,
      message: messageFacts(message),
      delivery: message.isPrivate ? null : { threadExternalId, replyToExternalId: null },
      ...response,
    },
  });
}
