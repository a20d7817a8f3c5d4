import { defineEntity, p, type InferEntity } from '@mikro-orm/postgresql';
import type { ConversationStatus, Platform, Priority } from '#schema/events/values.ts';

export const Conversation = defineEntity({
  name: 'Conversation',
  tableName: 'conversations',
  properties: {
    companyId: p.uuid().primary(),
    id: p.uuid().primary(),
    number: p.integer(),
    contactId: p.uuid(),
    identityId: p.uuid(),
    channelId: p.uuid(),
    platform: p.text().$type<Platform>(),
    status: p.text().$type<ConversationStatus>(),
    priority: p.text().$type<Priority>(),
    assigneeId: p.uuid().strictNullable(),
    teamId: p.uuid().strictNullable(),
    botEnabled: p.boolean(),
    /** The contact's first message that the bot is to know of: what was before it got the conversation is another story. */
    botFromOrdinal: p.integer(),
    /** Until when the bot has to answer what the contact waits for; then people do. Null while nobody waits for it. */
    botDueAt: p.datetime().strictNullable(),
    snoozedUntil: p.datetime().strictNullable(),
    /** When the contact began to wait for an answer. */
    waitingSince: p.datetime().strictNullable(),
    /** Of this opening, as `touchedByAgent` is: a conversation that is opened again starts anew. */
    firstRepliedAt: p.datetime().strictNullable(),
    touchedByAgent: p.boolean(),
    openedAt: p.datetime(),
    /** With whom it is open, and since when; with nobody while it waits. */
    holderId: p.uuid().strictNullable(),
    heldSince: p.datetime().strictNullable(),
    resolvedAt: p.datetime().strictNullable(),
    /** The time of the newest message; it never goes back. */
    lastActivityAt: p.datetime(),
    lastMessageId: p.uuid().strictNullable(),
    messageCount: p.integer(),
    inboundCount: p.integer(),
    /** Counts what is done to the conversation besides writing in it. */
    version: p.integer(),
    createdAt: p.datetime(),
  },
});
export type ConversationEntity = InferEntity<typeof Conversation>;
