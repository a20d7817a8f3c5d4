import type { Sql } from '#platform/postgres/sql.ts';
import { notDelivered } from '../delivery/failures.ts';
import { lockExternalIds, raiseParts, raisePartsUpTo } from '../delivery/parts.ts';
import { settleDelivery, type Transaction } from '../delivery/settle.ts';
import type { InboundReceipt } from '../platforms/inbound.ts';
import { confirmPart, partByReference } from './confirmEcho.ts';

/**
 * What a platform says of messages that the company sent. Receipts come late, twice and out of order, also before the id
 * of their message is known: what says nothing new changes and tells nothing.
 */
export async function applyReceipt(
  transaction: Transaction,
  companyId: string,
  receipt: InboundReceipt,
): Promise<void> {
  const { sql } = transaction;
  const { channelId, threadExternalId, status, of } = receipt;
  const failure = status === 'FAILED' ? (receipt.failure ?? notDelivered) : null;
  const moved =
    'upTo' in of
      ? await raisePartsUpTo(sql, { companyId, channelId, threadExternalId, upTo: of.upTo }, status)
      : await raiseNamed(sql, companyId, receipt, of.externalMessageIds);
  for (const messageId of moved) await settleDelivery(transaction, companyId, messageId, failure);
}

/** @returns The messages of which something is new. */
async function raiseNamed(
  sql: Sql,
  companyId: string,
  receipt: InboundReceipt,
  externalIds: readonly string[],
): Promise<string[]> {
  const { channelId, threadExternalId, status } = receipt;
  const [externalMessageId] = externalIds;
  if (externalMessageId === undefined) return [];
  // That there is a status at all confirms the send that it is of.
  const part = await partByReference(sql, companyId, receipt);
  if (part) await confirmPart(sql, part, { threadExternalId, externalMessageId });
  await lockExternalIds(sql, channelId, externalIds);
  const moved = await raiseParts(sql, { companyId, channelId, externalIds }, status);
  await keepEarly(sql, companyId, receipt, externalIds);
  return [...new Set([...moved, ...(part ? [part.messageId] : [])])].toSorted();
}

/** Of ids that no part has, for when one gets it: a webhook may be quicker than the answer to the send. */
async function keepEarly(
  sql: Sql,
  companyId: string,
  { channelId, status, failure, at }: InboundReceipt,
  externalMessageIds: readonly string[],
): Promise<void> {
  // That it was sent is known as soon as its id is.
  if (status === 'SENT') return;
  await sql`
    insert into channels.early_receipts (company_id, channel_id, external_id, status, failure, at)
    select ${companyId}::uuid, ${channelId}::uuid, given.id, ${status}::text,
      ${failure && JSON.stringify(failure)}::jsonb, ${at}::timestamptz
    from unnest(${externalMessageIds}::text[]) as given (id)
    where not exists (
      select from channels.delivery_parts p
      where p.company_id = ${companyId} and p.channel_id = ${channelId} and p.external_id = given.id
    )
    on conflict do nothing`;
}
