import { z } from 'zod';
import {
  attachment,
  conversationStatus,
  deliveryFailure,
  deliveryStatus,
  id,
  instant,
  platform,
  priority,
} from './values.ts';

/**
 * The conversation as the change left it. Every event of the context carries it, so that filters, routing and analytics
 * need no look-up.
 */
export const conversationFacts = z.object({
  id,
  number: z.int().positive(),
  channelId: id,
  platform,
  contactId: id,
  status: conversationStatus,
  priority,
  assigneeId: id.nullable(),
  teamId: id.nullable(),
  labelIds: z.array(id),
  /** Where an answer goes, in the platform's own ids: for a web chat, the visitor. */
  threadExternalId: z.string().nullable().default(null),
  openedAt: instant,
  lastActivityAt: instant,
});
export type ConversationFacts = z.output<typeof conversationFacts>;

export const messageFacts = z.object({
  id,
  direction: z.enum(['INBOUND', 'OUTBOUND']),
  /** CHANNEL: somebody of the company wrote past this inbox, in the platform's own; who, the platform does not tell. */
  authorKind: z.enum(['CONTACT', 'AGENT', 'BOT', 'CHANNEL']),
  authorId: id,
  isPrivate: z.boolean(),
  text: z.string().nullable(),
  attachments: z.array(attachment),
  status: deliveryStatus,
  createdAt: instant,
});
export type MessageFacts = z.output<typeof messageFacts>;

export const opened = { version: 1, data: z.object({ conversation: conversationFacts }) } as const;

export const statusChanged = {
  version: 1,
  data: z.object({
    conversation: conversationFacts,
    from: conversationStatus,
    to: conversationStatus,
    /** Seconds from opening (or the last reopening) to now; only when `to` is RESOLVED. */
    resolutionSeconds: z.number().nonnegative().nullable(),
    /** Whether an agent wrote to the contact since the opening (or the last reopening). */
    touchedByAgent: z.boolean(),
  }),
} as const;

export const assigned = {
  version: 1,
  data: z.object({
    conversation: conversationFacts,
    previousAssigneeId: id.nullable(),
    previousTeamId: id.nullable(),
  }),
} as const;

/** Something else of a conversation than its status and who has it; the facts say what it is now. */
export const changed = {
  version: 1,
  data: z.object({ conversation: conversationFacts, change: z.enum(['PRIORITY', 'LABELS', 'BOT', 'CONTACT']) }),
} as const;

export const messageCreated = {
  version: 1,
  data: z.object({
    conversation: conversationFacts,
    message: messageFacts,
    /** For messages to the contact: where they have to go, in the platform's own ids. */
    delivery: z.object({ threadExternalId: z.string().min(1), replyToExternalId: z.string().nullable() }).nullable(),
    /** Seconds that the contact waited; only on the first answer of an agent or bot since the opening. */
    firstResponseSeconds: z.number().nonnegative().nullable(),
    /** Of a contact whom the company has blocked: it is kept, and nobody is told and no bot answers. */
    muted: z.boolean().default(false),
  }),
} as const;

/** A failed message is to be sent once more, by the wish of an agent. */
export const messageRetried = {
  version: 1,
  data: z.object({
    conversation: conversationFacts,
    message: messageFacts,
    delivery: z.object({ threadExternalId: z.string().min(1), replyToExternalId: z.string().nullable() }),
  }),
} as const;

/** Something else of a message that is there: what it says, its reactions, its files. */
export const messageChanged = {
  version: 1,
  data: z.object({
    conversation: conversationFacts,
    message: messageFacts,
    change: z.enum(['EDITED', 'REMOVED', 'REACTED', 'ATTACHMENTS']),
  }),
} as const;

/** How far the delivery of a message is. */
export const messageUpdated = {
  version: 1,
  data: z.object({
    conversation: conversationFacts,
    messageId: id,
    status: deliveryStatus,
    failure: deliveryFailure.nullable(),
  }),
} as const;

/** What an agent may see, as it is now: of which teams they are, and whether they see only those teams' conversations. */
export const agentLimited = {
  version: 1,
  data: z.object({ agentId: id, limitedToTeams: z.boolean(), teamIds: z.array(id) }),
} as const;

/** One agent read; of no interest to others. */
export const read = {
  version: 1,
  data: z.object({ conversation: conversationFacts, agentId: id, unreadCount: z.int().nonnegative() }),
} as const;

export const labelFacts = z.object({ id, name: z.string(), color: z.string() });
export type LabelFacts = z.output<typeof labelFacts>;

/** A label of the company itself. One that is deleted is on no conversation any more. */
export const labelChanged = {
  version: 1,
  data: z.object({ change: z.enum(['CREATED', 'UPDATED', 'DELETED']), label: labelFacts }),
} as const;

/** A team and who is in it now. A deleted one gives its conversations back one by one (`conversation.assigned`). */
export const teamChanged = {
  version: 1,
  data: z.object({
    change: z.enum(['CREATED', 'UPDATED', 'DELETED']),
    team: z.object({ id, name: z.string(), memberIds: z.array(id) }),
  }),
} as const;

/** ADDED also of somebody who comes back. Who is deactivated gives their conversations back one by one (`conversation.assigned`). */
export const agentChanged = {
  version: 1,
  data: z.object({
    change: z.enum(['ADDED', 'UPDATED', 'DEACTIVATED']),
    agent: z.object({ id, name: z.string(), email: z.string(), role: z.enum(['AGENT', 'SUPERVISOR', 'ADMIN']) }),
  }),
} as const;
