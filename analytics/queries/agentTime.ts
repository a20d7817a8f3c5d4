import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { select } from '../clickhouse/statements.ts';
import { queryLimits, type Filter, type Scope } from './scope.ts';
import type { Span } from './segments.ts';
import { nothing, type GroupTotals } from './totals.ts';

/** For how long an agent was there, in seconds. */
export interface AgentTime {
  readonly agentId: string;
  readonly online: number;
  readonly away: number;
}

/** What is known of an agent's times within a span, and what they have been since when, in milliseconds. */
export const agentSpansSchema = z.object({
  agentId: z.string(),
  online: z.coerce.number(),
  away: z.coerce.number(),
  state: z.string(),
  since: z.coerce.number(),
});
export type AgentSpans = z.output<typeof agentSpansSchema>;

/**
 * For how long the company's agents were there within a span, up to when they became what they are. The table has a row for each time
 * that an agent came or went, some thousands a year for each.
 */
export async function queryAgentSpans(
  client: ClickHouseClient,
  { companyId }: Pick<Scope, 'companyId'>,
  span: Span,
): Promise<AgentSpans[]> {
  const seconds = (state: string) =>
    `sumIf(greatest(0, least(toUnixTimestamp64Milli(part.until), ${span.to})
      - greatest(toUnixTimestamp64Milli(part.since), ${span.from})), part.state = '${state}') / 1000`;
  return select(client, {
    name: 'agent-times',
    sql: `SELECT toString(agent_id) AS agentId, ${seconds('ONLINE')} AS online, ${seconds('AWAY')} AS away,
        argMax(part.next, (part.until, part.last_position)) AS state, toUnixTimestamp64Milli(max(part.until)) AS since
      FROM analytics.presence AS part WHERE company_id = {company:UUID} GROUP BY agent_id`,
    params: { company: companyId },
    limits: queryLimits,
    row: agentSpansSchema,
  });
}

/** The same with what they have been since, until now. */
export function timesUntil(agents: readonly AgentSpans[], span: Span, now: number): AgentTime[] {
  return agents.map(({ agentId, online, away, state, since }) => {
    const more = Math.max(0, Math.min(now, span.to) - Math.max(since, span.from)) / 1_000;
    return { agentId, online: online + (state === 'ONLINE' ? more : 0), away: away + (state === 'AWAY' ? more : 0) };
  });
}

/**
 * Those who were there without anything to tell of them, behind those of whom there is something: the longest first. Where a dashboard is narrowed by
 * anything but agents, nobody can say what part of their time was for that.
 *
 * @param groups At most `first`; fewer are all there are.
 */
export function withThoseThere(
  groups: readonly GroupTotals[],
  times: readonly AgentTime[],
  { agentIds, ...others }: Filter,
  first: number,
): GroupTotals[] {
  if (Object.values(others).some((ids) => ids != null)) return [...groups];
  const known = new Set(groups.map(({ key }) => key));
  const there = times
    .filter(({ agentId, online, away }) => online + away > 0 && !known.has(agentId))
    .filter(({ agentId }) => agentIds?.includes(agentId) ?? true)
    .toSorted((a, b) => b.online - a.online || b.away - a.away || (a.agentId < b.agentId ? -1 : 1));
  return [...groups, ...there.map(({ agentId }) => ({ key: agentId, totals: nothing }))].slice(0, first);
}
