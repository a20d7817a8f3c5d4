import { z } from 'zod';
import {
  attachment,
  conversationStatus,
  deliveryFailure,
  deliveryStatus,
  id,
  instant,
  platform,
  presence,
  priority,
  revisionKind,
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
  /**
   * CHANNEL: somebody of the company wrote past this inbox, in the platform's own; who, the platform does not tell. PARTNER: a
   * program that the company has given a key.
   */
  authorKind: z.enum(['CONTACT', 'AGENT', 'BOT', 'CHANNEL', 'PARTNER']),
  authorId: id,
  isPrivate: z.boolean(),
  text: z.string().nullable(),
  attachments: z.array(attachment),
  status: deliveryStatus,
  createdAt: instant,
});
export type MessageFacts = z.output<typeof messageFacts>;

export const opened = { version: 1, data: z.object({ conversation: conversationFacts }) } as const;

/** Who had the conversation open until now, and for how long; told once, when they have it no longer or it is not open any more. */
const handled = z.object({ agentId: id, seconds: z.number().nonnegative() });
export type Handled = z.output<typeof handled>;

/** Seconds, of which there are none where nothing was measured. Business seconds are those within the company's opening hours. */
const seconds = z.number().nonnegative().nullable().default(null);

export const statusChanged = {
  version: 1,
  data: z.object({
    conversation: conversationFacts,
    from: conversationStatus,
    to: conversationStatus,
    /** Seconds from opening (or the last reopening) to now; only when `to` is RESOLVED. */
    resolutionSeconds: z.number().nonnegative().nullable(),
    resolutionBusinessSeconds: seconds,
    /** Whether an agent wrote to the contact since the opening (or the last reopening). */
    touchedByAgent: z.boolean(),
    handled: handled.nullable().default(null),
  }),
} as const;

export const assigned = {
  version: 1,
  data: z.object({
    conversation: conversationFacts,
    previousAssigneeId: id.nullable(),
    previousTeamId: id.nullable(),
    /** When no person wanted it: it was their turn, they have been gone for too long, they could not take it again. */
    reason: z.enum(['POLICY', 'AGENT_LEFT', 'REOPENED']).nullable().default(null),
    policyId: id.nullable().default(null),
    /** For how long it was open with nobody; only when somebody has it now. */
    queueWaitSeconds: seconds,
    queueWaitBusinessSeconds: seconds,
    handled: handled.nullable().default(null),
  }),
} as const;

/** Something else of a conversation than its status and who has it; the facts say what it is now. */
export const changed = {
  version: 1,
  data: z.object({
    conversation: conversationFacts,
    change: z.enum(['PRIORITY', 'LABELS', 'BOT', 'CONTACT']),
    addedLabelIds: z.array(id).default([]),
  }),
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
    firstResponseBusinessSeconds: seconds,
    /** The same of every later answer to somebody who waited. */
    nextResponseSeconds: seconds,
    nextResponseBusinessSeconds: seconds,
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

/**
 * An agent wants something else in the place of a message to the contact, or nothing: where the contact has it as well. Until
 * that is done the message is as it was.
 */
export const messageRevised = {
  version: 1,
  data: z.object({
    conversation: conversationFacts,
    message: messageFacts,
    threadExternalId: z.string().min(1),
    revision: z.object({ id, kind: revisionKind, text: z.string().nullable(), requestedAt: instant }),
  }),
} as const;

/** Something else of a message that is there: what it says, its reactions, its files, that a change of it was refused. */
export const messageChanged = {
  version: 1,
  data: z.object({
    conversation: conversationFacts,
    message: messageFacts,
    change: z.enum(['EDITED', 'REMOVED', 'REACTED', 'ATTACHMENTS', 'REVISION_REFUSED']),
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

/** What was issued to the agent before, and then, is worth nothing any more: every token, wherever it is used. */
export const agentSignedOut = {
  version: 1,
  data: z.object({ agentId: id, at: instant }),
} as const;

/** One agent read; of no interest to others. */
export const read = {
  version: 1,
  data: z.object({ conversation: conversationFacts, agentId: id, unreadCount: z.int().nonnegative() }),
} as const;

/** An agent came, went away from the desk, or is not there any more; told once, however many processes saw it. */
export const agentPresence = {
  version: 1,
  data: z.object({
    agentId: id,
    presence,
    since: instant,
    /** What they were until then. */
    previous: presence.nullable().default(null),
    previousSince: instant.nullable().default(null),
  }),
} as const;

/** How conversations are given out has changed: what an agent may have, or a policy. */
export const routingChanged = {
  version: 1,
  data: z.object({
    change: z.enum(['CAPACITY', 'POLICY']),
    agentId: id.nullable().default(null),
    policyId: id.nullable().default(null),
  }),
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

/** How far a change of many conversations is; told every few conversations and at its end. Of interest to who began it. */
export const bulkProgressed = {
  version: 1,
  data: z.object({
    jobId: id,
    agentId: id,
    status: z.enum(['RUNNING', 'DONE', 'CANCELLED']),
    total: z.int().nonnegative(),
    doneCount: z.int().nonnegative(),
    failedCount: z.int().nonnegative(),
  }),
} as const;
export type BulkProgress = z.output<typeof bulkProgressed.data>;
