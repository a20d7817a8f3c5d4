import type { Actor } from '#platform/events/catalogue.ts';
import type { UserError } from '#platform/graphql/errors.ts';
import { Fragment } from '#platform/postgres/sql.ts';
import type { Attachment } from '#schema/events/values.ts';
import type { AgentEntity } from './entities/agent.ts';
import type { ConversationEntity } from './entities/conversation.ts';
import type { MessageEntity } from './entities/message.ts';
import type { ConversationFilter } from './queries/conversationFilter.ts';
import type { Change } from './rules/change.ts';
import type { AttributeType } from './rules/attributeValues.ts';
import type { NotificationKind } from './rules/notifications.ts';

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
  'citations',
  'payload',
  'story',
  'referral',
  'status',
  'failure',
  'externalId',
  'createdAt',
  'version',
  'revision',
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
  'deactivatedAt',
  'signedOutAt',
  'version',
] as const satisfies readonly (keyof AgentEntity)[];

/** As the viewer sees it. */
export interface ConversationRow extends Pick<ConversationEntity, (typeof conversationFields)[number]> {
  readonly unreadCount: number;
  readonly labels: readonly LabelRow[];
  /** Where it was read with the row. */
  readonly team?: TeamRow | null | undefined;
  /** Where it was read together with those of other rows. */
  readonly lastMessage?: MessageRow | null | undefined;
}
export interface MessageRow extends Pick<MessageEntity, (typeof messageFields)[number]> {}
export interface AgentRow extends Pick<AgentEntity, (typeof agentFields)[number]> {}

export interface AttachmentRow extends Attachment {}

export interface TeamRow {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly deletedAt: Date | null;
}

export interface LabelRow {
  readonly id: string;
  readonly name: string;
  readonly color: string;
  readonly version: number;
  readonly deletedAt: Date | null;
}

export interface SavedViewRow {
  readonly id: string;
  readonly name: string;
  readonly visibility: 'PRIVATE' | 'SHARED';
  readonly filter: ConversationFilter;
  readonly ownerId: string;
  readonly version: number;
}

