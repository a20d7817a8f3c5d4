import type { Migration } from '../clickhouse/migrate.ts';

/** What was in it is in `analytics.sums`. */
export const withoutRollupsOfDays: Migration = {
  id: 36,
  name: 'without rollups of days',
  statements: ['DROP TABLE IF EXISTS analytics.rollups SYNC'],
};
