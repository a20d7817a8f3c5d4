import { createHash } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import type { Cache } from '#platform/cache/cache.ts';
import { agentTimeSchema, queryAgentTimes, type AgentTime } from './queries/agentTime.ts';
import { queryBusyHours } from './queries/busyHours.ts';
import { queryZone } from './queries/companyZone.ts';
import type { By } from './queries/cubes.ts';
import type { Interval } from './queries/intervals.ts';
import type { Scope } from './queries/scope.ts';
import type { Span } from './queries/segments.ts';
import { pointSchema, querySeries, type Metric, type Point } from './queries/series.ts';
import { groupSchema, queryGroups, queryTotals, totalsSchema } from './queries/totals.ts';
import type { Choice, GroupTotals, Totals } from './queries/totals.ts';

/** The queries, each asked once for whoever wants the same at a time, and kept for a moment. */
export interface Dashboards {
  totals(scope: Scope, span: Span): Promise<Totals>;
  groups(scope: Scope, span: Span, by: By, choice: Choice): Promise<GroupTotals[]>;
  series(scope: Scope, span: Span, interval: Interval, metric: Metric): Promise<Point[]>;
  busyHours(scope: Scope, span: Span): Promise<number[][]>;
  agentTimes(scope: Scope, span: Span): Promise<AgentTime[]>;
  /** The company's, by its IANA name. */
  zone(scope: Pick<Scope, 'companyId'>): Promise<string>;
}

export function createDashboards({
  clickhouse,
  cache,
}: {
  readonly clickhouse: ClickHouseClient;
  readonly cache: Cache;
}): Dashboards {
  const zone = ({ companyId }: Pick<Scope, 'companyId'>) =>
    cache.get(`zone:${companyId}`, z.string(), () => queryZone(clickhouse, companyId));

  return {
    zone,
    totals: (scope, span) =>
      cache.get(keyOf('totals', scope, span), totalsSchema, () => queryTotals(clickhouse, scope, span)),
    groups: (scope, span, by, choice) =>
      cache.get(keyOf('groups', scope, span, by, choice), z.array(groupSchema), () =>
        queryGroups(clickhouse, scope, span, by, choice),
      ),
    async series(scope, span, interval, metric) {
      const cut = { interval, zone: await zone(scope) };
      return cache.get(keyOf('series', scope, span, cut, metric), z.array(pointSchema), () =>
        querySeries(clickhouse, scope, span, cut, metric),
      );
    },
    async busyHours(scope, span) {
      const by = await zone(scope);
      return cache.get(keyOf('busy-hours', scope, span, by), z.array(z.array(z.number())), () =>
        queryBusyHours(clickhouse, scope, span, by),
      );
    },
    agentTimes: ({ companyId }, span) =>
      cache.get(keyOf('agent-times', { companyId, filter: {} }, span), z.array(agentTimeSchema), () =>
        queryAgentTimes(clickhouse, { companyId }, span, Date.now()),
      ),
  };
}

/** The company stands in the clear; what else is asked can be longer than a key should be. */
function keyOf(query: string, { companyId, filter }: Scope, { from, to }: Span, ...more: readonly unknown[]): string {
  const asked = createHash('sha256')
    .update(JSON.stringify([filter, ...more]))
    .digest('base64url');
  return [query, companyId, from, to, asked].join(':');
}
