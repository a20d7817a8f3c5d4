import fc from 'fast-check';
import { v7 } from 'uuid';
import { createEvent, type AnyEvent, type NewEvent } from '#platform/events/catalogue.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationFacts, MessageFacts } from '#schema/events/conversations.ts';
import type { Platform } from '#schema/events/values.ts';

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
    | 'delivered'
    | 'read';
  readonly at: Date;
  readonly platform: Platform;
  readonly channelId: string;
  /** Assigned to, and author of what is sent, but not of what was written past the inbox. */
  readonly agentId: string | null;
  readonly teamId: string | null;
  /** To the first response or to the resolution, where there is one. */
  readonly seconds: number | null;
  readonly touchedByAgent: boolean;
}

export const ids = {
  channels: [v7(), v7()],
  agents: [v7(), v7()],
  teams: [v7(), v7()],
} as const;

const defaults: Fact = {
  what: 'received',
  at: new Date('2026-03-01T09:30:00.000Z'),
  platform: 'TELEGRAM',
  channelId: ids.channels[0],
  agentId: null,
  teamId: null,
  seconds: null,
  touchedByAgent: false,
};

export function fact(what: Fact['what'], rest: Partial<Fact> = {}): Fact {
  return { ...defaults, ...rest, what };
}

/** Any fact between two instants, often near the borders of minutes, hours, days and months. */
export function anyFact(from: Date, to: Date): fc.Arbitrary<Fact> {
  const borders = [60, 3_600, 86_400].map((seconds) => seconds * 1_000);
  return fc.record({
    what: fc.constantFrom<Fact['what']>(
      'opened',
      'resolved',
      'snoozed',
      'received',
      'sent',
      'bot',
      'echoed',
      'note',
      'failed',
      'delivered',
      'read',
    ),
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
    seconds: fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: null }),
    touchedByAgent: fc.boolean(),
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
          touchedByAgent: fact.touchedByAgent,
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
        },
      };
    case 'failed':
    case 'delivered':
      return {
        ...common,
        type: 'conversation.message.updated',
        data: {
          conversation,
          messageId: v7(),
          status: fact.what === 'failed' ? 'FAILED' : 'DELIVERED',
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

const authors: Readonly<Partial<Record<Fact['what'], MessageFacts['authorKind']>>> = {
  received: 'CONTACT',
  bot: 'BOT',
  echoed: 'CHANNEL',
};

function messageOf(fact: Fact, conversation: ConversationFacts) {
  const inbound = fact.what === 'received';
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
    firstResponseSeconds: inbound || fact.what === 'note' ? null : fact.seconds,
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
    labelIds: [],
    threadExternalId: null,
    openedAt: at,
    lastActivityAt: at,
  };
}
