import fc from 'fast-check';
import { v7 } from 'uuid';
import { createEvent, type AnyEvent, type NewEvent } from '#platform/events/catalogue.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationFacts, Handled, MessageFacts } from '#schema/events/conversations.ts';
import type { HandOverReason } from '#schema/events/bot.ts';
import type { Platform, Presence } from '#schema/events/values.ts';

/** What happened, in the words of dashboards; {@link eventOf} says it in the words of the catalogue. */
export interface Fact {
  readonly what:
    | 'opened'
    | 'resolved'
    | 'snoozed'
    | 'received'
    | 'sent'
    | 'bot'
    | 'echoed'
    | 'note'
    | 'failed'
    | 'dispatched'
    | 'delivered'
    | 'seen'
    | 'read'
    | 'assigned'
    | 'labelled'
    | 'handedOver'
    | 'rated';
  readonly at: Date;
  readonly platform: Platform;
  readonly channelId: string;
  /** Assigned to, and author of what is sent, but not of what was written past the inbox. */
  readonly agentId: string | null;
  readonly teamId: string | null;
  readonly labelIds: readonly string[];
  /** To the response, the resolution or the assignment, where there is one. */
  readonly seconds: number | null;
  /** Those of them in business hours. */
  readonly businessSeconds: number | null;
  /** Whether the response is a later one. */
  readonly isNext: boolean;
  readonly touchedByAgent: boolean;
  readonly reason: HandOverReason;
  /** Whether what the bot left to people was a question that nobody had answered before. */
  readonly unanswered: boolean;
  /** What an agent says of an answer, and said before; null: nothing. */
  readonly rating: Rating;
  readonly previous: Rating;
  /** By whom, and for how long, when a status or an assignment ends it. */
  readonly handled: Handled | null;
}

type Rating = 'GOOD' | 'BAD' | null;

export const ids = {
  channels: [v7(), v7()],
  agents: [v7(), v7()],
  teams: [v7(), v7()],
  labels: [v7(), v7(), v7()],
} as const;

const whats = [
  'opened',
  'resolved',
  'snoozed',
  'received',
  'sent',
  'bot',
  'echoed',
  'note',
  'failed',
  'dispatched',
  'delivered',
  'seen',
  'read',
  'assigned',
  'labelled',
  'handedOver',
  'rated',
] as const satisfies readonly Fact['what'][];

const defaults: Fact = {
  what: 'received',
  at: new Date('2026-03-01T09:30:00.000Z'),
  platform: 'TELEGRAM',
  channelId: ids.channels[0],
  agentId: null,
  teamId: null,
  labelIds: [],
  seconds: null,
  businessSeconds: null,
  isNext: false,
  touchedByAgent: false,
  reason: 'ANGER',
  unanswered: false,
  rating: 'GOOD',
  previous: null,
  handled: null,
};

export function fact(what: Fact['what'], rest: Partial<Fact> = {}): Fact {
  return { ...defaults, ...rest, what };
}

/** Any fact between two instants, often near the borders of minutes, hours, days and months. */
export function anyFact(from: Date, to: Date): fc.Arbitrary<Fact> {
  const anySeconds = fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: null });
  const borders = [60, 3_600, 86_400].map((seconds) => seconds * 1_000);
  return fc.record({
    what: fc.constantFrom<Fact['what']>(...whats),
    at: fc
      .tuple(
        fc.integer({ min: from.getTime(), max: to.getTime() - 1 }),
        fc.constantFrom(1, ...borders),
        fc.constantFrom(0, -1),
      )
      .map(([at, border, step]) => new Date(Math.max(from.getTime(), Math.floor(at / border) * border + step))),
    platform: fc.constantFrom<Platform>('TELEGRAM', 'WHATSAPP', 'WEB_CHAT'),
    channelId: fc.constantFrom(...ids.channels),
    agentId: fc.constantFrom(null, ...ids.agents),
    teamId: fc.constantFrom(null, ...ids.teams),
    labelIds: fc.subarray<string>([...ids.labels]),
    seconds: anySeconds,
    businessSeconds: anySeconds,
    isNext: fc.boolean(),
    touchedByAgent: fc.boolean(),
    reason: fc.constantFrom('ANGER', 'REPEATED', 'NOT_IN_KNOWLEDGE'),
    unanswered: fc.boolean(),
    rating: fc.constantFrom<Rating>('GOOD', 'BAD', null),
    previous: fc.constantFrom<Rating>('GOOD', 'BAD', null),
    handled: fc.option(
      fc.record({ agentId: fc.constantFrom<string>(...ids.agents), seconds: fc.integer({ min: 0, max: 100_000 }) }),
      { nil: null },
    ),
  });
}

export function eventOf(companyId: string, fact: Fact): AnyEvent<SwitchboardCatalogue> {
  return createEvent(catalogue, companyId, said(fact));
}

