import type { Migration } from '../clickhouse/migrate.ts';

/** Values of statements are kept no longer, also not of those that were: they can be those of a contact. */
export const biQueriesWithoutValues: Migration = {
  id: 31,
  name: 'bi-queries without values',
  statements: [
    // What the engine's own reader leaves of a text that was never closed goes with everything behind it.
    `ALTER TABLE analytics.bi_queries UPDATE statement = extract(normalizeQuery(statement), '^[^\\']*'), exception = '' WHERE 1`,
  ],
};
