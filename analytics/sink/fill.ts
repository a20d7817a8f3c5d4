import { oneBlock, settingsClause, type Limits } from '../clickhouse/statements.ts';
import type { FilledRows } from '../rollups.ts';

/** How a rollup is brought up to date. Parameters of the statement: `from`, `companies`. */
export interface Fill {
  readonly rollup: FilledRows;
  /** @default the rollup itself */
  readonly target?: string;
  /** Only the events of these months, as `toYYYYMM` says them. */
  readonly months: readonly number[];
  /** Only events up to this position: what lies beyond may be written at the same time. */
  readonly upto?: bigint | undefined;
  /** Only so many events, the first of those that are not counted. */
  readonly most?: number;
  readonly limits: Limits;
}

/**
 * What is inserted is already grouped by the key of its table: to merge it once more, row by row with a digest in each, would take four
 * times as long as all of the rest.
 */
const asGrouped = { optimize_on_insert: 0 };

/**
 * Brings a rollup up to what `analytics.events` holds of some companies from position `from` on: each company, in each month, from
 * where the rollup itself says that it stands. What it says is in the same part as the sums that it speaks for, and a
 * company's events enter `analytics.events` in ascending order; so it is right after a crash at any moment, also when another
 * process goes on that has other companies besides.
 */
export function fillStatement({ most, limits, ...fill }: Fill): string {
  const { rollup, target = rollup.table } = fill;
  const events = uncounted(fill);
  const from = most === undefined ? events : `(SELECT * FROM ${events} ORDER BY position LIMIT ${most})`;
  return `INSERT INTO ${target} (${rollup.columns.join(', ')})
    ${rollup.select(from)}
    ${settingsClause('sink-rollup', limits, { ...oneBlock, ...asGrouped, async_insert: 0 })}`;
}

/** Says, as `events`, how many events a fill would count that has no limit to them. Its parameters are those of {@link fillStatement}. */
export function uncountedQuery(fill: Omit<Fill, 'most' | 'limits'>): string {
  return `SELECT count() AS events FROM ${uncounted(fill)}`;
}

function uncounted({ rollup, target = rollup.table, months, upto }: Omit<Fill, 'most' | 'limits'>): string {
  const within = (time: string) => ` AND toYYYYMM(${time}) IN (${months.join(', ')})`;
  return `analytics.events LEFT JOIN (
      SELECT company_id AS company, toYYYYMM(bucket) AS month, max(last_position) AS upto
      FROM ${target} WHERE ${rollup.rows} AND last_position >= {from:UInt64} AND company_id IN {companies:Array(UUID)}${within('bucket')}
      GROUP BY company, month
    ) AS counted ON company_id = counted.company AND toYYYYMM(at) = counted.month
    WHERE ${rollup.events} AND position >= {from:UInt64} AND company_id IN {companies:Array(UUID)}${within('at')} AND position > ifNull(counted.upto, 0)${upto === undefined ? '' : ` AND position <= ${upto}`}`;
}
