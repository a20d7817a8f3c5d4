import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provisionDatabases } from '#infra/embedded/databases.ts';
import { createPostgres } from '#infra/embedded/postgres.ts';
import { createRedis as createRedisServer } from '#infra/embedded/redis.ts';
import { entities } from '#knowledge/entities/index.ts';
import { moveTo } from '#knowledge/queries/indexState.ts';
import { createRedis } from '#platform/cache/redis.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createDatabase } from '#platform/postgres/database.ts';
import { catalogue } from '#schema/events/catalogue.ts';

export type KnowledgeStores = Awaited<ReturnType<typeof openStores>>;

/** What the knowledge service keeps besides the index. */
export async function openStores() {
  const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-bench-'));
  const log = (): void => undefined;
  const servers = [createPostgres({ dataDir, log }), createRedisServer({ dataDir, log })] as const;
  const [postgres, redisServer] = servers;
  await Promise.all(servers.map((server) => server.start()));
  const { knowledge } = await provisionDatabases(postgres.url(), 'bench', logger);
  const database = createDatabase({
    context: 'knowledge',
    url: knowledge.databaseUrl,
    entities,
    pool: { max: 5, connectTimeoutMs: 5_000, statementTimeoutMs: 30_000, idleTimeoutMs: 10_000 },
    catalogue,
    logger,
    metrics: createMetrics({ service: 'bench' }),
  });
  await database.start();
  return {
    database,
    /** A connection of one process, to be started and stopped. */
    redis: () => createRedis({ url: redisServer.url(), name: 'bench', logger }),
    /** Enters documents that are in the index already. */
    async enter(companyId: string, collection: string, documentIds: readonly string[]): Promise<void> {
      await database.write(companyId, async ({ sql }) => {
        await sql`
          insert into knowledge.documents
            (company_id, id, title, text, format, status, chunk_count, version, indexed_version, content_hash)
          select ${companyId}, id, 'Written', '', 'PLAIN', 'INDEXED', 1, 1, 1, id::text
          from unnest(${documentIds}::uuid[]) id`;
        await moveTo(sql, companyId, collection);
      });
    },
    async close(): Promise<void> {
      await database.stop();
      await Promise.all(servers.map((server) => server.stop()));
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
