import { backoff } from '#platform/lifecycle/backoff.ts';
import { requireReauthorization } from '../../commands/requireReauthorization.ts';
import { failure } from '../../platforms/failure.ts';
import type { ReviseResult } from '../../platforms/outbound.ts';
import type { Lease } from '../queue.ts';
import { MAX_ATTEMPTS } from '../recordSend.ts';
import type { Transaction } from '../settle.ts';
import type { Revise } from './revision.ts';
import { settleRevision } from './settleRevision.ts';
import { textOf } from './takeRevision.ts';

/** What became of a part that was to be changed. */
export type ReviseOutcome = ReviseResult | { readonly kind: 'heldBack'; readonly waitMs: number };

/**
 * Writes down what became of a change. To change what is changed already is no harm, so what nobody knows the end of is made
 * once more.
 *
 * @returns How long the queue has to be left alone, if it has to.
 */
export async function recordRevision(
  transaction: Transaction,
  { companyId, conversationId }: Lease,
  { revision, part, attempt, change, sealedToken }: Revise,
  outcome: ReviseOutcome,
): Promise<number | undefined> {
  const { sql } = transaction;
  const { id, messageId, channelId } = revision;
  switch (outcome.kind) {
    case 'heldBack':
      return outcome.waitMs;
    case 'done':
      await sql`
        update channels.revisions set parts_done = ${part + 1}, attempts = 0, updated_at = now()
        where company_id = ${companyId} and id = ${id} and status = 'WAITING'`;
      if (change.content) {
        await sql`
          update channels.delivery_parts set text = ${textOf(change.content)}
          where company_id = ${companyId} and message_id = ${messageId} and part = ${part}`;
      }
      return undefined;
    case 'unconfirmed':
    case 'refused': {
      if (outcome.kind === 'refused' && outcome.unauthorized) {
        await requireReauthorization(transaction, companyId, channelId, sealedToken);
        return undefined;
      }
      const again = outcome.kind === 'unconfirmed' || outcome.again;
      if (!again || attempt >= MAX_ATTEMPTS) {
        const why =
          outcome.kind === 'refused' ? outcome.failure : failure('PLATFORM_UNAVAILABLE', outcome.reason, true);
        await settleRevision(transaction, companyId, revision, conversationId, why);
        return undefined;
      }
      await sql`
        update channels.revisions set parts_done = ${part}, attempts = ${attempt}, updated_at = now()
        where company_id = ${companyId} and id = ${id} and status = 'WAITING'`;
      const waitMs = outcome.kind === 'refused' ? outcome.waitMs : undefined;
      return waitMs ?? backoff(attempt, { baseMs: 1_000, capMs: 30_000 });
    }
  }
}
