import { parseEvent, type AnyEvent } from '#platform/events/catalogue.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationFacts, Handled, MessageFacts } from '#schema/events/conversations.ts';
import { SinkError } from './errors.ts';

/** A row of `analytics.events`: what the sink itself looks at, and the rest as ClickHouse is given it. */
export interface EventRow {
  readonly company_id: string;
  /** UTC, as ClickHouse reads it without settings: `2026-03-01 09:30:00.000`. */
  readonly at: string;
  readonly event_id: string;
  readonly type: string;
  readonly contact_id: string;
  /** When an agent's presence ended that was taken to go on; empty where the event is about something else. */
  readonly presence_until: string;
  /**
   * Its values of {@link cellColumns} as a JSON array: one text is held and copied for a fraction of what twenty values cost. What the
   * table has where nothing is said is null, or left out at the end.
   */
  readonly cells: string;
}

/** A row, and where in the stream its event stood. */
export interface PlacedRow {
  readonly sequence: number;
  readonly row: EventRow;
}

/** What a conversation is; `labels` are in their order, so that the same ones are always the same. */
const placeColumns = [
  'actor_kind',
  'agent_id',
  'conversation_id',
  'channel_id',
  'platform',
  'team_id',
  'labels',
] as const;

/** What has happened: first what most events have, for what follows the last that one has is not written. */
const happenedColumns = [
  'message_id',
  'delivery_status',
  'direction',
  'author_kind',
  'is_private',
  'first_response_seconds',
  'first_response_business_seconds',
  'next_response_seconds',
  'next_response_business_seconds',
  'status_from',
  'status_to',
  'touched_by_agent',
  'resolution_seconds',
  'resolution_business_seconds',
  /** For how long the conversation was open with an agent who has it no longer, or not open. */
  'handling_seconds',
  'handling_agent_id',
  'queue_wait_seconds',
  'queue_wait_business_seconds',
  /** Why the bot has left the conversation to people. */
  'reason',
  /** Whether it has because of a question that the company's documents do not answer. */
  'unanswered',
  'added_labels',
  'failure_code',
  /** What an agent became, what they were before, and from when to when. */
  'presence',
  'presence_before',
  'presence_from',
  'presence_until',
] as const;

/** The columns of {@link EventRow.cells}, in their order. */
export const cellColumns = [...placeColumns, ...happenedColumns] as const;

type Cell = string | number | boolean | readonly string[] | null;
type Happened = Readonly<Partial<Record<(typeof happenedColumns)[number], Cell>>>;

/** Stands for no agent, no team, no message. */
export const nobody = '00000000-0000-0000-0000-000000000000';

/** What the rollups' 32-bit times hold with room to spare; a clock that says something else is wrong. */
export const firstYear = 2000;
export const endYear = 2100;

/**
 * Reads an event as it came from the stream; undefined when it is not one that analytics knows.
 *
 * @throws EventError when it does not fit the catalogue, SinkError when it is no JSON or its time cannot be right.
 */
export function eventRow(text: string): EventRow | undefined {
  const event = parseEvent(catalogue, parseJson(text));
  if (!event) return undefined;
  switch (event.type) {
    case 'conversation.opened':
    case 'conversation.read':
      return rowOf(event, event.data.conversation, {});
    case 'conversation.answer.rated': {
      const { conversation, agentId, messageId, previous, rating } = event.data;
      // Who judges, and what they say; nothing when they take it back.
      const said = { message_id: messageId, author_kind: 'BOT', status_from: previous, status_to: rating };
      return rowOf(event, conversation, said, agentId);
    }
    case 'conversation.changed':
      return rowOf(event, event.data.conversation, { added_labels: inOrder(event.data.addedLabelIds) });
    case 'conversation.handed_over':
      return rowOf(event, event.data.conversation, { reason: event.data.reason, unanswered: event.data.unanswered });
    case 'conversation.assigned':
      return rowOf(event, event.data.conversation, {
        queue_wait_seconds: event.data.queueWaitSeconds,
        queue_wait_business_seconds: event.data.queueWaitBusinessSeconds,
        ...handling(event.data.handled),
      });
    case 'conversation.status.changed':
      return rowOf(event, event.data.conversation, {
        status_from: event.data.from,
        status_to: event.data.to,
        touched_by_agent: event.data.touchedByAgent,
        resolution_seconds: event.data.resolutionSeconds,
        resolution_business_seconds: event.data.resolutionBusinessSeconds,
        ...handling(event.data.handled),
      });
    case 'conversation.message.created': {
      const { conversation, message } = event.data;
      const written = {
        message_id: message.id,
        direction: message.direction,
        author_kind: message.authorKind,
        is_private: message.isPrivate,
        delivery_status: message.status,
        first_response_seconds: event.data.firstResponseSeconds,
        first_response_business_seconds: event.data.firstResponseBusinessSeconds,
        next_response_seconds: event.data.nextResponseSeconds,
        next_response_business_seconds: event.data.nextResponseBusinessSeconds,
      };
      return rowOf(event, conversation, written, countsFor(message) ?? conversation.assigneeId);
    }
    case 'conversation.message.updated':
      return rowOf(event, event.data.conversation, {
        message_id: event.data.messageId,
        delivery_status: event.data.status,
        // Half of a character of two code units is no text for ClickHouse, and would hold up the whole batch.
        failure_code: event.data.failure?.code.toWellFormed() ?? null,
      });
    case 'conversation.agent.presence': {
      const { agentId, presence, previous, previousSince, since } = event.data;
      const until = clickHouseTime(since);
      const went = {
        presence,
        presence_before: previous,
        presence_from: clickHouseTime(previousSince ?? since),
        presence_until: until,
      };
      return { ...rowOf(event, undefined, went, agentId), presence_until: until };
    }
    case 'conversation.message.changed':
    case 'conversation.message.retried':
    case 'conversation.routing.changed':
    case 'conversation.label.changed':
    case 'conversation.team.changed':
    case 'conversation.agent.limited':
    case 'conversation.agent.signedOut':
    case 'conversation.agent.changed':
    case 'conversation.contact.changed':
    case 'conversation.contact.merged':
    case 'conversation.notification.added':
    case 'conversation.notification.read':
    case 'conversation.draft.changed':
    case 'conversation.message.revised':
    case 'channel.message.revised':
    case 'conversation.bulk.progressed':
    case 'conversation.erased':
    case 'channel.erased':
    case 'analytics.erased':
    case 'channel.message.received':
    case 'channel.message.echoed':
    case 'channel.message.edited':
    case 'channel.message.extended':
    case 'channel.message.removed':
    case 'channel.message.reacted':
    case 'channel.attachment.found':
    case 'channel.attachment.stored':
    case 'channel.contact.profiled':
    case 'channel.thread.activity':
    case 'channel.delivery.updated':
    case 'channel.connection.changed':
    case 'channel.audited':
    case 'channel.company.changed':
    case 'knowledge.document.added':
    case 'knowledge.document.changed':
    case 'knowledge.document.removed':
    case 'knowledge.document.indexed':
    case 'knowledge.document.failed':
    case 'knowledge.document.progressed':
    case 'knowledge.document.import_progressed':
    case 'conversation.bot.asked':
    case 'knowledge.question_unanswered':
    case 'knowledge.erased':
    case 'knowledge.bot.answered':
    case 'knowledge.bot.stepped_aside':
      return undefined;
  }
}

