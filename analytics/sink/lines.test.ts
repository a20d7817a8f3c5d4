import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { v7 } from 'uuid';
import { silentLogger } from '#platform/logging/logger.ts';
import { testClickHouse } from '#test/stack/index.ts';
import { insertLines } from '../clickhouse/statements.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { migrations } from '../migrations/index.ts';
import { NEVER } from '../retention/plans.ts';
import { eventOf, fact, ids, presenceOf } from '../testing/facts.ts';
import { eventRow, nobody, type PlacedRow } from './eventRow.ts';
import { lineColumns, linesOf, type Writing } from './lines.ts';

let engine: { client: ClickHouseClient; close(): Promise<void> };
beforeAll(async () => {
  engine = await testClickHouse();
  await migrate(engine.client, migrations, { logger: silentLogger });
});
afterAll(() => engine?.close());

function placedOf(event: object, sequence: number): PlacedRow {
  const row = eventRow(JSON.stringify(event));
  if (!row) throw new Error('an event of a conversation has a row');
  return { sequence, row };
}

const writing: Writing = {
  expiry: () => ({ expires_at: NEVER, figures_expire_at: '2100-01-01' }),
  place: (sequence) => BigInt(sequence),
};

/** The rows as the table has them, without the columns in which it has what it has where nothing is said. */
async function tableOf(events: readonly object[], room = Buffer.alloc(0)) {
  const { client } = engine;
  await client.command({ query: 'TRUNCATE TABLE analytics.events SYNC' });
  const lines = linesOf(events.map(placedOf), writing, room);
  const limits = { seconds: 60, bytes: 1e9 };
  await insertLines(client, { name: 'test', table: 'analytics.events', columns: lineColumns, lines, limits });
  const result = await client.query({
    query: 'SELECT * FROM analytics.events ORDER BY position',
    format: 'JSONEachRow',
  });
  const empty: readonly unknown[] = ['', false, null, nobody, NEVER, '1970-01-01 00:00:00.000'];
  return (await result.json<Record<string, unknown>>()).map((row) =>
    Object.fromEntries(
      Object.entries(row).filter(([, value]) => !empty.includes(value) && !(Array.isArray(value) && !value.length)),
    ),
  );
}

test('a row has in each column what the event says, whatever kinds of events come with it', async () => {
  const company = v7();
  const [agentId, teamId] = [ids.agents[0], ids.teams[0]];
  const had = { agentId, teamId, labelIds: [ids.labels[1], ids.labels[0]] };
  const measured = { seconds: 12.5, businessSeconds: 3, handled: { agentId: ids.agents[1], seconds: 7 } };
  const attended = {
    agentId,
    is: 'ONLINE',
    was: 'AWAY',
    since: new Date(Date.UTC(2026, 0)),
    until: new Date(Date.UTC(2026, 1)),
  } as const;
  const rows = await tableOf([
    eventOf(company, fact('opened')),
    eventOf(company, fact('sent', { ...had, ...measured })),
    eventOf(company, fact('sent', { agentId, ...measured, isNext: true })),
    eventOf(company, fact('note', { agentId })),
    eventOf(company, fact('echoed', had)),
    eventOf(company, fact('failed')),
    eventOf(company, fact('resolved', { ...measured, touchedByAgent: true })),
    eventOf(company, fact('assigned', { ...had, ...measured })),
    eventOf(company, fact('labelled', had)),
    eventOf(company, fact('handedOver', { reason: 'REPEATED', unanswered: true })),
    eventOf(company, fact('rated', { agentId, rating: 'BAD', previous: 'GOOD' })),
    presenceOf(company, attended),
  ]);
  const anyId = expect.stringMatching(/^[0-9a-f-]{36}$/);
  const common = (position: number, type: string) => ({
    company_id: company,
    at: '2026-03-01 09:30:00.000',
    event_id: anyId,
    type: `conversation.${type}`,
    actor_kind: 'system',
    conversation_id: anyId,
    contact_id: anyId,
    channel_id: ids.channels[0],
    platform: 'TELEGRAM',
    position: String(position),
    figures_expire_at: '2100-01-01',
  });
  const has = { agent_id: agentId, team_id: teamId, labels: [ids.labels[0], ids.labels[1]] };
  const message = { message_id: anyId, direction: 'OUTBOUND', delivery_status: 'QUEUED' };
  const handling = { handling_seconds: 7, handling_agent_id: ids.agents[1] };
  const asText = rows.map((row) => ({ ...row, position: String(row['position']) }));
  expect(asText).toEqual([
    common(0, 'opened'),
    {
      ...common(1, 'message.created'),
      ...has,
      ...message,
      author_kind: 'AGENT',
      first_response_seconds: 12.5,
      first_response_business_seconds: 3,
    },
    {
      ...common(2, 'message.created'),
      ...message,
      agent_id: agentId,
      author_kind: 'AGENT',
      next_response_seconds: 12.5,
      next_response_business_seconds: 3,
    },
    { ...common(3, 'message.created'), ...message, agent_id: agentId, author_kind: 'AGENT', is_private: true },
    // Written past the inbox: no agent's work.
    { ...common(4, 'message.created'), ...message, team_id: teamId, labels: has.labels, author_kind: 'CHANNEL' },
    { ...common(5, 'message.updated'), message_id: anyId, delivery_status: 'FAILED', failure_code: 'BLOCKED' },
    {
      ...common(6, 'status.changed'),
      ...handling,
      status_from: 'OPEN',
      status_to: 'RESOLVED',
      touched_by_agent: true,
      resolution_seconds: 12.5,
      resolution_business_seconds: 3,
    },
    {
      ...common(7, 'assigned'),
      ...has,
      ...handling,
      queue_wait_seconds: 12.5,
      queue_wait_business_seconds: 3,
    },
    { ...common(8, 'changed'), ...has, added_labels: has.labels },
    { ...common(9, 'handed_over'), reason: 'REPEATED', unanswered: true },
    {
      ...common(10, 'answer.rated'),
      agent_id: agentId,
      message_id: anyId,
      author_kind: 'BOT',
      status_from: 'GOOD',
      status_to: 'BAD',
    },
    {
      company_id: company,
      at: '2026-02-01 00:00:00.000',
      event_id: anyId,
      type: 'conversation.agent.presence',
      actor_kind: 'system',
      agent_id: agentId,
      presence: 'ONLINE',
      presence_before: 'AWAY',
      presence_from: '2026-01-01 00:00:00.000',
      presence_until: '2026-02-01 00:00:00.000',
      position: '11',
      figures_expire_at: '2100-01-01',
    },
  ]);
});

test('rows are whole, where they fit into the room of the last one or do not', async () => {
  const company = v7();
  const failed = eventOf(company, fact('failed'));
  const code = 'ﬀ "🙈" \\ \n';
  const text = JSON.stringify(failed).replace('"BLOCKED"', JSON.stringify(code));
  for (const size of [0, 1, 500, 100_000]) {
    const events = Array.from({ length: 100 }, () => ({ ...(JSON.parse(text) as object), id: v7() }));
    const rows = await tableOf(events, Buffer.alloc(size, 'x'));
    expect(rows.map((row) => [row['event_id'], row['failure_code']])).toEqual(events.map(({ id }) => [id, code]));
  }
});
