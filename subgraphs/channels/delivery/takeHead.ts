import type { Sql } from '#platform/postgres/sql.ts';
import type { DeliveryFailure } from '#schema/events/values.ts';
import { requireReauthorization } from '../commands/requireReauthorization.ts';
import { markUnconfirmed } from './claimPart.ts';
import { decide, type DecideOptions, type HeadRow, type Send } from './decide.ts';
import { parkQueue, releaseQueue, removeQueue, type Lease } from './queue.ts';
import type { Revise, RevisionRow } from './revisions/revision.ts';
import { reviseUnsent, settleRevision } from './revisions/settleRevision.ts';
import { decideRevision, readRevision, type RevisionDecision } from './revisions/takeRevision.ts';
import { tellDelivery, type Transaction } from './settle.ts';

export interface Failed {
  readonly messageId: string;
  readonly failure: DeliveryFailure;
}

/** One call that is to be made. */
export type Work =
  | { readonly kind: 'send'; readonly send: Send }
  | { readonly kind: 'revise'; readonly revise: Revise };

/** What comes next in a queue. */
export interface Head {
  /** Undefined: the queue was given back, or there is nothing left in it. */
  readonly next: Work | undefined;
  /** Messages that came to their end without a send. */
  readonly failed: readonly Failed[];
}

/** A transaction has an end, however many messages of a conversation cannot be sent. */
const MAX_DECISIONS = 50;

/**
 * Finds what is to be sent next of a queue whose lock this transaction holds, and gives the queue back when that is
 * nothing, or not now.
 */
export async function takeHead(transaction: Transaction, lease: Lease, options: DecideOptions): Promise<Head> {
  const { sql } = transaction;
  const { companyId } = lease;
  const failed: Failed[] = [];
  for (let count = 0; count < MAX_DECISIONS; count++) {
    const head = await readHead(sql, lease);
    if (!head && (await removeQueue(sql, lease))) return { next: undefined, failed };
    const revision = head?.revised === false ? undefined : await readRevision(sql, lease);
    if (revision && comesFirst(revision, head)) {
      const decision = await decideRevision(sql, companyId, revision, options);
      if (decision.kind === 'revise') return { next: decision, failed };
      if (await goesOn(transaction, lease, revision, decision)) continue;
      return { next: undefined, failed };
    }
    if (!head) continue;
    const { messageId, channelId, accessToken } = head;
    const decision = decide(companyId, head, new Date(), options);
    switch (decision.kind) {
      case 'send':
        return { next: decision, failed };
      case 'fail':
        await tellDelivery(transaction, companyId, messageId, 'FAILED', decision.failure);
        failed.push({ messageId, failure: decision.failure });
        break;
      case 'unconfirmed':
        await markUnconfirmed(sql, companyId, head);
        break;
      case 'wait':
        await releaseQueue(sql, lease, decision.waitMs);
        return { next: undefined, failed };
      case 'unauthorized':
        await requireReauthorization(transaction, companyId, channelId, accessToken);
        await parkQueue(sql, lease);
        return { next: undefined, failed };
      case 'park':
        await parkQueue(sql, lease);
        return { next: undefined, failed };
    }
  }
  await releaseQueue(sql, lease, 0);
  return { next: undefined, failed };
}

/** A change comes behind what was written before it; of what has not begun to go out it comes before that goes out. */
function comesFirst(revision: RevisionRow, head: HeadRow | undefined): boolean {
  if (!head || revision.createdAt < head.createdAt) return true;
  return revision.messageId === head.messageId && head.status === 'WAITING' && head.sentParts.length === 0;
}

/** @returns False when the queue was given back. */
async function goesOn(
  transaction: Transaction,
  lease: Lease,
  revision: RevisionRow,
  decision: Exclude<RevisionDecision, { kind: 'revise' }>,
): Promise<boolean> {
  const { sql } = transaction;
  const { companyId, conversationId } = lease;
  switch (decision.kind) {
    case 'unsent':
      await reviseUnsent(transaction, companyId, revision, conversationId);
      return true;
    case 'done':
      await settleRevision(transaction, companyId, revision, conversationId);
      return true;
    case 'refuse':
      await settleRevision(transaction, companyId, revision, conversationId, decision.failure);
      return true;
    case 'unauthorized':
      await requireReauthorization(transaction, companyId, revision.channelId, decision.sealedToken);
      await parkQueue(sql, lease);
      return false;
    case 'park':
      await parkQueue(sql, lease);
      return false;
  }
}

async function readHead(sql: Sql, { companyId, conversationId }: Lease): Promise<HeadRow | undefined> {
  const [head] = await sql<HeadRow>`
    select d.message_id as "messageId", d.channel_id as "channelId", d.status, d.attempts,
      d.claimed_by as "claimedBy", d.payload,
      d.thread_external_id as "threadExternalId", d.created_at as "createdAt", d.updated_at as "updatedAt",
      array(
        select p.part from channels.delivery_parts p
        where p.company_id = d.company_id and p.message_id = d.message_id and p.status in ('SENT', 'DELIVERED', 'READ')
      ) as "sentParts",
      c.platform, c.status as "channelStatus", c.external_id as "externalId", c.access_token as "accessToken",
      c.settings, t.last_inbound_at as "lastInboundAt",
      exists (
        select from channels.revisions r
        where r.company_id = d.company_id and r.conversation_id = d.conversation_id and r.status = 'WAITING'
      ) as revised
    from channels.deliveries d
    left join channels.channels c on c.company_id = d.company_id and c.id = d.channel_id
    left join channels.threads t on t.company_id = d.company_id and t.channel_id = d.channel_id
      and t.thread_external_id = d.thread_external_id
    where d.company_id = ${companyId} and d.conversation_id = ${conversationId}
      and d.status in ('WAITING', 'SENDING', 'UNCONFIRMED') and d.payload is not null
    order by d.created_at, d.message_id limit 1`;
  return head;
}