export interface BulkJobRow {
  readonly id: string;
  readonly status: 'RUNNING' | 'DONE' | 'CANCELLED';
  readonly total: number;
  readonly doneCount: number;
  readonly failedCount: number;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

export interface BulkResultRow {
  readonly jobId: string;
  readonly position: number;
  readonly conversationId: string;
  readonly status: 'WAITING' | 'DONE' | 'FAILED' | 'CANCELLED';
  readonly userErrors: readonly UserError[];
}

export interface ContactRow {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  /** By the keys of the definitions that are there. */
  readonly attributes: unknown;
  readonly pictureFileKey: string | null;
  readonly blockedAt: Date | null;
  readonly erasedAt: Date | null;
  readonly version: number;
  readonly createdAt: Date;
}

export interface ContactNoteRow {
  readonly id: string;
  readonly contactId: string;
  readonly authorId: string;
  readonly text: string;
  readonly createdAt: Date;
  readonly editedAt: Date | null;
}

export interface ContactMergeRow {
  readonly id: string;
  readonly intoId: string;
  readonly fromId: string;
  readonly mergedBy: string;
  readonly mergedAt: Date;
  readonly undoneBy: string | null;
  readonly undoneAt: Date | null;
}

export interface AuditEntryRow {
  readonly id: string;
  readonly occurredAt: Date;
  readonly actorKind: Actor['kind'];
  readonly actorId: string | null;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly clientAddress: string | null;
  readonly requestId: string | null;
}

export interface PartnerKeyRow {
  readonly id: string;
  readonly partner: string;
  readonly name: string;
  readonly hint: string;
  readonly scopes: readonly string[];
  readonly requestsPerMinute: number;
  readonly costPerMinute: number;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly replacedById: string | null;
}

export interface PrivacyJobRow {
  readonly id: string;
  readonly kind: 'EXPORT' | 'ERASURE';
  readonly status: 'QUEUED' | 'RUNNING' | 'DONE' | 'FAILED' | 'EXPIRED';
  readonly contactId: string;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly finishedAt: Date | null;
  readonly fileKey: string | null;
  /** Bytes. */
  readonly size: number | null;
  readonly expiresAt: Date | null;
}

export interface ErasureReportRow {
  readonly jobId: string;
  readonly context: string;
  readonly counts: unknown;
  readonly completedAt: Date | null;
}

export interface DefinitionRow {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly type: AttributeType;
  readonly choices: readonly string[];
}

export interface IdentityRow {
  readonly contactId: string;
  readonly channelId: string;
  readonly externalId: string;
  readonly displayName: string | null;
  readonly blockedAt: Date | null;
}

/** Of one of the two. */
export interface Mention {
  readonly agentId: string | null;
  readonly teamId: string | null;
}

export interface NotificationRow {
  readonly id: string;
  readonly kind: NotificationKind;
  readonly conversationId: string;
  readonly messageId: string | null;
  readonly teamId: string | null;
  readonly actorKind: Actor['kind'];
  readonly actorId: string | null;
  readonly createdAt: Date;
  readonly readAt: Date | null;
}

export interface CannedResponseRow {
  readonly id: string;
  readonly shortcode: string;
  readonly shortcodeKey: string;
  readonly content: string;
  readonly attachmentUrls: readonly string[];
  readonly isShared: boolean;
  readonly usageCount: number;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** How well it fits what was searched for: the lower, the better. */
  readonly rank: number;
}

export type DraftKind = 'REPLY' | 'NOTE';

export interface DraftContent {
  readonly text: string;
  readonly attachmentUrls: readonly string[];
  readonly replyToId: string | null;
  readonly mentions: readonly Mention[];
}

export interface DraftRow {
  readonly id: string;
  readonly kind: DraftKind;
  readonly conversationId: string;
  readonly content: DraftContent;
  readonly revision: number;
  readonly updatedAt: Date;
}

export interface ReactionRow {
  readonly messageId: string;
  readonly emoji: string;
  readonly by: string;
  readonly reactedAt: Date;
}

/** A change as JSON keeps it. */
type Stored<C extends Change> = {
  readonly [Field in Exclude<keyof C, 'kind'>]: Date extends C[Field] ? string | null : C[Field];
};

interface ActivityFields {
  readonly conversationId: string;
  readonly id: string;
  readonly actorKind: Actor['kind'];
  readonly actorId: string | null;
  readonly occurredAt: Date;
}

type ActivityOf<Kind extends Change['kind']> = ActivityFields & {
  readonly kind: Kind;
  readonly data: Stored<Extract<Change, { kind: Kind }>>;
};
export type OpenedActivityRow = ActivityOf<'OPENED'>;
export type StatusActivityRow = ActivityOf<'STATUS'>;
export type AssignmentActivityRow = ActivityOf<'ASSIGNED'>;
export type PriorityActivityRow = ActivityOf<'PRIORITY'>;
export type LabelsActivityRow = ActivityOf<'LABELS'>;
export type BotActivityRow = ActivityOf<'BOT'>;
export type HandOverActivityRow = ActivityOf<'HANDED_OVER'>;
export type ContactActivityRow = ActivityOf<'CONTACT'>;
export type ActivityRow = { [Kind in Change['kind']]: ActivityOf<Kind> }[Change['kind']];

/** `c`: conversations, `r`: the viewer's read mark, as {@link viewerMark} joins it. */
export const conversationColumns = columns('c', conversationFields);
export const messageColumns = columns('m', messageFields);
export const agentColumns = columns('a', agentFields);

/** `c.last_activity_at as "lastActivityAt", …`: rows come back with the names that entities have. */
function columns(alias: string, fields: readonly string[]): Fragment {
  const column = (field: string) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return new Fragment([fields.map((field) => `${alias}.${column(field)} as "${field}"`).join(', ')], []);
}
