import type { Migration } from '../clickhouse/migrate.ts';

/** What BI tools have asked, a row for each statement. */
export const biQueries: Migration = {
  id: 20,
  name: 'bi-queries',
  statements: [
    `CREATE TABLE IF NOT EXISTS analytics.bi_queries (
      company_id UUID,
      at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
      query_id String,
      partner LowCardinality(String),
      key_id Nullable(UUID),
      client LowCardinality(String),
      statement String CODEC(ZSTD(3)),
      format LowCardinality(String),
      duration_ms UInt32,
      result_bytes UInt64,
      exception_code Int32 COMMENT '0: answered',
      exception String CODEC(ZSTD(3))
    )
    ENGINE = MergeTree
    PARTITION BY toYYYYMM(at)
    ORDER BY (company_id, at, query_id)
    TTL toDateTime(at) + INTERVAL 30 DAY`,
  ],
};
