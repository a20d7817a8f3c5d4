import { parseEvent } from '#platform/events/catalogue.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import type { ConversationFacts, Handled } from '#schema/events/conversations.ts';
import { SinkError } from './errors.ts';

/** A row of `analytics.events`, all but where it stood in the stream. Values that an event has not are empty or zeros. */
export interface EventRow {
  readonly company_id: string;
  /** UTC, as ClickHouse reads it without settings: `2026-03-01 09:30:00.000`. */
  readonly at: string;
  readonly event_id: string;
  readonly type: string;
  readonly actor_kind: string;
  readonly conversation_id: string;
  readonly contact_id: string;
  readonly channel_id: string;
  readonly platform: string;
  readonly agent_id: string;
  readonly team_id: string;
  readonly message_id: string;
  readonly direction: string;
  readonly author_kind: string;
  readonly is_private: boolean;
  readonly status_from: string;
  readonly status_to: string;
  readonly delivery_status: string;
  readonly failure_code: string;
  readonly touched_by_agent: boolean;
  /** Why the bot has left the conversation to people. */
  readonly reason: string;
  /** Whether it has because of a question that the company's documents do not answer. */
  readonly unanswered: boolean;
  /** Of the conversation, as the event left it; in their order, so that the same labels are always the same. */
  readonly labels: readonly string[];
  readonly added_labels: readonly string[];
  readonly first_response_seconds: number | null;
  readonly first_response_business_seconds: number | null;
  readonly next_response_seconds: number | null;
  readonly next_response_business_seconds: number | null;
  readonly resolution_seconds: number | null;
  readonly resolution_business_seconds: number | null;
  readonly queue_wait_seconds: number | null;
  readonly queue_wait_business_seconds: number | null;
  /** For how long the conversation was open with an agent who has it no longer, or not open. */
  readonly handling_seconds: number | null;
  readonly handling_agent_id: string;
  /** What an agent became, what they were before, and from when to when. */
  readonly presence: string;
  readonly presence_before: string;
  readonly presence_from: string;
  readonly presence_until: string;
}

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
  const envelope = {
    company_id: event.companyId.toLowerCase(),
    at: clickHouseTime(event.occurredAt),
    event_id: event.id.toLowerCase(),
    type: event.type,
    actor_kind: event.actor.kind,
  };
  switch (event.type) {
    case 'conversation.opened':
    case 'conversation.read':
      return { ...nothing, ...envelope, ...facts(event.data.conversation) };
    case 'conversation.answer.rated':
      return {
        ...nothing,
        ...envelope,
        ...facts(event.data.conversation),
        // Who judges, and what they say; nothing when they take it back.
        agent_id: event.data.agentId,
        message_id: event.data.messageId,
        author_kind: 'BOT',
        status_from: event.data.previous ?? '',
        status_to: event.data.rating ?? '',
      };
    case 'conversation.changed':
      return {
        ...nothing,
        ...envelope,
        ...facts(event.data.conversation),
        added_labels: inOrder(event.data.addedLabelIds),
      };
    case 'conversation.handed_over':
      return {
        ...nothing,
        ...envelope,
        ...facts(event.data.conversation),
        reason: event.data.reason,
        unanswered: event.data.unanswered,
      };
    case 'conversation.assigned':
      return {
        ...nothing,
        ...envelope,
        ...facts(event.data.conversation),
        queue_wait_seconds: event.data.queueWaitSeconds,
        queue_wait_business_seconds: event.data.queueWaitBusinessSeconds,
        ...handling(event.data.handled),
      };
    case 'conversation.status.changed':
      return {
        ...nothing,
        ...envelope,
        ...facts(event.data.conversation),
        status_from: event.data.from,
        status_to: event.data.to,
        touched_by_agent: event.data.touchedByAgent,
        resolution_seconds: event.data.resolutionSeconds,
        resolution_business_seconds: event.data.resolutionBusinessSeconds,
        ...handling(event.data.handled),
      };
    case 'conversation.message.created': {
      const { message } = event.data;
      return {
        ...nothing,
        ...envelope,
        ...facts(event.data.conversation),
        // What an agent writes counts for that agent, whoever the conversation is assigned to. What somebody wrote past the
        // inbox, or by a partner's program, is the company's, and no agent's work.
        ...(message.authorKind === 'AGENT' && { agent_id: message.authorId }),
        ...((message.authorKind === 'CHANNEL' || message.authorKind === 'PARTNER') && { agent_id: nobody }),
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
    }
    case 'conversation.message.updated':
      return {
        ...nothing,
        ...envelope,
        ...facts(event.data.conversation),
        message_id: event.data.messageId,
        delivery_status: event.data.status,
        // Half of a character of two code units is no text for ClickHouse, and would hold up the whole batch.
        failure_code: event.data.failure?.code.toWellFormed() ?? '',
      };
    case 'conversation.agent.presence':
      return {
        ...nothing,
        ...nowhere,
        ...envelope,
        agent_id: event.data.agentId,
        presence: event.data.presence,
        presence_before: event.data.previous ?? '',
        presence_from: clickHouseTime(event.data.previousSince ?? event.data.since),
        presence_until: clickHouseTime(event.data.since),
      };
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

/** What an event has nothing of; `analytics.events` has the same where nothing is said. */
export const nothing = {
  message_id: nobody,
  direction: '',
  author_kind: '',
  is_private: false,
  status_from: '',
  status_to: '',
  delivery_status: '',
  failure_code: '',
  touched_by_agent: false,
  reason: '',
  unanswered: false,
  added_labels: none,
  first_response_seconds: null,
  first_response_business_seconds: null,
  next_response_seconds: null,
  next_response_business_seconds: null,
  resolution_seconds: null,
  resolution_business_seconds: null,
  queue_wait_seconds: null,
  queue_wait_business_seconds: null,
  handling_seconds: null,
  handling_agent_id: nobody,
  presence: '',
  presence_before: '',
  presence_from: '1970-01-01 00:00:00.000',
  presence_until: '1970-01-01 00:00:00.000',
};

/** What is about no conversation. */
const nowhere = {
  conversation_id: nobody,
  contact_id: nobody,
  channel_id: nobody,
  platform: '',
  team_id: nobody,
  labels: none,
};

/** A row that `analytics.events` takes, whatever is wrong with others. */
export const sampleRow: EventRow = {
  ...nothing,
  company_id: nobody,
  at: '2026-01-01 00:00:00.000',
  event_id: nobody,
  type: 'conversation.opened',
  actor_kind: 'system',
  ...nowhere,
  platform: 'WEB_CHAT',
  agent_id: nobody,
};

function facts(conversation: ConversationFacts) {
  return {
    conversation_id: conversation.id,
    contact_id: conversation.contactId,
    channel_id: conversation.channelId,
    platform: conversation.platform,
    agent_id: conversation.assigneeId ?? nobody,
    team_id: conversation.teamId ?? nobody,
    labels: inOrder(conversation.labelIds),
  };
}

function handling(handled: Handled | null) {
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
