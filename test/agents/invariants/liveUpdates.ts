import { isOfConversation, type ConversationEvent, type Told } from '../eventLog.ts';
import type { Colleague } from '../company.ts';
import type { LiveFilter, Seen, Watch } from '../screen.ts';
import type { Invariant } from './invariant.ts';
import { maySee } from './truth.ts';

const kinds: Readonly<Record<string, string>> = {
  'conversation.opened': 'CONVERSATION_OPENED',
  'conversation.status.changed': 'CONVERSATION_UPDATED',
  'conversation.assigned': 'CONVERSATION_UPDATED',
  'conversation.changed': 'CONVERSATION_UPDATED',
  'conversation.handed_over': 'CONVERSATION_UPDATED',
  'conversation.message.created': 'MESSAGE_ADDED',
  'conversation.message.updated': 'MESSAGE_UPDATED',
  'conversation.message.changed': 'MESSAGE_UPDATED',
  'conversation.message.retried': 'MESSAGE_UPDATED',
  'conversation.message.revised': 'MESSAGE_UPDATED',
  'conversation.read': 'READ',
};

/** Every subscription saw what it should, each once and in the order in which it happened; one that was left, up to a point. */
export function checkLiveUpdates(watches: readonly Watch[], told: readonly Told[]): Invariant[] {
  const events = told.filter(isOfConversation);
  const seen = watches.reduce((sum, watch) => sum + watch.seen.length, 0);
  const broken = watches.flatMap((watch) => compare(watch, expectedBy(watch, events)) ?? []);
  return [{ name: 'each live update is seen once, in order', checked: seen, broken }];
}

function compare(watch: Watch, expected: readonly Seen[]): string | undefined {
  const { seen, isOpen, of, conversationId = 'the inbox' } = watch;
  const whose = `${of.id}, ${conversationId}, ${JSON.stringify(watch.filter)}`;
  const first = seen.findIndex((update, index) => key(update) !== key(expected[index]));
  if (first >= 0) {
    return `${whose}: ${key(seen[first])} instead of ${key(expected[first])} as number ${String(first)}`;
  }
  if (!isOpen || seen.length === expected.length) return undefined;
  return `${whose}: ${String(seen.length)} of ${String(expected.length)}, without ${key(expected[seen.length])}`;
}

function key(seen: Seen | undefined): string {
  if (!seen) return 'nothing';
  return `${String(seen.sequence)} ${seen.kind} ${seen.conversationId} ${seen.messageId ?? ''}`;
}

/** What a subscription has to see of all that happened. */
export function expectedBy(watch: Watch, events: readonly Told<ConversationEvent>[]): Seen[] {
  const { of, filter, conversationId: only } = watch;
  return events.flatMap(({ sequence, event }) => {
    const { conversation } = event.data;
    if (sequence <= watch.after || (only !== undefined && conversation.id !== only)) return [];
    if (event.type === 'conversation.read' && event.data.agentId !== of.id) return [];
    const update = { sequence, conversationId: conversation.id };
    if (maySee(of, conversation) && (only !== undefined || matches(filter, conversation))) {
      return [{ ...update, kind: kinds[event.type] ?? event.type, messageId: messageOf(event) }];
    }
    return leaves(of, event) ? [{ ...update, kind: 'CONVERSATION_LEFT', messageId: null }] : [];
  });
}

function leaves(of: Colleague, event: ConversationEvent): boolean {
  if (event.type !== 'conversation.assigned' || maySee(of, event.data.conversation)) return false;
  const { previousAssigneeId: assigneeId, previousTeamId: teamId } = event.data;
  return maySee(of, { assigneeId, teamId });
}

function matches(
  { status, assigneeId, teamId }: LiveFilter,
  conversation: ConversationEvent['data']['conversation'],
): boolean {
  return (
    (status === undefined || status.includes(conversation.status)) &&
    (assigneeId === undefined || assigneeId === conversation.assigneeId) &&
    (teamId === undefined || teamId === conversation.teamId)
  );
}

function messageOf({ data }: ConversationEvent): string | null {
  if ('message' in data) return data.message.id;
  return 'messageId' in data ? data.messageId : null;
}
