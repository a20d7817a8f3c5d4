import type { Migration } from '../clickhouse/migrate.ts';

/** How long what a company has is kept: `plans` says it, each row carries when it goes. Without a plan nothing goes. */
export const retention: Migration = {
  id: 11,
  name: 'retention',
  statements: [
    `CREATE TABLE IF NOT EXISTS analytics.plans (
      company_id UUID,
      events_days UInt16,
      figures_days UInt16,
      set_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
    )
    ENGINE = ReplacingMergeTree(set_at)
    ORDER BY company_id`,
    ...['analytics.by_minute', 'analytics.by_hour', 'analytics.by_day'].flatMap((table) => [
      `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS
        expires_at SimpleAggregateFunction(max, Date) DEFAULT '2149-06-06' CODEC(ZSTD(1))`,
      `ALTER TABLE ${table} MODIFY TTL expires_at`,
    ]),
  ],
};
