import { createHash } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import type { FigureCache } from './figures/figureCache.ts';
import { agentSpansSchema, queryAgentSpans, timesUntil, type AgentTime } from './queries/agentTime.ts';
import { queryBusyHours } from './queries/busyHours.ts';
import { queryZone } from './queries/companyZone.ts';
import type { By } from './queries/cubes.ts';
import type { Interval } from './queries/intervals.ts';
import type { Scope } from './queries/scope.ts';
import type { Span } from './queries/segments.ts';
import { pointSchema, querySeries, type Metric, type Point } from './queries/series.ts';
import { groupSchema, queryGroups, queryTotals, totalsSchema } from './queries/totals.ts';
import type { Choice, GroupTotals, Totals } from './queries/totals.ts';

/** The queries, each asked once for whoever wants the same, and kept until something has happened in their span. */
export interface Dashboards {
  totals(scope: Scope, span: Span): Promise<Totals>;
  groups(scope: Scope, span: Span, by: By, choice: Choice): Promise<GroupTotals[]>;
  series(scope: Scope, span: Span, interval: Interval, metric: Metric): Promise<Point[]>;
  busyHours(scope: Scope, span: Span): Promise<number[][]>;
  agentTimes(scope: Scope, span: Span): Promise<AgentTime[]>;
  /** The company's, by its IANA name. */
  zone(scope: Pick<Scope, 'companyId'>): Promise<string>;
}

/** Of what is about no time: only what is told of all times makes it stale. */
const noTime: Span = { from: 0, to: 0 };

export function createDashboards({
  clickhouse,
  cache,
}: {
  readonly clickhouse: ClickHouseClient;
  readonly cache: FigureCache;
}): Dashboards {
  const zone = ({ companyId }: Pick<Scope, 'companyId'>) =>
    cache.get({ companyId, key: 'zone', span: noTime, schema: z.string() }, () => queryZone(clickhouse, companyId));

  return {
    zone,
    totals: (scope, span) =>
      cache.get({ ...named('totals', scope, span), schema: totalsSchema }, () => queryTotals(clickhouse, scope, span)),
    groups: (scope, span, by, choice) =>
      cache.get({ ...named('groups', scope, span, by, choice), schema: z.array(groupSchema) }, () =>
        queryGroups(clickhouse, scope, span, by, choice),
      ),
    async series(scope, span, interval, metric) {
      const cut = { interval, zone: await zone(scope) };
      return cache.get({ ...named('series', scope, span, cut, metric), schema: z.array(pointSchema) }, () =>
        querySeries(clickhouse, scope, span, cut, metric),
      );
    },
    async busyHours(scope, span) {
      const by = await zone(scope);
      return cache.get(
        { ...named('busy-hours', scope, span, by), schema: z.array(z.array(z.number())) },
        () => queryBusyHours(clickhouse, scope, span, by),
      );
    },
    async agentTimes({ companyId }, span) {
      const question = named('agent-times', { companyId, filter: {} }, span);
      const spans = await cache.get({ ...question, schema: z.array(agentSpansSchema) }, () =>
        queryAgentSpans(clickhouse, { companyId }, span),
      );
      return timesUntil(spans, span, Date.now());
    },
  };
}

/** What is asked can be longer than a key should be. */
function named(query: string, { companyId, filter }: Scope, span: Span, ...more: readonly unknown[]) {
  const asked = createHash('sha256')
    .update(JSON.stringify([filter, ...more]))
    .digest('base64url');
  return { companyId, key: [query, span.from, span.to, asked].join(':'), span };
}
