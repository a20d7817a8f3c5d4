import { v7 } from 'uuid';
import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import { inSteps, step, type Step } from '#platform/postgres/together.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import { unsaid, type MessageEntity } from '../entities/message.ts';
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
type Outcome = 'created' | 'repeated';

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
): Promise<Outcome> {
  const now = new Date();
  const createdAt = writtenAt(data.sentAt, now);
  const arrived = { ...data, companyId, lastInboundAt: createdAt };
  const receive = step(
    findPlaces,
    arrived,
    async (transaction, place): Promise<Outcome | Step<SwitchboardCatalogue, Outcome>> => {
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
        conversation = openConversation(transaction, companyId, identity, where);
        changes.push({ kind: 'OPENED' });
      }
      if (data.standby) changes.push(...switchBot(conversation, false));
      const reopened = !muted && wakesUp(conversation);
      const how = { at: now, byContact: true, botMayBegin: !data.standby };
      if (reopened) {
        // Others that came with it may have been opened, and count in what their agents have.
        await transaction.em.flush();
        changes.push(...(await openAgain(transaction, conversation, how)));
      }

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
      const actor = { kind: 'contact', id: identity.contactId } as const;
      return addMessage<Outcome>(transaction, { actor, conversation, message, changes, muted }, async () => {
        if (!muted && isWithBot(conversation)) await askBot(transaction, conversation);
        return 'created';
      });
    },
  );
  return database.write(companyId, inSteps(receive));
}

/** PENDING without a bot has nobody who would answer. */
function wakesUp(conversation: ConversationEntity): boolean {
  return conversation.status !== 'OPEN' && !isWithBot(conversation);
}

function isWithBot({ status, botEnabled }: ConversationEntity): boolean {
  return status === 'PENDING' && botEnabled;
}
