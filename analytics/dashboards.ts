import { createHash } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import type { FigureCache } from './figures/figureCache.ts';
import { agentSpansSchema, queryAgentSpans, timesUntil, withThoseThere, type AgentTime } from './queries/agentTime.ts';
import { queryBusyHours } from './queries/busyHours.ts';
import { queryZone } from './queries/companyZone.ts';
import type { By } from './queries/cubes.ts';
import type { Interval } from './queries/intervals.ts';
import type { Scope } from './queries/scope.ts';
import type { Span } from './queries/segments.ts';
import { pointSchema, type Metric, type Point } from './queries/series.ts';
import { groupSchema, queryGroups, totalsSchema } from './queries/totals.ts';
import { createSheets } from './queries/sheets.ts';
import type { Choice, GroupTotals, Totals } from './queries/totals.ts';

/** The queries, each asked once for whoever wants the same, and kept until something has happened in their span. */
export interface Dashboards {
  totals(scope: Scope, span: Span): Promise<Totals>;
  groups(scope: Scope, span: Span, by: By, choice: Choice): Promise<GroupTotals[]>;
  series(scope: Scope, span: Span, interval: Interval, metric: Metric): Promise<Point[]>;
  busyHours(scope: Scope, span: Span): Promise<number[][]>;
  /** Those with most to tell, and behind them who was there. */
  agents(scope: Scope, span: Span, first: number): Promise<GroupTotals[]>;
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

  /** Looked up at once, so that what is not kept can be worked out together with what is asked for beside it, and of the same state. */
  function soon(scope: Scope): Promise<string> {
    const zoneSoon = zone(scope);
    zoneSoon.catch(() => undefined);
    return zoneSoon;
  }

  const { overviewOf, seriesOf } = createSheets(clickhouse);

  async function groupsOf(scope: Scope, span: Span, by: By, choice: Choice): Promise<GroupTotals[]> {
    if (by !== 'platform') return queryGroups(clickhouse, scope, span, by, choice);
    const { platforms } = await overviewOf({ scope, span, byPlatform: true });
    return 'first' in choice
      ? platforms.slice(0, choice.first)
      : platforms.filter(({ key }) => choice.keys.includes(key));
  }

  const groups = (scope: Scope, span: Span, by: By, choice: Choice) =>
    cache.get({ ...named('groups', scope, span, by, choice), schema: z.array(groupSchema) }, () =>
      groupsOf(scope, span, by, choice),
    );

  async function agentTimes({ companyId }: Scope, span: Span): Promise<AgentTime[]> {
    const question = named('agent-times', { companyId, filter: {} }, span);
    const spans = await cache.get({ ...question, schema: z.array(agentSpansSchema) }, () =>
      queryAgentSpans(clickhouse, { companyId }, span),
    );
    return timesUntil(spans, span, Date.now());
  }

  return {
    zone,
    totals: (scope, span) =>
      cache.get({ ...named('totals', scope, span), schema: totalsSchema }, async () => {
        const { totals } = await overviewOf({ scope, span, byPlatform: false });
        return totals;
      }),
    groups,
    async agents(scope, span, first) {
      const [did, times] = await Promise.all([groups(scope, span, 'agent', { first }), agentTimes(scope, span)]);
      return withThoseThere(did, times, scope.filter, first);
    },
    agentTimes,
    series(scope, span, interval, metric) {
      const zoneSoon = soon(scope);
      // A company's other zone makes all that is kept of it stale: it need not be in the names.
      return cache.get({ ...named('series', scope, span, interval, metric), schema: z.array(pointSchema) }, async () =>
        seriesOf({ scope, span, cut: { interval, zone: await zoneSoon }, metric }),
      );
    },
    busyHours(scope, span) {
      const zoneSoon = soon(scope);
      return cache.get({ ...named('busy-hours', scope, span), schema: z.array(z.array(z.number())) }, async () =>
        queryBusyHours(clickhouse, scope, span, await zoneSoon),
      );
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
