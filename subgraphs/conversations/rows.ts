import { Fragment } from '#platform/postgres/sql.ts';
import type { Attachment } from '#schema/events/values.ts';
import type { AgentEntity } from './entities/agent.ts';
import type { ConversationEntity } from './entities/conversation.ts';
import type { MessageEntity } from './entities/message.ts';

const conversationFields = [
  'id',
  'number',
  'status',
  'priority',
  'channelId',
  'platform',
  'contactId',
  'identityId',
  'assigneeId',
  'teamId',
  'botEnabled',
  'snoozedUntil',
  'waitingSince',
  'firstRepliedAt',
  'lastActivityAt',
  'createdAt',
  'lastMessageId',
  'messageCount',
  'version',
] as const satisfies readonly (keyof ConversationEntity)[];

const messageFields = [
  'id',
  'conversationId',
  'authorKind',
  'authorId',
  'senderName',
  'direction',
  'isPrivate',
  'text',
  'attachments',
  'replyToId',
  'payload',
  'story',
  'referral',
  'status',
  'failure',
  'externalId',
  'createdAt',
  'editedAt',
  'deletedAt',
] as const satisfies readonly (keyof MessageEntity)[];

const agentFields = [
  'id',
  'name',
  'email',
  'role',
  'limitedToTeams',
  'openConversationCount',
] as const satisfies readonly (keyof AgentEntity)[];

/** As the viewer sees it. */
export interface ConversationRow extends Pick<ConversationEntity, (typeof conversationFields)[number]> {
  readonly unreadCount: number;
  readonly labels: readonly LabelRow[];
}
export interface MessageRow extends Pick<MessageEntity, (typeof messageFields)[number]> {}
export interface AgentRow extends Pick<AgentEntity, (typeof agentFields)[number]> {}

export interface AttachmentRow extends Attachment {}

export interface TeamRow {
  readonly id: string;
  readonly name: string;
}

export interface LabelRow {
  readonly id: string;
  readonly name: string;
  readonly color: string;
}

export interface ContactRow {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly attributes: unknown;
  readonly pictureFileKey: string | null;
}

export interface IdentityRow {
  readonly contactId: string;
  readonly channelId: string;
  readonly externalId: string;
  readonly displayName: string | null;
  readonly blockedAt: Date | null;
}

export interface ReactionRow {
  readonly messageId: string;
  readonly emoji: string;
  readonly by: string;
  readonly reactedAt: Date;
}

/** `c`: conversations, `r`: the viewer's read mark, as {@link viewerMark} joins it. */
export const conversationColumns = columns('c', conversationFields);
export const messageColumns = columns('m', messageFields);
export const agentColumns = columns('a', agentFields);

/** `c.last_activity_at as "lastActivityAt", …`: rows come back with the names that entities have. */
function columns(alias: string, fields: readonly string[]): Fragment {
  const column = (field: string) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return new Fragment([fields.map((field) => `${alias}.${column(field)} as "${field}"`).join(', ')], []);
}
