import type { Sql } from '#platform/postgres/sql.ts';
import type { InboundFact } from '../platforms/inbound.ts';

interface Thread {
  readonly channelId: string;
  readonly threadExternalId: string;
  readonly lastInboundAt?: string;
  readonly lastInboundExternalId?: string;
  readonly deliveredUpTo?: string;
  readonly readUpTo?: string;
}

/**
 * Keeps of each thread the newest message that a person wrote, since platforms limit how long after it the company may
 * answer, and up to when the person got and read what was sent. All threads in one order, so that nobody waits in a circle.
 */
export async function noteThreads(sql: Sql, companyId: string, facts: readonly InboundFact[]): Promise<void> {
  const threads = new Map<string, Thread>();
  for (const news of facts.flatMap(newsOf)) {
    const key = `${news.channelId} ${news.threadExternalId}`;
    threads.set(key, merged(threads.get(key) ?? news, news));
  }
  if (threads.size === 0) return;
  await sql`
    insert into channels.threads as t (company_id, channel_id, thread_external_id,
      last_inbound_at, last_inbound_external_id, delivered_up_to, read_up_to)
    select ${companyId}::uuid, n.*
    from json_to_recordset(${JSON.stringify([...threads.values()])}::json)
      as n ("channelId" uuid, "threadExternalId" text, "lastInboundAt" timestamptz, "lastInboundExternalId" text,
        "deliveredUpTo" timestamptz, "readUpTo" timestamptz)
    order by n."channelId", n."threadExternalId"
    on conflict (company_id, channel_id, thread_external_id) do update set
      last_inbound_external_id = case
        when excluded.last_inbound_at > coalesce(t.last_inbound_at, '-infinity') then excluded.last_inbound_external_id
        else t.last_inbound_external_id end,
      last_inbound_at = greatest(t.last_inbound_at, excluded.last_inbound_at),
      delivered_up_to = greatest(t.delivered_up_to, excluded.delivered_up_to),
      read_up_to = greatest(t.read_up_to, excluded.read_up_to)
    where excluded.last_inbound_at > coalesce(t.last_inbound_at, '-infinity')
      or excluded.delivered_up_to > coalesce(t.delivered_up_to, '-infinity')
      or excluded.read_up_to > coalesce(t.read_up_to, '-infinity')`;
}

function newsOf(fact: InboundFact): Thread[] {
  if (fact.kind === 'message') {
    const { channelId, threadExternalId, sentAt, externalMessageId } = fact.data;
    return [{ channelId, threadExternalId, lastInboundAt: sentAt, lastInboundExternalId: externalMessageId }];
  }
  if (fact.kind !== 'receipt' || !('upTo' in fact.of)) return [];
  const { channelId, threadExternalId, status, of } = fact;
  if (status === 'READ') return [{ channelId, threadExternalId, readUpTo: of.upTo }];
  return status === 'DELIVERED' ? [{ channelId, threadExternalId, deliveredUpTo: of.upTo }] : [];
}

/** All times are of one form, and compare as text. */
function merged(known: Thread, news: Thread): Thread {
  return {
    ...known,
    ...((news.lastInboundAt ?? '') >= (known.lastInboundAt ?? '') && news),
    ...latest('deliveredUpTo', known, news),
    ...latest('readUpTo', known, news),
  };
}

function latest(field: 'deliveredUpTo' | 'readUpTo', { [field]: one }: Thread, { [field]: other }: Thread) {
  const time = [one ?? '', other ?? ''].toSorted().at(-1);
  return time ? { [field]: time } : {};
}
