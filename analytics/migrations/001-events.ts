import type { Migration } from '../clickhouse/migrate.ts';

/**
 * One row per event. `position` says where it stood in the stream: the stream's number of `analytics.streams` in the upper
 * 16 bits, its sequence in the lower 48; `batch` is the first position of the batch that it was written with. Both are how
 * the sink knows what it has written, so the data must be on the disk before the insert is answered.
 */
export const events: Migration = {
  id: 1,
  name: 'events',
  statements: [
    `CREATE TABLE IF NOT EXISTS analytics.events (
      company_id UUID,
      at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
      event_id UUID,
      type LowCardinality(String),
      actor_kind LowCardinality(String),
      conversation_id UUID,
      contact_id UUID,
      channel_id UUID,
      platform LowCardinality(String),
      agent_id UUID COMMENT 'who wrote the message, else who is assigned; zeros: nobody',
      team_id UUID COMMENT 'zeros: none',
      message_id UUID COMMENT 'zeros: the event is not about a message',
      direction LowCardinality(String),
      author_kind LowCardinality(String),
      is_private Bool,
      status_from LowCardinality(String),
      status_to LowCardinality(String),
      delivery_status LowCardinality(String),
      failure_code LowCardinality(String),
      touched_by_agent Bool,
      first_response_seconds Nullable(Float64) CODEC(ZSTD(1)),
      resolution_seconds Nullable(Float64) CODEC(ZSTD(1)),
      position UInt64 CODEC(DoubleDelta, ZSTD(1)),
      batch UInt64 CODEC(DoubleDelta, ZSTD(1)),
      INDEX by_position position TYPE minmax GRANULARITY 1
    )
    ENGINE = MergeTree
    PARTITION BY toYYYYMM(at)
    ORDER BY (company_id, at, event_id)
    SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`,
    `CREATE TABLE IF NOT EXISTS analytics.streams (
      epoch UInt16, name String, created String, seen_at DateTime('UTC') DEFAULT now('UTC')
    )
    ENGINE = MergeTree
    ORDER BY epoch
    SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`,
  ],
};
