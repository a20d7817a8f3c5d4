import type { Sql } from '#platform/postgres/sql.ts';
import type { DeliveryFailure } from '#schema/events/values.ts';
import { notDelivered } from '../delivery/failures.ts';
import { lockExternalIds, raiseParts, raisePartsUpTo } from '../delivery/parts.ts';
import { settleDelivery, type Transaction } from '../delivery/settle.ts';
import type { InboundReceipt } from '../platforms/inbound.ts';
import { readPartReference } from '../platforms/outbound.ts';
import { confirmPart, partByReference } from './confirmEcho.ts';

/** By the message of which something may be new: why it failed, if it did. */
type Moved = Map<string, DeliveryFailure | null>;

interface NamedReceipt extends InboundReceipt {
  readonly of: { readonly externalMessageIds: readonly string[] };
}
interface ReceiptUpTo extends InboundReceipt {
  readonly of: { readonly upTo: string };
}

/**
 * What a platform says of messages that the company sent. Receipts come late, twice and out of order, also before the id
 * of their message is known: what says nothing new changes and tells nothing. Those that say the same of messages of one
 * channel are applied together.
 */
export async function applyReceipts(
  transaction: Transaction,
  companyId: string,
  receipts: readonly InboundReceipt[],
): Promise<void> {
  const { sql } = transaction;
  const moved: Moved = new Map();
  const named = receipts.filter((receipt): receipt is NamedReceipt => 'externalMessageIds' in receipt.of);
  await confirmReferred(sql, companyId, named, moved);
  for (const alike of Map.groupBy(named, saying).values()) await raiseNamed(sql, companyId, alike, moved);
  for (const receipt of furthest(receipts)) {
    const { channelId, threadExternalId, status } = receipt;
    const thread = { companyId, channelId, threadExternalId, upTo: receipt.of.upTo };
    for (const messageId of await raisePartsUpTo(sql, thread, status)) moved.set(messageId, failureOf(receipt));
  }
  for (const [messageId, failure] of [...moved].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    await settleDelivery(transaction, companyId, messageId, failure);
  }
}

function failureOf({ status, failure }: InboundReceipt): DeliveryFailure | null {
  return status === 'FAILED' ? (failure ?? notDelivered) : null;
}

/** That there is a status at all confirms the send that it is of, where its id is not known by now. */
async function confirmReferred(
  sql: Sql,
  companyId: string,
  receipts: readonly NamedReceipt[],
  moved: Moved,
): Promise<void> {
  const referring = receipts.filter(({ reference }) => readPartReference(reference) !== undefined);
  for (const [channelId, ofChannel] of Map.groupBy(referring, (receipt) => receipt.channelId)) {
    const ids = ofChannel.flatMap(({ of }) => of.externalMessageIds);
    const known = await knownIds(sql, companyId, channelId, ids);
    for (const receipt of ofChannel) {
      const [externalMessageId] = receipt.of.externalMessageIds;
      if (externalMessageId === undefined || known.has(externalMessageId)) continue;
      known.add(externalMessageId);
      const part = await partByReference(sql, companyId, receipt);
      if (!part) continue;
      const { threadExternalId } = receipt;
      moved.set(part.messageId, await confirmPart(sql, part, { threadExternalId, externalMessageId }));
    }
  }
}

async function knownIds(
  sql: Sql,
  companyId: string,
  channelId: string,
  externalIds: readonly string[],
): Promise<Set<string>> {
  const known = await sql<{ id: string }>`
    select external_id as id from channels.delivery_parts
    where company_id = ${companyId} and channel_id = ${channelId} and external_id = any(${externalIds}::text[])`;
  return new Set(known.map(({ id }) => id));
}

/** What receipts have to share to be applied together. */
function saying({ channelId, status, failure }: InboundReceipt): string {
  return JSON.stringify([channelId, status, failure]);
}

async function raiseNamed(sql: Sql, companyId: string, alike: readonly NamedReceipt[], moved: Moved): Promise<void> {
  const [first] = alike;
  const externalIds = [...new Set(alike.flatMap(({ of }) => of.externalMessageIds))];
  if (!first || externalIds.length === 0) return;
  const { channelId, status } = first;
  await lockExternalIds(sql, channelId, externalIds);
  for (const messageId of await raiseParts(sql, { companyId, channelId, externalIds }, status)) {
    moved.set(messageId, failureOf(first));
  }
  // That it was sent is known as soon as its id is.
  if (status !== 'SENT') await keepEarly(sql, companyId, first, alike);
}

/** Of ids that no part has, for when one gets it: a webhook may be quicker than the answer to the send. */
async function keepEarly(
  sql: Sql,
  companyId: string,
  { channelId, status, failure }: InboundReceipt,
  alike: readonly NamedReceipt[],
): Promise<void> {
  const named = alike.flatMap(({ of, at }) => of.externalMessageIds.map((id) => ({ id, at })));
  const known = await knownIds(
    sql,
    companyId,
    channelId,
    named.map(({ id }) => id),
  );
  const early = named.filter(({ id }) => !known.has(id));
  if (early.length === 0) return;
  await sql`
    insert into channels.early_receipts (company_id, channel_id, external_id, status, failure, at)
    select ${companyId}::uuid, ${channelId}::uuid, given.id, ${status}::text,
      ${failure && JSON.stringify(failure)}::jsonb, given.at
    from json_to_recordset(${JSON.stringify(early)}::json) as given (id text, at timestamptz)
    on conflict do nothing`;
}

/** Of each thread and status the one that reaches furthest: it says all that the others do. */
function furthest(receipts: readonly InboundReceipt[]): ReceiptUpTo[] {
  const last = new Map<string, ReceiptUpTo>();
  for (const receipt of receipts) {
    if (!('upTo' in receipt.of)) continue;
    const { of, channelId, threadExternalId, status } = receipt;
    const key = JSON.stringify([channelId, threadExternalId, status]);
    const known = last.get(key);
    if (!known || Date.parse(known.of.upTo) < Date.parse(of.upTo)) last.set(key, { ...receipt, of });
  }
  return [...last.values()];
}
