import { MAX_EVENT_BYTES, type StoredEvent } from '#platform/events/bus.ts';
import { EventError } from '#platform/events/errors.ts';
import { injectTrace } from '#platform/tracing/tracing.ts';
import { Fragment, type Sql } from './sql.ts';

/**
 * The table between a transaction and the stream. The app role may add to it, the relay's may read and delete: neither can
 * do the other's work. `seq` is the order in which the stream gets the rows.
 */
export function outboxStatements(context: string): string[] {
  return [
    `create table if not exists ${context}.outbox (
      seq bigint generated always as identity primary key,
      company_id uuid not null,
      event jsonb not null,
      created_at timestamptz not null default now()
    )`,
    `alter table ${context}.outbox enable row level security`,
    `drop policy if exists company_only on ${context}.outbox`,
    `create policy company_only on ${context}.outbox for insert to ${context}_app
      with check (company_id = nullif(current_setting('app.company_id', true), '')::uuid)`,
    `drop policy if exists relay on ${context}.outbox`,
    `create policy relay on ${context}.outbox to ${context}_relay using (true)`,
    `revoke all on ${context}.outbox from ${context}_app`,
    `grant insert on ${context}.outbox to ${context}_app`,
    `grant select, delete on ${context}.outbox to ${context}_relay`,
  ];
}

/**
 * Adds events at the end of a transaction, in the order given. What another transaction had committed before has lower
 * numbers: `seq` is drawn here, after every lock of the transaction was waited for. So what depends on something comes after
 * it, and transactions that run side by side, on different rows, do not wait for each other.
 */
export async function appendToOutbox(
  sql: Sql,
  context: string,
  companyId: string,
  events: readonly StoredEvent[],
): Promise<void> {
  const trace: Record<string, string> = {};
  injectTrace(trace);
  const rows = events.map((event) => JSON.stringify({ ...event, trace }));
  for (const [index, row] of rows.entries()) {
    const bytes = Buffer.byteLength(row);
    if (bytes > MAX_EVENT_BYTES) throw EventError.tooLarge(events[index]?.type ?? '', bytes, MAX_EVENT_BYTES);
  }
  const table = new Fragment([`${context}.outbox`], []);
  await sql`
    insert into ${table} (company_id, event)
    select ${companyId}::uuid, added.event::jsonb
    from unnest(${rows}::text[]) with ordinality as added (event, position)
    order by added.position`;
}
