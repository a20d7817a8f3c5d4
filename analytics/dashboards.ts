import { createHash } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import type { Cache } from '#platform/cache/cache.ts';
import type { Interval } from './queries/intervals.ts';
import type { Scope } from './queries/scope.ts';
import type { Span } from './queries/segments.ts';
import { pointSchema, querySeries, type Point } from './queries/series.ts';
import { platformTotalsSchema, queryTotals, queryTotalsByPlatform, totalsSchema } from './queries/totals.ts';
import type { PlatformTotals, Totals } from './queries/totals.ts';

/** The queries, each asked once for whoever wants the same at a time, and kept for a moment. */
export interface Dashboards {
  totals(scope: Scope, span: Span): Promise<Totals>;
  totalsByPlatform(scope: Scope, span: Span): Promise<PlatformTotals[]>;
  series(scope: Scope, span: Span, interval: Interval): Promise<Point[]>;
}

export function createDashboards({
  clickhouse,
  cache,
}: {
  readonly clickhouse: ClickHouseClient;
  readonly cache: Cache;
}): Dashboards {
  return {
    totals: (scope, span) =>
      cache.get(keyOf('totals', scope, span), totalsSchema, () => queryTotals(clickhouse, scope, span)),
    totalsByPlatform: (scope, span) =>
      cache.get(keyOf('platforms', scope, span), z.array(platformTotalsSchema), () =>
        queryTotalsByPlatform(clickhouse, scope, span),
      ),
    series: (scope, span, interval) =>
      cache.get(keyOf(`series-${interval}`, scope, span), z.array(pointSchema), () =>
        querySeries(clickhouse, scope, span, interval),
      ),
  };
}

/** The company stands in the clear; filters can be longer than a key should be. */
function keyOf(query: string, { companyId, filter }: Scope, { from, to }: Span): string {
  const narrowed = createHash('sha256').update(JSON.stringify(filter)).digest('base64url');
  return [query, companyId, from, to, narrowed].join(':');
}
