import { entities as channelsEntities } from '#channels/entities/index.ts';
import { companyBySlug } from '#channels/queries/companyBySlug.ts';
import { entities as conversationsEntities } from '#conversations/entities/index.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createDatabase, type Database } from '#platform/postgres/database.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { RunningStack } from '../runningStack.ts';

const pool = { max: 1, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000, idleTimeoutMs: 1_000 };

/** What an operator's command does with the database of a context, which is closed when it ends. */
export async function withDatabase<T>(
  stack: RunningStack,
  context: 'channels' | 'conversations',
  work: (database: Database<SwitchboardCatalogue>) => Promise<T>,
): Promise<T> {
  const { url, entities } = {
    channels: { url: stack.channelsDatabaseUrl, entities: channelsEntities },
    conversations: { url: stack.conversationsDatabaseUrl, entities: conversationsEntities },
  }[context];
  const metrics = createMetrics({ service: 'commands' });
  const database = createDatabase({ context, url, entities, pool, catalogue, logger, metrics });
  await database.start();
  try {
    return await work(database);
  } finally {
    await database.stop();
  }
}

/** One read of a company's data. */
export async function readOnce<T>(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  query: (sql: Sql) => Promise<T>,
): Promise<T> {
  const session = database.session(companyId);
  try {
    return await session.read(query);
  } finally {
    await session.close();
  }
}

/** @throws Error when there is no such company. */
export async function companyIdOf(stack: RunningStack, slug: string): Promise<string> {
  return withDatabase(stack, 'channels', async (database) => {
    const company = await companyBySlug(database, slug);
    if (!company) throw new Error(`There is no company '${slug}': the demo has acme and globex.`);
    return company.id;
  });
}
