import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import { inSteps, step } from '#platform/postgres/together.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import { unsaid, type MessageEntity } from '../entities/message.ts';
import { countAnswer, countMessage, writtenAt } from '../rules/messages.ts';
import type { Change } from '../rules/change.ts';
import { searchVector } from '../text/searchWords.ts';
import { systemActor } from '../rules/systemRule.ts';
import { openAgain } from './lifecycle/openAgain.ts';
import { conversationIn, isOver, openConversation } from './openConversation.ts';
import { findByExternalId } from './findMessage.ts';
import { findPlaces, openingOf } from './findPlaces.ts';
import { measureResponse } from './measure.ts';
import { addMessage } from './addMessage.ts';

type Echoed = EventOf<SwitchboardCatalogue, 'channel.message.echoed'>;

/**
 * The company answered past this inbox: in the platform's own, on the phone, or by another app. To the contact that is an
 * answer like any other, so it opens the conversation and ends the waiting as an agent's does, but no agent gets it.
 */
export async function recordEcho(
  database: Database<SwitchboardCatalogue>,
  { companyId, data }: Pick<Echoed, 'companyId' | 'data'>,
  { reopenWithinMs }: { readonly reopenWithinMs: number },
): Promise<void> {
  const arrived = { ...data, companyId, lastInboundAt: null };
  const record = step(findPlaces, arrived, async (transaction, place) => {
    const { identity, found } = place;
    const { channelId, platform, externalMessageId: externalId, replyToExternalId } = data;
    if (found === 'repeated') return;

    const now = new Date();
    const createdAt = writtenAt(data.sentAt, now);
    let conversation = found && conversationIn(transaction, found);
    const changes: Change[] = [];
    if (!conversation || (await isOver(transaction, conversation, createdAt, reopenWithinMs))) {
      const { number } = await openingOf(transaction, companyId, place);
      const where = { number, channelId, platform, at: createdAt };
      conversation = openConversation(transaction, companyId, identity, where);
      changes.push({ kind: 'OPENED' });
    } else if (takesOver(conversation, createdAt)) {
      changes.push(...(await openAgain(transaction, conversation, { at: now })));
    }
    // Told late, it is no answer to what the contact has written since.
    const { waitingSince } = conversation;
    const answers = !waitingSince || waitingSince <= createdAt;
    const answer = answers ? countAnswer(conversation, createdAt) : null;
    const response = await measureResponse(transaction, conversation, answer);

    const repliedTo = await findByExternalId(transaction, companyId, { channelId, externalId: replyToExternalId });
    const message: MessageEntity = {
      ...unsaid,
      companyId,
      id: data.messageId,
      conversationId: conversation.id,
      channelId,
      direction: 'OUTBOUND',
      authorKind: 'CHANNEL',
      authorId: channelId,
      isPrivate: false,
      text: data.text,
      attachments: data.attachments,
      replyToId: repliedTo?.id ?? null,
      status: 'SENT',
      externalId,
      inboundOrdinal: conversation.inboundCount,
      search: searchVector(companyId, data.text),
      createdAt,
    };
    countMessage(conversation, message);
    const actor = systemActor('ANSWERED_ELSEWHERE');
    return addMessage(transaction, { actor, conversation, message, changes, response }, async () => undefined);
  });
  await database.write(companyId, inSteps(record));
}

/** What was written before the resolution does not open again what it resolved. */
function takesOver({ status, resolvedAt }: ConversationEntity, at: Date): boolean {
  return status !== 'OPEN' && (resolvedAt === null || resolvedAt < at);
}
