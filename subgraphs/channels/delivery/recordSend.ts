import { backoff } from '#platform/lifecycle/backoff.ts';
import type { SendResult } from '../platforms/outbound.ts';
import { requireReauthorization } from '../commands/requireReauthorization.ts';
import { markUnconfirmed, unclaimPart } from './claimPart.ts';
import type { DecideOptions, Send } from './decide.ts';
import { markPartSent } from './parts.ts';
import { keepQueue, releaseQueue, type Lease } from './queue.ts';
import type { Revise } from './revisions/revision.ts';
import { recordRevision, type ReviseOutcome } from './revisions/recordRevision.ts';
import { settleDelivery, tellDelivery, type Transaction } from './settle.ts';
import { takeHead, type Failed, type Head } from './takeHead.ts';

/** The tries of a part, spread over about two minutes unless the platform says how long it wants to be left alone. */
export const MAX_ATTEMPTS = 8;

/** What became of a part that was to be sent. */
export type Outcome =
  | SendResult
  /** It was held back, or its claim failed: nothing went out. To be looked at again after `waitMs`. */
  | { readonly kind: 'heldBack'; readonly waitMs: number };

export interface Recorded extends Head {
  /** The message is with the platform as a whole. */
  readonly completed: boolean;
}

/**
 * Writes down what became of a part, tells what is news about its message, and takes what comes next in the queue, all in
 * one transaction. Repeating it changes nothing. What is known of a send counts also when the queue belongs to somebody
 * else by now; then there is nothing more to send for this worker.
 *
 * @param options.goOn False: the queue is given back, for somebody else to send from.
 */
export async function recordSend(
  transaction: Transaction,
  lease: Lease,
  send: Send,
  outcome: Outcome,
  options: DecideOptions & { readonly goOn: boolean },
): Promise<Recorded> {
  const ours = await keepQueue(transaction.sql, lease);
  const { waitMs, completed, failed } = await apply(transaction, lease, send, outcome);
  const head = ours ? await nextOf(transaction, lease, waitMs, options) : nothingNext;
  return { next: head.next, failed: [...failed, ...head.failed], completed };
}

/** The same for a change of what went out. */
export async function recordRevise(
  transaction: Transaction,
  lease: Lease,
  revise: Revise,
  outcome: ReviseOutcome,
  options: DecideOptions & { readonly goOn: boolean },
): Promise<Head> {
  const ours = await keepQueue(transaction.sql, lease);
  const waitMs = await recordRevision(transaction, lease, revise, outcome);
  return ours ? nextOf(transaction, lease, waitMs, options) : nothingNext;
}

const nothingNext: Head = { next: undefined, failed: [] };

async function nextOf(
  transaction: Transaction,
  lease: Lease,
  waitMs: number | undefined,
  options: DecideOptions & { readonly goOn: boolean },
): Promise<Head> {
  if (waitMs === undefined && options.goOn) return takeHead(transaction, lease, options);
  await releaseQueue(transaction.sql, lease, waitMs ?? 0);
  return nothingNext;
}

interface Applied {
  /** How long the queue has to be left alone, if it has to. */
  readonly waitMs?: number;
  readonly completed: boolean;
  readonly failed: readonly Failed[];
}

async function apply(transaction: Transaction, lease: Lease, send: Send, outcome: Outcome): Promise<Applied> {
  const { sql } = transaction;
  const { companyId } = lease;
  const { messageId, channelId, part, attempt } = send;
  const nothing: Applied = { completed: false, failed: [] };
  switch (outcome.kind) {
    case 'sent': {
      const failure = await markPartSent(sql, { companyId, channelId, messageId, part }, outcome.externalMessageId);
      const status = await settleDelivery(transaction, companyId, messageId, failure);
      return { completed: status !== undefined && status !== 'FAILED', failed: [] };
    }
    case 'heldBack':
      await unclaimPart(sql, lease, send, { countsAsTry: false });
      return { ...nothing, waitMs: outcome.waitMs };
    case 'unconfirmed':
      await markUnconfirmed(sql, companyId, { messageId, claimedBy: lease.worker, attempts: attempt });
      return nothing;
    case 'refused': {
      const { failure, again, unauthorized } = outcome;
      if (!(await unclaimPart(sql, lease, send, { countsAsTry: !unauthorized }))) return nothing;
      if (unauthorized) {
        await requireReauthorization(transaction, companyId, channelId, send.sealedToken);
        return nothing;
      }
      if (again && attempt < MAX_ATTEMPTS) {
        return { ...nothing, waitMs: outcome.waitMs ?? backoff(attempt, { baseMs: 1_000, capMs: 30_000 }) };
      }
      await tellDelivery(transaction, companyId, messageId, 'FAILED', failure);
      return { completed: false, failed: [{ messageId, failure }] };
    }
  }
}
