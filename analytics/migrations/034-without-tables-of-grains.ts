import type { Migration } from '../clickhouse/migrate.ts';

/** What was in them is in `analytics.rollups`. */
export const withoutTablesOfGrains: Migration = {
  id: 34,
  name: 'without tables of grains',
  statements: ['analytics.by_minute', 'analytics.by_hour', 'analytics.by_day'].map(
    (table) => `DROP TABLE IF EXISTS ${table} SYNC`,
  ),
};
