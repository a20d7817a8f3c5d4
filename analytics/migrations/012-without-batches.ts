import type { Migration } from '../clickhouse/migrate.ts';

/** Where to go on is said by the checkpoints now. */
export const withoutBatches: Migration = {
  id: 12,
  name: 'without batches',
  statements: ['ALTER TABLE analytics.events DROP COLUMN IF EXISTS batch'],
};
