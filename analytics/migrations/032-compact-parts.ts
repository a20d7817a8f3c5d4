import type { Migration } from '../clickhouse/migrate.ts';

/**
 * A dashboard reads a few rows of each month and nearly all of their columns. With a file for each column a year of it opens more than
 * five hundred of them, and unpacks 64 KB of each column for some hundred bytes; with one file for all columns it is a fifth less work. So
 * months stay in one file up to a gigabyte, unpacked, instead of ten megabytes. What is there is kept as it is until it is merged.
 */
export const compactParts: Migration = {
  id: 32,
  name: 'compact parts',
  statements: ['analytics.by_hour', 'analytics.by_day'].map(
    (table) => `ALTER TABLE ${table} MODIFY SETTING min_bytes_for_wide_part = 1000000000`,
  ),
};
