import type { ByMonth, Migration } from '../clickhouse/migrate.ts';

const counted = [
  'events',
  'opened',
  'resolved',
  'resolved_by_bot',
  'received',
  'sent',
  'bot_messages',
  'labelled',
  'dispatched',
  'delivered',
  'seen',
  'delivery_failures',
  'handed_over',
  'unanswered',
  'rated_good',
  'rated_bad',
  'unrated_good',
  'unrated_bad',
];
const keys = ['company_id', 'cube', 'measure', 'platform', 'channel_id', 'agent_id', 'team_id', 'labels'].join(', ');
const columns = `${keys}, ${counted.join(', ')}, n, total, quantiles, expires_at, last_position`;

/** So many statements copy a month of a grain, each some companies: one for all of them would take longer than is waited for it. */
const PIECES = 8;

function inPieces(statement: (rows: string) => string): ByMonth[] {
  return Array.from({ length: PIECES }, (_, piece) => ({
    of: { table: 'analytics.rollups', time: 'bucket' },
    // To merge rows once more while they are written would take longer than to write them.
    ofMonth: (month) =>
      `${statement(`toYYYYMM(bucket) = ${month} AND cityHash64(company_id) % ${PIECES} = ${piece}`)} SETTINGS optimize_on_insert = 0`,
  }));
}

function isMissing(grain: string, rows: string): string {
  return `(SELECT count() FROM analytics.sums WHERE grain = '${grain}' AND ${rows}) = 0`;
}

function copies(grain: 'minute' | 'hour' | 'day'): ByMonth[] {
  return inPieces(
    (rows) => `INSERT INTO analytics.sums (grain, bucket, ${columns})
      SELECT '${grain}', bucket, ${columns} FROM analytics.rollups
      WHERE grain = '${grain}' AND ${rows} AND ${isMissing(grain, rows)}`,
  );
}

const weeks = inPieces(
  (rows) => `INSERT INTO analytics.sums (grain, bucket, ${columns})
      SELECT 'week', toDateTime(greatest(toMonday(day), toStartOfMonth(day)), 'UTC') AS bucket, ${keys},
        ${counted.map((name) => `sum(${name})`).join(', ')}, sum(n), sum(total),
        quantilesTDigestMergeState(0.5, 0.9, 0.95)(quantiles), max(expires_at), max(last_position)
      FROM (
        SELECT bucket AS day, ${columns} FROM analytics.rollups
        WHERE grain = 'day' AND ${rows} AND ${isMissing('week', rows)}
      )
      GROUP BY bucket, ${keys}`,
);

/**
 * Weeks beside days: totals of a year were the digests of all of its days. And granules of a quarter of a megabyte: a dashboard reads a few
 * rows of a company, whose digests are a kilobyte each, and unpacked eight thousand of its neighbours with them. How large granules are
 * is said once of a table and for all time, and so is how it is parted and ordered: hence a new one. All durations of a bucket
 * are read together, and lie so, apart from the counts, which are read alone too. What is older than a day is merged into one part, as
 * each that is read costs a millisecond for its beginning; left alone, ClickHouse keeps some of every size.
 */
export const weeksBesideDays: Migration = {
  id: 35,
  name: 'weeks beside days',
  statements: [
    // Whoever was cut short begins anew; what is copied goes with the next migration only.
    'DROP TABLE IF EXISTS analytics.sums SYNC',
    `CREATE TABLE IF NOT EXISTS analytics.sums (
      company_id UUID,
      cube LowCardinality(String) COMMENT 'what the sums are kept apart by; the other dimensions are empty',
      grain Enum8('minute' = 0, 'hour' = 1, 'day' = 2, 'week' = 3) COMMENT 'how long a bucket is; a week of two months is two',
      measure LowCardinality(String) COMMENT 'empty: counts; else what n, total and quantiles are of',
      bucket DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
      platform LowCardinality(String),
      channel_id UUID,
      agent_id UUID,
      team_id UUID,
      labels Array(UUID),
      ${counted.map((name) => `${name} SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1))`).join(',\n      ')},
      n SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
      total SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
      quantiles AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95), Float64),
      expires_at SimpleAggregateFunction(max, Date) DEFAULT '2149-06-06' CODEC(ZSTD(1)),
      last_position SimpleAggregateFunction(max, UInt64) CODEC(DoubleDelta, ZSTD(1)),
      INDEX by_position last_position TYPE minmax GRANULARITY 1
    )
    ENGINE = AggregatingMergeTree
    PARTITION BY if(grain IN ('day', 'week'), toYear(bucket), toYYYYMM(bucket))
    ORDER BY (company_id, cube, grain, measure != '', bucket, measure, platform, channel_id, agent_id, team_id, labels)
    TTL expires_at
    SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_wide_part = 1000000000000,
      index_granularity_bytes = 262144, min_age_to_force_merge_seconds = 86400`,
    ...copies('minute'),
    ...copies('hour'),
    ...copies('day'),
    ...weeks,
  ],
};
