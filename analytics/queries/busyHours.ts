import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { select } from '../clickhouse/statements.ts';
import { FIRST_MONDAY } from '../grains.ts';
import { cubeFor } from './cubes.ts';
import { intervalStarts } from './intervals.ts';
import { queryLimits, querySettings, rowsOf, type Scope } from './scope.ts';
import { readingsOf, type Span } from './segments.ts';
import { offsetsOf, type Offset } from '#platform/time/zones.ts';

const HOURS = 24;
const DAYS = 7;

/** Messages received per hour of the week by the zone's clocks: Monday first, each day from midnight on. */
export async function queryBusyHours(
  client: ClickHouseClient,
  scope: Scope,
  span: Span,
  zone: string,
): Promise<number[][]> {
  const offsets = offsetsOf(zone, span);
  const rows = rowsOf(scope, cubeFor(scope.filter), readingsOf(span, intervalStarts(span, 'HOUR', zone)), {
    columns: ['bucket', 'received'],
    measures: [''],
  });
  const found = await select(client, {
    name: 'busy-hours',
    sql: `SELECT intDiv((toInt64(toUnixTimestamp(part.bucket)) + ${aheadSql(offsets)} - ${FIRST_MONDAY / 1_000}) % 604800, 3600) AS hour,
        sum(part.received) AS received
      FROM ${rows.sql} AS part GROUP BY hour`,
    params: rows.params,
    limits: queryLimits,
    settings: querySettings,
    row: z.object({ hour: z.coerce.number(), received: z.coerce.number() }),
  });
  const received = new Map(found.map((row) => [row.hour, row.received]));
  return Array.from({ length: DAYS }, (_, day) =>
    Array.from({ length: HOURS }, (__, hour) => received.get(day * HOURS + hour) ?? 0),
  );
}

/** By how many seconds the clocks are ahead of UTC in a bucket. */
function aheadSql(offsets: readonly Offset[]): string {
  const [only, ...later] = offsets.map(({ aheadMs }) => String(aheadMs / 1_000));
  if (later.length === 0) return only ?? '0';
  const cases = offsets
    .slice(1)
    .map(
      ({ from }, index) => `part.bucket < toDateTime(${from / 1_000}, 'UTC'), ${index === 0 ? only : later[index - 1]}`,
    );
  return `multiIf(${cases.join(', ')}, ${later.at(-1)})`;
}
