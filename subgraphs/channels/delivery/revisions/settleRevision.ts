import type { DeliveryFailure } from '#schema/events/values.ts';
import type { Transaction } from '../settle.ts';
import type { RevisionRow } from './revision.ts';

/** The change is made, or never will be: writes it down and tells it, once. */
export async function settleRevision(
  { sql, publish }: Transaction,
  companyId: string,
  revision: Pick<RevisionRow, 'id' | 'kind' | 'text' | 'messageId' | 'channelId' | 'threadExternalId'>,
  conversationId: string,
  failure: DeliveryFailure | null = null,
): Promise<void> {
  const { id, kind, text, messageId, channelId, threadExternalId } = revision;
  const status = failure ? 'REFUSED' : 'DONE';
  const settled = await sql`
    update channels.revisions set status = ${status}, updated_at = now()
    where company_id = ${companyId} and id = ${id} and status = 'WAITING' returning 1 as done`;
  if (settled.length === 0) return;
  if (kind === 'EDIT' && !failure) {
    await sql`
      update channels.deliveries set payload = jsonb_set(payload, '{text}', to_jsonb(${text}::text))
      where company_id = ${companyId} and message_id = ${messageId} and payload is not null`;
  }
  publish({
    type: 'channel.message.revised',
    actor: { kind: 'system' },
    data: { channelId, threadExternalId, conversationId, messageId, revisionId: id, kind, text, status, failure },
  });
}

/** What has not gone out says something else when it does, or does not go out at all. The caller holds the queue. */
export async function reviseUnsent(
  transaction: Transaction,
  companyId: string,
  revision: RevisionRow,
  conversationId: string,
): Promise<void> {
  if (revision.kind === 'DELETE') {
    await transaction.sql`
      update channels.deliveries set status = 'WITHDRAWN', updated_at = now()
      where company_id = ${companyId} and message_id = ${revision.messageId}`;
  }
  await settleRevision(transaction, companyId, revision, conversationId);
}