/** One for all, so that it is recognised without looking into it. */
const none: readonly string[] = Object.freeze([]);

/** A row that `analytics.events` takes, whatever is wrong with others. */
export const sampleRow: EventRow = {
  company_id: nobody,
  at: '2026-01-01 00:00:00.000',
  event_id: nobody,
  type: 'conversation.opened',
  contact_id: nobody,
  presence_until: '',
  cells: cellsOf('system', nobody, undefined, {}),
};

/** @param agentId For whom it counts: without one, for who has the conversation. */
function rowOf(
  event: AnyEvent<SwitchboardCatalogue>,
  conversation: ConversationFacts | undefined,
  happened: Happened,
  agentId = conversation?.assigneeId ?? null,
): EventRow {
  return {
    company_id: event.companyId.toLowerCase(),
    at: clickHouseTime(event.occurredAt),
    event_id: event.id.toLowerCase(),
    type: event.type,
    contact_id: conversation?.contactId ?? nobody,
    presence_until: '',
    cells: cellsOf(event.actor.kind, agentId, conversation, happened),
  };
}

function cellsOf(
  actorKind: string,
  agentId: string | null,
  conversation: ConversationFacts | undefined,
  happened: Happened,
): string {
  const cells: Cell[] = conversation
    ? [
        actorKind,
        agentId,
        conversation.id,
        conversation.channelId,
        conversation.platform,
        conversation.teamId,
        inOrder(conversation.labelIds),
      ]
    : [actorKind, agentId, null, null, null, null, none];
  let end = cells.length;
  for (const column of happenedColumns) {
    const cell = happened[column] ?? null;
    cells.push(cell);
    if (cell !== null) end = cells.length;
  }
  cells.length = end;
  return JSON.stringify(cells);
}

/**
 * What an agent writes counts for that agent, whoever the conversation is assigned to. What somebody wrote past the inbox, or by a
 * partner's program, is the company's, and no agent's work.
 */
function countsFor({ authorKind, authorId }: MessageFacts): string | undefined {
  if (authorKind === 'AGENT') return authorId;
  return authorKind === 'CHANNEL' || authorKind === 'PARTNER' ? nobody : undefined;
}

function handling(handled: Handled | null): Happened {
  if (handled === null) return {};
  return { handling_seconds: handled.seconds, handling_agent_id: handled.agentId };
}

function inOrder(ids: readonly string[]): readonly string[] {
  if (ids.length === 0) return none;
  return [...new Set(ids.map((id) => id.toLowerCase()))].toSorted();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw SinkError.notJson(error);
  }
}

export function clickHouseTime(instant: string): string {
  const text = isUtcInMs.test(instant) ? instant : utcOf(instant);
  const year = Number(text.slice(0, 4));
  if (!(year >= firstYear && year < endYear)) throw SinkError.timeOutOfRange(instant);
  return `${text.slice(0, 10)} ${text.slice(11, 23)}`;
}

/** As nearly all publishers write it: then there is nothing to reckon. Days that a month has not are refused before. */
const isUtcInMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function utcOf(instant: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) throw SinkError.timeOutOfRange(instant);
  return at.toISOString();
}
