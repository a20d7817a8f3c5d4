import type { Migration } from '../clickhouse/migrate.ts';

const counted = ['unanswered', 'rated_good', 'rated_bad', 'unrated_good', 'unrated_bad'];

/**
 * What answers of the bot were worth, and questions that it has no answer to. Ratings that were given before are counted by `rebuild`;
 * which hand-overs were over a question was not told before.
 */
export const answers: Migration = {
  id: 30,
  name: 'answers',
  statements: [
    `ALTER TABLE analytics.events ADD COLUMN IF NOT EXISTS unanswered Bool
      COMMENT 'whether the bot left it to people over a question that the documents do not answer'`,
    ...['analytics.by_minute', 'analytics.by_hour', 'analytics.by_day'].flatMap((table) =>
      counted.map(
        (name) =>
          `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${name} SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1))`,
      ),
    ),
  ],
};
