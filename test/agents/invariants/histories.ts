import { isOfConversation, type ConversationEvent, type Told } from '../eventLog.ts';
import type { Tables } from '../tables.ts';
import { holds, type Invariant } from './invariant.ts';

interface Entry {
  readonly conversationId: string;
  readonly kind: string;
  readonly data: {
    readonly from?: string;
    readonly to?: string;
    readonly assigneeId?: string | null;
    readonly previousAssigneeId?: string | null;
    readonly teamId?: string | null;
    readonly previousTeamId?: string | null;
  };
}

interface Known {
  status: string;
  assigneeId: string | null;
  teamId: string | null;
}

const kinds: Readonly<Record<string, string>> = {
  'conversation.opened': 'OPENED',
  'conversation.status.changed': 'STATUS',
  'conversation.assigned': 'ASSIGNED',
  'conversation.changed': 'CHANGED',
  'conversation.handed_over': 'HANDED_OVER',
};
/** What its change told by `conversation.changed`. */
const others = new Set(['PRIORITY', 'LABELS', 'BOT', 'CONTACT']);

/** Each change of a conversation begins where the one before ended, and its activity stream tells the same as the events. */
export async function checkHistories(tables: Tables, told: readonly Told[]): Promise<Invariant[]> {
  const events = told.filter(isOfConversation);
  const entries = await tables.rows<Entry>(
    `select conversation_id as "conversationId", kind, data from conversations.conversation_activities
     order by occurred_at, id`,
  );
  const conversations = await tables.rows<Known & { id: string }>(
    `select id, status, assignee_id as "assigneeId", team_id as "teamId" from conversations.conversations`,
  );
  const known = new Map<string, Known>();
  const breaks = events.flatMap(({ sequence, event }) => {
    const problem = follow(known, event);
    return problem === undefined ? [] : [`${String(sequence)} ${event.type}: ${problem}`];
  });
  const entriesOf = Map.groupBy(entries, ({ conversationId }) => conversationId);
  const eventsOf = Map.groupBy(events, ({ event }) => event.data.conversation.id);
  return [
    { name: 'a change begins where the one before ended', checked: events.length, broken: breaks },
    holds('events end with what there is', conversations, ({ id, status, assigneeId, teamId }) => {
      const last = JSON.stringify(known.get(id));
      const now = JSON.stringify({ status, assigneeId, teamId });
      return last === now ? undefined : `${id} is ${now} and not ${last}`;
    }),
    holds('the activity stream tells what the events tell', conversations, ({ id }) => {
      const shown = handOversLast((entriesOf.get(id) ?? []).map(lineOfEntry));
      const happened = handOversLast((eventsOf.get(id) ?? []).flatMap(({ event }) => lineOfEvent(event) ?? []));
      const index = happened.findIndex((line, at) => line !== shown[at]);
      if (index < 0 && shown.length === happened.length) return undefined;
      return `${id}: ${String(shown.at(index))} instead of ${String(happened.at(index))}`;
    }),
  ];
}

/** @returns What does not fit to what was known before. */
function follow(known: Map<string, Known>, event: ConversationEvent): string | undefined {
  const { id, status, assigneeId, teamId } = event.data.conversation;
  const before = known.get(id);
  if (event.type === 'conversation.opened') {
    known.set(id, { status, assigneeId, teamId });
    return before && 'it is there already';
  }
  if (!before) return 'it is not there yet';
  if (event.type === 'conversation.status.changed') {
    const { from, to } = event.data;
    const fits = from === before.status;
    before.status = to;
    return fits ? undefined : `from ${from}`;
  }
  if (event.type === 'conversation.assigned') {
    const { previousAssigneeId, previousTeamId } = event.data;
    const fits = previousAssigneeId === before.assigneeId && previousTeamId === before.teamId;
    Object.assign(before, { assigneeId, teamId });
    return fits ? undefined : `from ${String(previousAssigneeId)} of ${String(previousTeamId)}`;
  }
  if (event.type === 'conversation.changed') return undefined;
  const fits = status === before.status && assigneeId === before.assigneeId && teamId === before.teamId;
  return fits ? undefined : `it is told as ${status} of ${String(assigneeId)} in ${String(teamId)}`;
}

/** The stream begins with it what comes of it; its event comes after all that, with what was said. */
function handOversLast(lines: readonly string[]): string[] {
  const isHandOver = (line: string) => line === 'HANDED_OVER';
  return [...lines.filter((line) => !isHandOver(line)), ...lines.filter(isHandOver)];
}

function lineOfEntry({ kind, data }: Entry): string {
  if (others.has(kind)) return `CHANGED ${kind}`;
  if (kind === 'STATUS') return `STATUS ${String(data.from)} ${String(data.to)}`;
  if (kind !== 'ASSIGNED') return kind;
  return `ASSIGNED ${String(data.previousAssigneeId)} ${String(data.assigneeId)}, ${String(data.previousTeamId)} ${String(data.teamId)}`;
}

/** Undefined of what is no change of the conversation. */
function lineOfEvent(event: ConversationEvent): string | undefined {
  const kind = kinds[event.type];
  if (event.type === 'conversation.status.changed') return `STATUS ${event.data.from} ${event.data.to}`;
  if (event.type === 'conversation.changed') return `CHANGED ${event.data.change}`;
  if (event.type !== 'conversation.assigned') return kind;
  const { conversation, previousAssigneeId, previousTeamId } = event.data;
  return `ASSIGNED ${String(previousAssigneeId)} ${String(conversation.assigneeId)}, ${String(previousTeamId)} ${String(conversation.teamId)}`;
}
