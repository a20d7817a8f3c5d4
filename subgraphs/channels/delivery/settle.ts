import type { WriteTransaction } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { DeliveryFailure } from '#schema/events/values.ts';

export type Transaction = Pick<WriteTransaction<SwitchboardCatalogue>, 'sql' | 'publish'>;

interface ToldRow {
  readonly channelId: string;
  readonly conversationId: string | null;
  readonly threadExternalId: string | null;
  readonly externalMessageId: string | null;
}

type Told = 'SENT' | 'DELIVERED' | 'READ' | 'FAILED';
const progress = ['SENT', 'DELIVERED', 'READ'] as const;

/**
 * Brings a message to where its parts are, and tells it when that is news: it is as far as its slowest part, and has
 * failed when one of them has.
 *
 * @param failure Of the part that failed.
 * @returns What it is now, if that is news.
 */
export async function settleDelivery(
  transaction: Transaction,
  companyId: string,
  messageId: string,
  failure: DeliveryFailure | null = null,
): Promise<Told | undefined> {
  const { sql } = transaction;
  const [delivery] = await sql<{ status: string; partCount: number | null }>`
    select status, part_count as "partCount" from channels.deliveries
    where company_id = ${companyId} and message_id = ${messageId} for update`;
  // By a statement of its own: who waited for the lock has to see what the one before it did to the other parts.
  const parts = await sql<{ status: string }>`
    select status from channels.delivery_parts where company_id = ${companyId} and message_id = ${messageId}`;
  const status = statusOf(parts, delivery?.partCount ?? null);
  if (!delivery || status === undefined || status === delivery.status) return undefined;
  await tellDelivery(transaction, companyId, messageId, status, failure);
  return status;
}

/** Undefined while parts are missing. */
function statusOf(parts: readonly { readonly status: string }[], partCount: number | null): Told | undefined {
  if (parts.some(({ status }) => status === 'FAILED')) return 'FAILED';
  const reached = parts.map(({ status }) => progress.findIndex((step) => step === status)).filter((step) => step >= 0);
  return reached.length === partCount ? progress[Math.min(...reached)] : undefined;
}

/** Writes down where a message is, and tells it. */
export async function tellDelivery(
  { sql, publish }: Transaction,
  companyId: string,
  messageId: string,
  status: Told,
  failure: DeliveryFailure | null,
): Promise<void> {
  const [delivery] = await sql<ToldRow>`
    update channels.deliveries
    set status = ${status}, failure = ${failure && JSON.stringify(failure)}::jsonb, updated_at = now()
    where company_id = ${companyId} and message_id = ${messageId}
    returning channel_id as "channelId", conversation_id as "conversationId",
      thread_external_id as "threadExternalId", external_message_id as "externalMessageId"`;
  if (!delivery) return;
  const { channelId, conversationId, threadExternalId, externalMessageId } = delivery;
  publish({
    type: 'channel.delivery.updated',
    actor: { kind: 'system' },
    data: { channelId, threadExternalId, conversationId, messageId, status, externalMessageId, failure },
  });
}
