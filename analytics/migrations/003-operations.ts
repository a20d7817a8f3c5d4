import type { Migration } from '../clickhouse/migrate.ts';

/**
 * One row per report of the router. A report that comes twice is one row again once its parts are merged; `weight` says how many operations
 * it stands for.
 */
export const operations: Migration = {
  id: 3,
  name: 'operations',
  statements: [
    `CREATE TABLE IF NOT EXISTS analytics.operations (
      company_id UUID,
      at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
      report_id UUID,
      name LowCardinality(String),
      type LowCardinality(String),
      client_name LowCardinality(String),
      client_version LowCardinality(String),
      partner LowCardinality(String) COMMENT 'empty: no partner',
      duration_ms Float32,
      cost UInt32,
      error_codes Array(LowCardinality(String)),
      fields Array(LowCardinality(String)) COMMENT 'Type.field: Type, and Type.field(argument)',
      weight UInt32
    )
    ENGINE = ReplacingMergeTree
    PARTITION BY toYYYYMM(at)
    ORDER BY (company_id, at, report_id)
    TTL toDateTime(at) + INTERVAL 180 DAY`,
  ],
};
