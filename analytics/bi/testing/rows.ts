import type { ClickHouseClient } from '@clickhouse/client';
import { v7 } from 'uuid';
import { grains } from '../../grains.ts';

/** Rows of everything that the views show, with `word` wherever a row has words of its own. */
export async function insertRows(
  clickhouse: ClickHouseClient,
  { companyId, word, rows = 200 }: { readonly companyId: string; readonly word: string; readonly rows?: number },
): Promise<void> {
  const place = { company_id: companyId, channel_id: v7(), contact_id: v7(), platform: 'TELEGRAM' };
  // What is older than what is kept goes at once.
  const today = `${new Date().toISOString().slice(0, 10)} 00:00:00`;
  // Of everybody in the same minutes, so that they lie beside each other.
  const at = (n: number) => `2026-03-0${String(1 + (n % 7))} 0${String(n % 10)}:00:00`;
  const events = Array.from({ length: rows }, (_, n) => ({
    ...place,
    at: at(n),
    event_id: v7(),
    conversation_id: v7(),
    ...(n % 2 === 0
      ? { type: 'conversation.message.updated', delivery_status: 'FAILED', failure_code: word, message_id: v7() }
      : { type: 'conversation.message.created', direction: 'INBOUND', author_kind: 'CONTACT', message_id: v7() }),
  }));
  const rating = { ...place, at: at(0), event_id: v7(), conversation_id: events[0]?.conversation_id, message_id: v7() };
  const sums = { events: rows, received: rows / 2, sent: 3, opened: 5, resolved: 2 };
  const tables: readonly { readonly table: string; readonly values: readonly object[] }[] = [
    { table: 'events', values: [...events, { ...rating, type: 'conversation.answer.rated', status_to: 'GOOD' }] },
    {
      table: 'sums',
      values: grains.map(({ name }) => ({ ...place, cube: 'full', grain: name, bucket: at(1), ...sums })),
    },
    {
      table: 'operations',
      values: [
        { company_id: companyId, at: today, report_id: v7(), name: word, type: 'query', weight: 3, duration_ms: 4 },
      ],
    },
    {
      table: 'bi_queries',
      values: [{ company_id: companyId, at: today, query_id: word, partner: word, statement: `SELECT '${word}'` }],
    },
  ];
  for (const { table, values } of tables) {
    await clickhouse.insert({ table: `analytics.${table}`, values: [...values], format: 'JSONEachRow' });
  }
}
