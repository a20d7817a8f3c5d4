import type { Migration } from '../clickhouse/migrate.ts';

/**
 * Sums per bucket and dimension. Partitions are months, as in `analytics.events`: `last_position` tells for each partition
 * up to where the events of that month are in it, and stands in the same atomic part as the sums that it speaks for.
 */
function rollup(table: string): string {
  return `CREATE TABLE IF NOT EXISTS ${table} (
    company_id UUID,
    bucket DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    platform LowCardinality(String),
    channel_id UUID,
    agent_id UUID,
    team_id UUID,
    events SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    opened SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    resolved SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    resolved_by_bot SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    received SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    sent SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    bot_messages SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    delivery_failures SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    first_response_count SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    first_response_sum SimpleAggregateFunction(sum, Float64),
    first_response_quantiles AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95), Nullable(Float64)),
    resolution_count SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    resolution_sum SimpleAggregateFunction(sum, Float64),
    resolution_quantiles AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95), Nullable(Float64)),
    last_position SimpleAggregateFunction(max, UInt64) CODEC(DoubleDelta, ZSTD(1)),
    INDEX by_position last_position TYPE minmax GRANULARITY 1
  )
  ENGINE = AggregatingMergeTree
  PARTITION BY toYYYYMM(bucket)
  ORDER BY (company_id, bucket, platform, channel_id, agent_id, team_id)
  SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`;
}

export const rollups: Migration = {
  id: 2,
  name: 'rollups',
  statements: ['analytics.by_minute', 'analytics.by_hour', 'analytics.by_day'].map(rollup),
};
