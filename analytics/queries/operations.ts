import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { select } from '../clickhouse/statements.ts';
import { queryLimits } from './scope.ts';
import type { Span } from './segments.ts';

/** How requests went: milliseconds where they are of time, null where nothing was asked. */
export interface OperationFigures {
  readonly requests: number;
  readonly failed: number;
  readonly cost: number;
  readonly latency: {
    readonly average: number | null;
    readonly p50: number | null;
    readonly p95: number | null;
    readonly p99: number | null;
  };
}

/** By what requests are put together. */
export type OperationGrouping = 'operation' | 'client' | 'partner' | 'error';

const groupings: Readonly<Record<OperationGrouping, string>> = {
  operation: 'name',
  client: 'client_name',
  partner: 'partner',
  error: 'arrayJoin(error_codes)',
};

// Each report stands for as many requests as its weight says.
const figures = `sum(weight) AS requests, sumIf(weight, notEmpty(error_codes)) AS failed, sum(cost * weight) AS cost_sum,
  sum(duration_ms * weight) AS duration_sum, quantilesTDigestWeighted(0.5, 0.95, 0.99)(duration_ms, weight) AS quantiles`;

const rowSchema = z.object({
  requests: z.coerce.number(),
  failed: z.coerce.number(),
  cost_sum: z.coerce.number(),
  duration_sum: z.coerce.number(),
  quantiles: z.array(z.number().nullable()),
});

const within = `FROM analytics.operations FINAL
  WHERE company_id = {company:UUID} AND at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
    AND at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')`;

interface Asked {
  readonly companyId: string;
  readonly span: Span;
}

/** The figures of a span. */
export async function queryOperations(client: ClickHouseClient, asked: Asked): Promise<OperationFigures> {
  const [row] = await select(client, {
    name: 'operations',
    sql: `SELECT ${figures} ${within}`,
    params: paramsOf(asked),
    limits: queryLimits,
    row: rowSchema,
  });
  if (!row) throw new Error('ClickHouse gave no row for sums, which are one row always');
  return figuresOf(row);
}

/** The figures of a span by group, those with most requests first. */
export async function queryOperationGroups(
  client: ClickHouseClient,
  { by, first, ...asked }: Asked & { readonly by: OperationGrouping; readonly first: number },
): Promise<{ readonly name: string; readonly figures: OperationFigures }[]> {
  const rows = await select(client, {
    name: `operations-by-${by}`,
    sql: `SELECT ${groupings[by]} AS group_name, ${figures} ${within}
      GROUP BY group_name ORDER BY requests DESC, group_name LIMIT {first:UInt32}`,
    params: { ...paramsOf(asked), first },
    limits: queryLimits,
    row: rowSchema.extend({ group_name: z.string() }),
  });
  return rows.map(({ group_name: name, ...row }) => ({ name, figures: figuresOf(row) }));
}

function paramsOf({ companyId, span }: Asked) {
  return { company: companyId, from: span.from, to: span.to };
}

function figuresOf(row: z.output<typeof rowSchema>): OperationFigures {
  const { requests, failed, cost_sum: cost, duration_sum: duration, quantiles } = row;
  const [p50 = null, p95 = null, p99 = null] = quantiles;
  const nothing = { average: null, p50: null, p95: null, p99: null };
  return {
    requests,
    failed,
    cost,
    latency: requests === 0 ? nothing : { average: duration / requests, p50, p95, p99 },
  };
}
