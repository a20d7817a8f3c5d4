import { defineEntity, p, Type, type InferEntity } from '@mikro-orm/postgresql';
import type { Citation } from '#schema/events/bot.ts';
import type { Revision } from '../rules/revision.ts';
import type { Referral, Story } from '#schema/events/channels.ts';
import type { MessageFacts } from '#schema/events/conversations.ts';
import type { Attachment, DeliveryFailure, DeliveryStatus } from '#schema/events/values.ts';

/** Words as a `tsvector` that PostgreSQL takes as they are. Written and searched, never read. */
class SearchVector extends Type<readonly string[], string> {
  override convertToDatabaseValue(words: readonly string[]): string {
    return words.join(' ');
  }

  override convertToDatabaseValueSQL(key: string): string {
    return `array_to_tsvector(string_to_array(${key}, ' '))`;
  }

  override getColumnType(): string {
    return 'tsvector';
  }
}

export const Message = defineEntity({
  name: 'Message',
  tableName: 'messages',
  properties: {
    companyId: p.uuid().primary(),
    id: p.uuid().primary(),
    conversationId: p.uuid(),
    channelId: p.uuid(),
    direction: p.text().$type<'INBOUND' | 'OUTBOUND'>(),
    authorKind: p.text().$type<MessageFacts['authorKind']>(),
    /** Of a CHANNEL: the channel itself. */
    authorId: p.uuid(),
    /** In a group, the member who wrote; of a bot, what it calls itself; of a partner, its name. */
    senderName: p.text().strictNullable(),
    isPrivate: p.boolean(),
    text: p.text().strictNullable(),
    attachments: p.json().$type<readonly Attachment[]>(),
    replyToId: p.uuid().strictNullable(),
    /** Of a bot: what it answered from. */
    citations: p.json().$type<readonly Citation[]>(),
    /** What a button that was pressed stands for. */
    payload: p.text().strictNullable(),
    story: p.json().$type<Story>().strictNullable(),
    referral: p.json().$type<Referral>().strictNullable(),
    status: p.text().$type<DeliveryStatus>(),
    /** When the last report that counted was made, by the clock of who made it. */
    statusAt: p.datetime().strictNullable(),
    failure: p.json().$type<DeliveryFailure>().strictNullable(),
    externalId: p.text().strictNullable(),
    /** How many inbound messages the conversation had when this one was written, itself included. */
    inboundOrdinal: p.integer(),
    idempotencyKey: p.text().strictNullable(),
    search: p.type(SearchVector).lazy(),
    /** Inbound: the platform's time. */
    createdAt: p.datetime(),
    /** Counts from 1, with everything that was made of what it says. */
    version: p.integer(),
    revision: p.json().$type<Revision>().strictNullable(),
    editedAt: p.datetime().strictNullable(),
    deletedAt: p.datetime().strictNullable(),
  },
});
export type MessageEntity = InferEntity<typeof Message>;

/** What a message has only from some platforms, from some authors, or in time. */
export const unsaid = {
  senderName: null,
  replyToId: null,
  citations: [],
  payload: null,
  story: null,
  referral: null,
  failure: null,
  statusAt: null,
  externalId: null,
  idempotencyKey: null,
  version: 1,
  revision: null,
  editedAt: null,
  deletedAt: null,
} as const satisfies Partial<MessageEntity>;
