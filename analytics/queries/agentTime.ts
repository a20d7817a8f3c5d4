import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { select } from '../clickhouse/statements.ts';
import { queryLimits, type Scope } from './scope.ts';
import type { Span } from './segments.ts';

/** For how long an agent was there, in seconds. */
export const agentTimeSchema = z.object({ agentId: z.string(), online: z.coerce.number(), away: z.coerce.number() });
export type AgentTime = z.output<typeof agentTimeSchema>;

/**
 * For how long the company's agents were there within a span; who is there still, until now. The table has a row for each time that
 * an agent came or went, some thousands a year for each.
 */
export async function queryAgentTimes(
  client: ClickHouseClient,
  { companyId }: Pick<Scope, 'companyId'>,
  span: Span,
  now: number,
): Promise<AgentTime[]> {
  const seconds = (state: string) =>
    `sumIf(greatest(0, least(until_ms, ${span.to}) - greatest(since_ms, ${span.from})), state = '${state}') / 1000`;
  return select(client, {
    name: 'agent-times',
    sql: `SELECT toString(agent_id) AS agentId, ${seconds('ONLINE')} AS online, ${seconds('AWAY')} AS away
      FROM (
        SELECT agent_id, state, toUnixTimestamp64Milli(since) AS since_ms, toUnixTimestamp64Milli(until) AS until_ms
        FROM analytics.presence
        WHERE company_id = {company:UUID} AND until > fromUnixTimestamp64Milli(toInt64(${span.from}), 'UTC')
        UNION ALL
        SELECT agent_id, argMax(next, (until, last_position)) AS state,
          toUnixTimestamp64Milli(max(until)) AS since_ms, toInt64(${now}) AS until_ms
        FROM analytics.presence WHERE company_id = {company:UUID} GROUP BY agent_id
      )
      GROUP BY agent_id`,
    params: { company: companyId },
    limits: queryLimits,
    row: agentTimeSchema,
  });
}
