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
const columns = [
  'company_id',
  'cube',
  'measure',
  'bucket',
  'platform',
  'channel_id',
  'agent_id',
  'team_id',
  'labels',
  ...counted,
  'n',
  'total',
  'quantiles',
  'expires_at',
  'last_position',
].join(', ');

/** So many statements copy a month of a grain, each some companies: one for all of them would take longer than is waited for it. */
const PIECES = 8;

function copies(grain: 'minute' | 'hour' | 'day'): ByMonth[] {
  return Array.from({ length: PIECES }, (_, piece) => ({
    of: { table: 'analytics.by_day', time: 'bucket' },
    ofMonth: (month) => {
      const rows = `toYYYYMM(bucket) = ${month} AND cityHash64(company_id) % ${PIECES} = ${piece}`;
      return `INSERT INTO analytics.rollups (grain, ${columns})
        SELECT '${grain}', ${columns} FROM analytics.by_${grain}
        WHERE ${rows} AND (SELECT count() FROM analytics.rollups WHERE grain = '${grain}' AND ${rows}) = 0`;
    },
  }));
}

/**
 * All grains in one table: a statement costs for each table that it begins with, and a dashboard begins with minutes, hours and days. The days
 * of a year are one partition, minutes and hours have one for each month. A part is one file, whatever its size: a dashboard reads a few
 * rows of nearly all columns.
 */
export const oneTableOfRollups: Migration = {
  id: 33,
  name: 'one table of rollups',
  statements: [
    // Whoever was cut short begins anew; what is copied goes with the next migration only.
    'DROP TABLE IF EXISTS analytics.rollups SYNC',
    `CREATE TABLE IF NOT EXISTS analytics.rollups (
      company_id UUID,
      cube LowCardinality(String) COMMENT 'what the sums are kept apart by; the other dimensions are empty',
      grain Enum8('minute' = 0, 'hour' = 1, 'day' = 2) COMMENT 'how long a bucket is',
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
    PARTITION BY if(grain = 'day', toYear(bucket), toYYYYMM(bucket))
    ORDER BY (company_id, cube, grain, measure, bucket, platform, channel_id, agent_id, team_id, labels)
    TTL expires_at
    SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_wide_part = 1000000000000`,
    ...copies('minute'),
    ...copies('hour'),
    ...copies('day'),
  ],
};
