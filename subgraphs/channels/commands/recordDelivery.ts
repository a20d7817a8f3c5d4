import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { DeliveryFailure } from '#schema/events/values.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { DeliveryKey } from './claimDelivery.ts';

export type DeliveryOutcome =
  | { readonly status: 'SENT'; readonly sentParts: number; readonly externalMessageId: string | null }
  | {
      readonly status: 'FAILED';
      readonly sentParts: number;
      readonly externalMessageId: string | null;
      readonly failure: DeliveryFailure;
      readonly unauthorized?: boolean | undefined;
    }
  /** Certainly not sent (beyond `sentParts`); to be tried again after `waitMs`. */
  | {
      readonly status: 'WAITING';
      readonly sentParts: number;
      readonly externalMessageId: string | null;
      readonly failure: DeliveryFailure;
      readonly waitMs: number;
    };

/**
 * Writes down what became of a claimed delivery and tells it, in one transaction. Repeating it changes nothing.
 *
 * @returns False when it was not ours (any more), or was written down before.
 */
export function recordDelivery(
  database: Database<SwitchboardCatalogue>,
  key: DeliveryKey,
  outcome: DeliveryOutcome,
): Promise<boolean> {
  const { companyId, messageId, channelId, conversationId, claimedBy } = key;
  const { status, sentParts, externalMessageId } = outcome;
  const failure = outcome.status === 'SENT' ? null : outcome.failure;
  return database.write(companyId, async ({ sql, publish }) => {
    const updated = await sql`
      update channels.deliveries
      set status = ${status}, sent_parts = ${sentParts}, external_message_id = ${externalMessageId},
        failure = ${failure && JSON.stringify(failure)}::jsonb, updated_at = now()
      where company_id = ${companyId} and message_id = ${messageId}
        and status = 'SENDING' and claimed_by = ${claimedBy}
      returning 1 as done`;
    if (updated.length === 0) return false;
    if (outcome.status === 'WAITING') return true;
    if (outcome.status === 'FAILED' && outcome.unauthorized) {
      await sql`
        update channels.channels set status = 'NEEDS_REAUTHORIZATION'
        where company_id = ${companyId} and id = ${channelId} and status = 'ACTIVE'`;
    }
    publish({
      type: 'channel.delivery.updated',
      actor: { kind: 'system' },
      data: { channelId, conversationId, messageId, status: outcome.status, externalMessageId, failure },
    });
    return true;
  });
}
