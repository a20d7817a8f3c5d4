import { applyEarlyReceipts, lockExternalIds, threadLock } from '../delivery/parts.ts';
import { settleDelivery, type Transaction } from '../delivery/settle.ts';

/** A message of the company that was written past the inbox. */
export interface OutsideMessage {
  readonly messageId: string;
  readonly channelId: string;
  readonly threadExternalId: string;
  readonly externalMessageId: string;
  readonly text: string | null;
  /** RFC 3339, the platform's time. */
  readonly sentAt: string;
}

/** Remembers it as sent, so that what the platform says of its delivery finds it. To be done once for each. */
export async function recordOutsideMessage(
  transaction: Transaction,
  companyId: string,
  message: OutsideMessage,
): Promise<void> {
  const { sql } = transaction;
  const { messageId, channelId, threadExternalId, externalMessageId, text, sentAt } = message;
  await lockExternalIds(sql, channelId, [externalMessageId, threadLock(threadExternalId)]);
  await sql`
    insert into channels.deliveries (company_id, message_id, channel_id, thread_external_id, status, part_count,
      external_message_id, created_at)
    values (${companyId}, ${messageId}, ${channelId}, ${threadExternalId}, 'SENT', 1, ${externalMessageId}, ${sentAt})`;
  await sql`
    insert into channels.delivery_parts
      (company_id, message_id, part, channel_id, thread_external_id, text, status, external_id, sent_at)
    values (${companyId}, ${messageId}, 0, ${channelId}, ${threadExternalId}, ${text}, 'SENT', ${externalMessageId},
      ${sentAt})`;
  const failure = await applyEarlyReceipts(sql, { companyId, channelId, externalId: externalMessageId });
  await settleDelivery(transaction, companyId, messageId, failure);
}
