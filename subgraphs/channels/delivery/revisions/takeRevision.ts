import type { Sql } from '#platform/postgres/sql.ts';
import { storableText } from '#platform/postgres/storableText.ts';
import type { DeliveryFailure, Platform } from '#schema/events/values.ts';
import { openAccount } from '../../credentials/openAccount.ts';
import { failure } from '../../platforms/failure.ts';
import type { OutgoingPart, PartChange, Sender } from '../../platforms/outbound.ts';
import type { ChannelStatus } from '../../rows.ts';
import { filesOf, type DecideOptions } from '../decide.ts';
import { channelNotFound, channelRemoved, notRevisable } from '../failures.ts';
import { deliveryPayload } from '../payload.ts';
import type { Revise, RevisionRow } from './revision.ts';

interface PartRow {
  readonly part: number;
  readonly externalId: string | null;
  readonly text: string | null;
}

/** The message that is to be changed, as far as its channel knows it. */
interface Target {
  /** Null, as the next five, when the company has no such channel. */
  readonly platform: Platform | null;
  readonly channelStatus: ChannelStatus | null;
  readonly externalId: string | null;
  readonly accessToken: string | null;
  readonly settings: unknown;
  readonly payload: unknown;
  readonly deliveryStatus: string | null;
  /** What the platform has or may have of it, in order. */
  readonly parts: readonly PartRow[];
}

/** What has to happen with a change that is next in its queue. */
export type RevisionDecision =
  | { readonly kind: 'revise'; readonly revise: Revise }
  /** Nothing of the message has gone out. */
  | { readonly kind: 'unsent' }
  /** All of it is as it should be. */
  | { readonly kind: 'done' }
  | { readonly kind: 'refuse'; readonly failure: DeliveryFailure }
  | { readonly kind: 'park' }
  | { readonly kind: 'unauthorized'; readonly sealedToken: string | null };

/** The oldest change in a conversation that waits. */
export async function readRevision(
  sql: Sql,
  { companyId, conversationId }: { readonly companyId: string; readonly conversationId: string },
): Promise<RevisionRow | undefined> {
  const [revision] = await sql<RevisionRow>`
    select id, message_id as "messageId", channel_id as "channelId", thread_external_id as "threadExternalId", kind, text,
      attempts, parts_done as "partsDone", created_at as "createdAt"
    from channels.revisions
    where company_id = ${companyId} and conversation_id = ${conversationId} and status = 'WAITING'
    order by created_at, id limit 1`;
  return revision;
}

export async function decideRevision(
  sql: Sql,
  companyId: string,
  revision: RevisionRow,
  options: DecideOptions,
): Promise<RevisionDecision> {
  const target = await readTarget(sql, companyId, revision);
  const { platform, channelStatus, externalId, accessToken, parts } = target;
  if (platform === null || channelStatus === null || externalId === null) {
    return { kind: 'refuse', failure: channelNotFound };
  }
  if (target.deliveryStatus === null) return refuse('The message is too old to be changed where it was sent.');
  if (parts.length === 0) return { kind: 'unsent' };
  if (channelStatus === 'REMOVED') return { kind: 'refuse', failure: channelRemoved };
  const sender = options.senders[platform];
  if (!sender.revise) return { kind: 'refuse', failure: notRevisable };
  if (channelStatus !== 'ACTIVE') return { kind: 'park' };
  const account = openAccount(options.keyring, companyId, {
    ...target,
    channelId: revision.channelId,
    platform,
    externalId,
  });
  if (!account) return { kind: 'unauthorized', sealedToken: accessToken };
  const changes = changesOf(companyId, revision, target, sender, options);
  if ('code' in changes) return { kind: 'refuse', failure: changes };
  const part = changes.findIndex((change, index) => index >= revision.partsDone && change !== null);
  const change = changes[part];
  if (!change) return { kind: 'done' };
  const attempt = part === revision.partsDone ? revision.attempts + 1 : 1;
  return { kind: 'revise', revise: { revision, part, attempt, change, account, sealedToken: accessToken } };
}

async function readTarget(sql: Sql, companyId: string, { messageId, channelId }: RevisionRow): Promise<Target> {
  const [target] = await sql<Target>`
    select c.platform, c.status as "channelStatus", c.external_id as "externalId", c.access_token as "accessToken",
      c.settings, d.payload, d.status as "deliveryStatus",
      coalesce((
        select jsonb_agg(jsonb_build_object('part', p.part, 'externalId', p.external_id, 'text', p.text) order by p.part)
        from channels.delivery_parts p where p.company_id = ${companyId} and p.message_id = ${messageId}
      ), '[]') as parts
    from (select) one
    left join channels.channels c on c.company_id = ${companyId} and c.id = ${channelId}
    left join channels.deliveries d
      on d.company_id = ${companyId} and d.message_id = ${messageId} and d.channel_id = ${channelId}`;
  if (!target) throw new Error('a row of nothing is always there');
  return target;
}

/** For each part that went out what it is to be, or null where it is so already. */
function changesOf(
  companyId: string,
  { kind, text }: RevisionRow,
  { payload, parts }: Target,
  sender: Sender,
  options: DecideOptions,
): readonly (PartChange | null)[] | DeliveryFailure {
  const unknown = parts.some(({ externalId }) => externalId === null);
  if (unknown) return notSupported('It is not known whether the contact has all of it, so it cannot be changed.');
  const ids = parts.map(({ externalId }) => externalId ?? '');
  if (kind === 'DELETE') return ids.map((externalMessageId) => ({ externalMessageId, content: null }));
  const known = deliveryPayload.safeParse(payload).data;
  if (!known) return notSupported('The message was not written here, so it is not known what it consists of.');
  const files = filesOf(companyId, known, options);
  const before = sender.parts({ text: known.text && storableText(known.text), files });
  const after = sender.parts({ text: text && storableText(text), files });
  if (!haveOneShape(before, after) || parts.length !== after.length) {
    const [had, has] = [parts.length, after.length];
    return notSupported(`The message went out as ${had} of the platform's, and would be ${has} with that text.`);
  }
  return after.map((content, index) =>
    textOf(content) === parts[index]?.text ? null : { externalMessageId: ids[index] ?? '', content },
  );
}

function haveOneShape(before: readonly OutgoingPart[], after: readonly OutgoingPart[]): boolean {
  return (
    before.length === after.length && before.every((part, index) => 'text' in part === 'text' in (after[index] ?? {}))
  );
}

/** As the claim of a part keeps it. */
export function textOf(content: OutgoingPart): string | null {
  return 'text' in content ? content.text : content.caption;
}

function refuse(message: string): RevisionDecision {
  return { kind: 'refuse', failure: notSupported(message) };
}

function notSupported(message: string): DeliveryFailure {
  return failure('NOT_SUPPORTED', message, false);
}
