import { v7 } from 'uuid';
import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import { findFirst } from '#platform/postgres/groupWrites.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import { unsaid, type MessageEntity } from '../entities/message.ts';
import type { Transaction } from '../facts.ts';
import { countMessage, writtenAt } from '../rules/messages.ts';
import type { Change } from '../rules/change.ts';
import { searchVector } from '../text/searchWords.ts';
import { beginsWithBot } from '../queries/botSettings.ts';
import { askBot } from './bot/askBot.ts';
import { openAgain } from './lifecycle/openAgain.ts';
import { switchBot } from './lifecycle/switchBot.ts';
import { conversationIn, isOver, openConversation } from './openConversation.ts';
import { findByExternalId } from './findMessage.ts';
import { findPlaces, openingOf } from './findPlaces.ts';
import { settleAssignee } from './settleAssignee.ts';
import { addMessage } from './addMessage.ts';

type Received = EventOf<SwitchboardCatalogue, 'channel.message.received'>;

/**
 * Somebody wrote: contact, identity, conversation and message become true together, once, however often and in however many
 * processes the event comes.
 *
 * A conversation that waits or sleeps goes on. A resolved one is opened again when the contact writes within
 * the company's window of the resolution (`reopenWithinMs` where it has none of its own); after that a new one begins.
 *
 * What a contact writes whom the company has blocked goes into the conversation that they had last, and does nothing else:
 * see `blockContact`.
 */
export async function receiveMessage(
  database: Database<SwitchboardCatalogue>,
  { companyId, data }: Pick<Received, 'companyId' | 'data'>,
  { reopenWithinMs }: { readonly reopenWithinMs: number },
): Promise<'created' | 'repeated'> {
  const now = new Date();
  const createdAt = writtenAt(data.sentAt, now);
  const arrived = { ...data, companyId, lastInboundAt: createdAt };
  const receive = findFirst(findPlaces, arrived, async (transaction: Transaction, place) => {
    const { identity, found } = place;
    const { channelId, externalMessageId: externalId, replyToExternalId } = data;
    if (found === 'repeated') return 'repeated';
    let conversation = found && conversationIn(transaction, found);
    const changes: Change[] = [];
    const muted = identity.blocked && conversation !== null;
    if (!conversation || (!muted && (await isOver(transaction, conversation, createdAt, reopenWithinMs)))) {
      const { platform } = data;
      const { number, bot } = await openingOf(transaction, companyId, place);
      const withBot = !data.standby && beginsWithBot(bot, channelId);
      const where = { number, channelId, platform, at: createdAt, withBot };
      conversation = await openConversation(transaction, companyId, identity, where);
      changes.push({ kind: 'OPENED' });
    }
    if (data.standby) changes.push(...switchBot(conversation, false));
    const reopened = !muted && wakesUp(conversation);
    const how = { at: now, byContact: true, botMayBegin: !data.standby };
    if (reopened) changes.push(...(await openAgain(transaction, conversation, how)));

    const repliedTo = await findByExternalId(transaction, companyId, { channelId, externalId: replyToExternalId });
    if (!muted) {
      conversation.inboundCount += 1;
      conversation.waitingSince ??= createdAt;
      changes.push(...(await settleAssignee(transaction, conversation, { reopened, at: now })));
    }
    const message: MessageEntity = {
      ...unsaid,
      companyId,
      id: v7(),
      conversationId: conversation.id,
      channelId,
      direction: 'INBOUND',
      authorKind: 'CONTACT',
      authorId: identity.contactId,
      senderName: data.senderName,
      isPrivate: false,
      text: data.text,
      attachments: data.attachments,
      replyToId: repliedTo?.id ?? null,
      payload: data.payload,
      story: data.story,
      referral: data.referral,
      status: 'RECEIVED',
      externalId,
      inboundOrdinal: conversation.inboundCount,
      search: searchVector(companyId, data.text),
      createdAt,
    };
    countMessage(conversation, message);
    await addMessage(transaction, {
      actor: { kind: 'contact', id: identity.contactId },
      conversation,
      message,
      changes,
      muted,
    });
    if (!muted && isWithBot(conversation)) await askBot(transaction, conversation);
    return 'created';
  });
  return database.write(companyId, receive);
}

/** PENDING without a bot has nobody who would answer. */
function wakesUp(conversation: ConversationEntity): boolean {
  return conversation.status !== 'OPEN' && !isWithBot(conversation);
}

function isWithBot({ status, botEnabled }: ConversationEntity): boolean {
  return status === 'PENDING' && botEnabled;
}
