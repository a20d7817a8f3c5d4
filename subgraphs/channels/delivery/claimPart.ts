import type { Sql } from '#platform/postgres/sql.ts';
import type { Send } from './decide.ts';
import { renewLease, type Lease } from './queue.ts';

/**
 * Says in the database that a part is about to be sent. The transaction commits before the send, so that whoever comes
 * later sees that it may have happened.
 *
 * @returns False when the queue is no longer ours, or the part is with the platform already: nothing may be sent.
 */
export async function claimPart(sql: Sql, lease: Lease, send: Send): Promise<boolean> {
  const { companyId, worker } = lease;
  const { messageId, part, partCount, attempt, content } = send;
  if (!(await renewLease(sql, lease))) return false;
  // A part that was sent before without being confirmed is sent again because a person decided so.
  const claimed = await sql`
    with claimed as (
      update channels.deliveries
      set status = 'SENDING', claimed_by = ${worker}, attempts = ${attempt}, part_count = ${partCount}, updated_at = now()
      where company_id = ${companyId} and message_id = ${messageId} and status = 'WAITING' and attempts = ${attempt - 1}
        and not exists (
          select from channels.delivery_parts
          where company_id = ${companyId} and message_id = ${messageId} and part = ${part}
            and status in ('SENT', 'DELIVERED', 'READ')
        )
      returning company_id, message_id, channel_id, thread_external_id
    )
    insert into channels.delivery_parts
      (company_id, message_id, part, channel_id, thread_external_id, text, status, sent_at)
    select company_id, message_id, ${part}, channel_id, thread_external_id,
      ${'text' in content ? content.text : content.caption}, 'SENDING', now()
    from claimed
    on conflict (company_id, message_id, part) do update
      set status = 'SENDING', text = excluded.text, sent_at = excluded.sent_at
    returning 1 as done`;
  return claimed.length > 0;
}

/**
 * Takes a claim back after which certainly nothing was sent. Repeating it changes nothing.
 *
 * @returns False when it is not there (any more): an echo came, or somebody found it abandoned.
 */
export async function unclaimPart(
  sql: Sql,
  { companyId, worker }: Lease,
  { messageId, part, attempt }: Send,
  options: { readonly countsAsTry: boolean },
): Promise<boolean> {
  const unclaimed = await sql`
    update channels.deliveries
    set status = 'WAITING', attempts = ${options.countsAsTry ? attempt : attempt - 1}, updated_at = now()
    where company_id = ${companyId} and message_id = ${messageId}
      and status = 'SENDING' and claimed_by = ${worker} and attempts = ${attempt}
    returning 1 as done`;
  if (unclaimed.length === 0) return false;
  await sql`
    delete from channels.delivery_parts
    where company_id = ${companyId} and message_id = ${messageId} and part = ${part} and status = 'SENDING'`;
  return true;
}

/** Nobody knows whether the platform took it: from now on it waits for its echo or status, where there will be one. */
export async function markUnconfirmed(
  sql: Sql,
  companyId: string,
  claim: { readonly messageId: string; readonly claimedBy: string | null; readonly attempts: number },
): Promise<void> {
  const { messageId, claimedBy, attempts } = claim;
  await sql`
    with unconfirmed as (
      update channels.deliveries set status = 'UNCONFIRMED', updated_at = now()
      where company_id = ${companyId} and message_id = ${messageId}
        and status = 'SENDING' and claimed_by = ${claimedBy} and attempts = ${attempts}
      returning message_id
    )
    update channels.delivery_parts p set status = 'UNCONFIRMED' from unconfirmed u
    where p.company_id = ${companyId} and p.message_id = u.message_id and p.status = 'SENDING'`;
}
