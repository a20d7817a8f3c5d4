import type { Migration } from '../clickhouse/migrate.ts';

/**
 * What sinks that write side by side keep in mind. `checkpoints`: up to which position all that belongs to a share is in every
 * table, and when the stream took the message there. `left_out`: what of the stream is no row of `analytics.events`, so that both
 * can be counted against each other.
 */
export const shares: Migration = {
  id: 10,
  name: 'shares',
  statements: [
    `CREATE TABLE IF NOT EXISTS analytics.checkpoints (
      share UInt16,
      position UInt64,
      message_at DateTime64(3, 'UTC')
    )
    ENGINE = ReplacingMergeTree(position)
    ORDER BY share
    SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`,
    // Where the one sink stood that wrote everything: what its last batch has of each table is found again from there on.
    // The column goes in a migration of its own: this one has to be repeatable.
    `INSERT INTO analytics.checkpoints
      SELECT number, (SELECT max(batch) FROM analytics.events) - 1, 0 FROM numbers(16)
      WHERE (SELECT count() FROM analytics.events) > 0 AND (SELECT count() FROM analytics.checkpoints) = 0`,
    `CREATE TABLE IF NOT EXISTS analytics.left_out (
      company_id UUID,
      position UInt64,
      type LowCardinality(String),
      reason LowCardinality(String) COMMENT 'REPEATED: its id is written at another position; PARKED: it cannot be read; EXPIRED: no longer, by its plan'
    )
    ENGINE = ReplacingMergeTree
    ORDER BY (company_id, position)`,
    `ALTER TABLE analytics.events ADD COLUMN IF NOT EXISTS expires_at Date DEFAULT '2149-06-06' CODEC(ZSTD(1)),
      ADD COLUMN IF NOT EXISTS figures_expire_at Date DEFAULT '2149-06-06' CODEC(ZSTD(1))`,
    'ALTER TABLE analytics.events MODIFY TTL expires_at',
  ],
};
