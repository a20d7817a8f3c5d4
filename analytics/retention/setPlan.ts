import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import type { NatsPart } from '#platform/events/nats.ts';
import { EVENTS } from '#platform/events/streams.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import type { Layout } from '../clickhouse/ddl.ts';
import { insertBlock, select, settingsClause } from '../clickhouse/statements.ts';
import { ROLLUPS } from '../rollups.ts';
import { PLAN_AGE_MS } from '../sink/eventStore.ts';
import { positionOf } from '../sink/position.ts';
import { everybody, readPlans, type Plan } from './plans.ts';

const limits = { seconds: 10, bytes: 1_000_000_000 };

/**
 * Gives a company a plan, for what comes and for what is there, or all that have none of their own. ClickHouse carries out the
 * latter by and by, and removes what is older than the plan then.
 */
export async function setPlan(
  { nats, client, layout }: { readonly nats: NatsPart; readonly client: ClickHouseClient; readonly layout: Layout },
  companyId: string,
  { eventsDays, figuresDays }: Plan,
): Promise<void> {
  const row = { company_id: companyId, events_days: eventsDays, figures_days: figuresDays };
  await insertBlock(client, { name: 'plan', table: 'analytics.plans', rows: [row], limits });
  const others = [...(await readPlans(client)).keys()].filter((company) => company !== everybody);
  const [whose, params] =
    companyId === everybody
      ? ['company_id NOT IN {others:Array(UUID)}', { others }]
      : ['company_id = {company:UUID}', { company: companyId }];
  // From then on nothing is written any more by the plan before.
  await pause(2 * PLAN_AGE_MS);
  await client.command({
    query: `INSERT INTO analytics.left_out (company_id, position, type, reason)
      SELECT company_id, position, type, 'EXPIRED' FROM analytics.events
      WHERE position >= {first:UInt64} AND at < today() - ${String(eventsDays - 1)} AND ${whose}
      ${settingsClause('plan', limits)}`,
    query_params: { ...params, first: await firstPosition(nats, client) },
  });
  const expiry = (time: string, days: number) => `toDate(${time}) + ${String(days)}`;
  const update = async (table: string, changes: string) => {
    for (const query of layout.ddl(`ALTER TABLE ${table} UPDATE ${changes} WHERE ${whose}`)) {
      await client.command({ query, query_params: params });
    }
  };
  await update(
    'analytics.events',
    `expires_at = ${expiry('at', eventsDays)}, figures_expire_at = ${expiry('at', figuresDays)}`,
  );
  // A week goes with the last of its days.
  const lastDay = `if(grain = 'week', least(addDays(toDate(bucket), 6), toLastDayOfMonth(bucket)), toDate(bucket))`;
  await update(ROLLUPS, `expires_at = ${expiry(lastDay, figuresDays)}`);
}

/** Of what the stream still has: it is counted against what was made of it. */
async function firstPosition(nats: NatsPart, client: ClickHouseClient): Promise<string> {
  const { state } = await nats.manager.streams.info(EVENTS.name);
  const [row] = await select(client, {
    name: 'plan-epoch',
    sql: 'SELECT max(epoch) AS epoch FROM analytics.streams',
    limits,
    row: z.object({ epoch: z.number() }),
  });
  return positionOf(row?.epoch ?? 0, state.first_seq).toString();
}