function said(fact: Fact): NewEvent<SwitchboardCatalogue> {
  const common = { actor: { kind: 'system' as const }, occurredAt: fact.at };
  const conversation = conversationOf(fact);
  switch (fact.what) {
    case 'opened':
      return { ...common, type: 'conversation.opened', data: { conversation } };
    case 'resolved':
      return {
        ...common,
        type: 'conversation.status.changed',
        data: {
          conversation,
          from: 'OPEN',
          to: 'RESOLVED',
          resolutionSeconds: fact.seconds,
          resolutionBusinessSeconds: fact.businessSeconds,
          touchedByAgent: fact.touchedByAgent,
          handled: fact.handled,
        },
      };
    case 'snoozed':
      return {
        ...common,
        type: 'conversation.status.changed',
        data: {
          conversation,
          from: 'OPEN',
          to: 'SNOOZED',
          resolutionSeconds: null,
          touchedByAgent: fact.touchedByAgent,
          handled: fact.handled,
        },
      };
    case 'assigned':
      return {
        ...common,
        type: 'conversation.assigned',
        data: {
          conversation,
          previousAssigneeId: null,
          previousTeamId: null,
          queueWaitSeconds: fact.seconds,
          queueWaitBusinessSeconds: fact.businessSeconds,
          handled: fact.handled,
        },
      };
    case 'labelled':
      return {
        ...common,
        type: 'conversation.changed',
        data: { conversation, change: 'LABELS', addedLabelIds: [...fact.labelIds] },
      };
    case 'handedOver':
      return {
        ...common,
        type: 'conversation.handed_over',
        data: {
          conversation,
          reason: fact.reason,
          summary: 'They wait.',
          messageId: null,
          unanswered: fact.unanswered,
        },
      };
    case 'rated': {
      const { agentId, rating, previous } = fact;
      const data = { conversation, messageId: v7(), agentId: agentId ?? nobodyKnown, rating, previous };
      return { ...common, type: 'conversation.answer.rated', data };
    }
    case 'failed':
    case 'dispatched':
    case 'delivered':
    case 'seen':
      return {
        ...common,
        type: 'conversation.message.updated',
        data: {
          conversation,
          messageId: v7(),
          status: deliveryStatuses[fact.what],
          failure: fact.what === 'failed' ? { code: 'BLOCKED', message: 'blocked', retryable: false } : null,
        },
      };
    case 'read':
      return { ...common, type: 'conversation.read', data: { conversation, agentId: v7(), unreadCount: 0 } };
    case 'received':
    case 'sent':
    case 'bot':
    case 'echoed':
    case 'note':
      return { ...common, type: 'conversation.message.created', data: messageOf(fact, conversation) };
  }
}

const deliveryStatuses = { failed: 'FAILED', dispatched: 'SENT', delivered: 'DELIVERED', seen: 'READ' } as const;

const authors: Readonly<Partial<Record<Fact['what'], MessageFacts['authorKind']>>> = {
  received: 'CONTACT',
  bot: 'BOT',
  echoed: 'CHANNEL',
};

function messageOf(fact: Fact, conversation: ConversationFacts) {
  const inbound = fact.what === 'received';
  const measured = !inbound && fact.what !== 'note';
  const seconds = measured ? fact.seconds : null;
  const businessSeconds = measured ? fact.businessSeconds : null;
  const author = authors[fact.what] ?? 'AGENT';
  return {
    conversation,
    message: {
      id: v7(),
      direction: inbound ? ('INBOUND' as const) : ('OUTBOUND' as const),
      authorKind: author,
      authorId: author === 'AGENT' ? (fact.agentId ?? nobodyKnown) : v7(),
      isPrivate: fact.what === 'note',
      text: 'hello',
      attachments: [],
      status: inbound ? ('RECEIVED' as const) : ('QUEUED' as const),
      createdAt: fact.at.toISOString(),
    },
    delivery: null,
    firstResponseSeconds: fact.isNext ? null : seconds,
    firstResponseBusinessSeconds: fact.isNext ? null : businessSeconds,
    nextResponseSeconds: fact.isNext ? seconds : null,
    nextResponseBusinessSeconds: fact.isNext ? businessSeconds : null,
  };
}

/** Wrote, but is in no filter. */
const nobodyKnown = v7();

function conversationOf(fact: Fact): ConversationFacts {
  const at = fact.at.toISOString();
  return {
    id: v7(),
    number: 1,
    channelId: fact.channelId,
    platform: fact.platform,
    contactId: v7(),
    status: 'OPEN',
    priority: 'NORMAL',
    assigneeId: fact.agentId,
    teamId: fact.teamId,
    labelIds: [...fact.labelIds],
    threadExternalId: null,
    openedAt: at,
    lastActivityAt: at,
  };
}

/** An agent becomes something, and was something else until then. */
export interface Attendance {
  readonly agentId: string;
  readonly is: Presence;
  readonly was: Presence;
  readonly since: Date;
  readonly until: Date;
}

/** How somebody came and went between two instants, if they did; from the last time on they are what they became. */
export function anyAttendance(agentId: string, from: Date, to: Date): fc.Arbitrary<Attendance[]> {
  const instants = fc.uniqueArray(fc.integer({ min: from.getTime(), max: to.getTime() }), { maxLength: 5 });
  const states = fc.array(fc.constantFrom<Presence>('ONLINE', 'AWAY', 'OFFLINE'), { minLength: 5, maxLength: 5 });
  return fc.tuple(instants, states).map(([unordered, is]) => {
    const times = unordered.toSorted((a, b) => a - b).map((time) => new Date(time));
    return times.slice(1).map((until, index) => ({
      agentId,
      was: is[index] ?? 'OFFLINE',
      is: is[index + 1] ?? 'OFFLINE',
      since: times[index] ?? until,
      until,
    }));
  });
}

export function presenceOf(companyId: string, told: Attendance): AnyEvent<SwitchboardCatalogue> {
  return createEvent(catalogue, companyId, {
    type: 'conversation.agent.presence',
    actor: { kind: 'system' },
    occurredAt: told.until,
    data: {
      agentId: told.agentId,
      presence: told.is,
      previous: told.was,
      previousSince: told.since.toISOString(),
      since: told.until.toISOString(),
    },
  });
}
