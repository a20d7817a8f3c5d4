import { resolve } from 'node:path';
import { z } from 'zod';
import { embedderOf, embeddingsOf, vectorEnvironment } from '#knowledge/config.ts';
import { entities } from '#knowledge/entities/index.ts';
import { createChunkIndex } from '#knowledge/index/chunkIndex.ts';
import { reembedCompany } from '#knowledge/reembed/reembedCompany.ts';
import { url } from '#platform/config/fields.ts';
import { readConfig } from '#platform/config/readConfig.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createDatabase } from '#platform/postgres/database.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import { findRunningStack } from '../../runningStack.ts';
import { createProgressLine } from './progressLine.ts';

const configSchema = z
  .object({
    ...vectorEnvironment,
    DATABASE_URL: url(['postgres', 'postgresql']).optional(),
    QDRANT_URL: url(['http', 'https']).optional(),
    DATA_DIR: z.string().default('.data'),
  })
  .transform((env, context) => ({
    databaseUrl: env.DATABASE_URL,
    qdrantUrl: env.QDRANT_URL,
    apiKey: env.QDRANT_API_KEY,
    dataDir: env.DATA_DIR,
    embeddings: embeddingsOf(env, context),
  }));

const pool = { max: 2, connectTimeoutMs: 5_000, statementTimeoutMs: 30_000, idleTimeoutMs: 1_000 };

/**
 * Brings the passages of all companies to the model of EMBEDDINGS_*, one company after another, which is searched all the while. The
 * stores are those of DATABASE_URL (as the role knowledge_app) and QDRANT_URL, or of the stack that runs on this machine.
 */
export async function reembedAll(env: NodeJS.ProcessEnv): Promise<string> {
  const config = readConfig(configSchema, env);
  const stores =
    config.databaseUrl !== undefined && config.qdrantUrl !== undefined
      ? { databaseUrl: config.databaseUrl, qdrantUrl: config.qdrantUrl }
      : await storesOfStack(config.dataDir);
  const metrics = createMetrics({ service: 'reembed' });
  const database = createDatabase({
    context: 'knowledge',
    url: stores.databaseUrl,
    entities,
    pool,
    catalogue,
    logger,
    metrics,
  });
  const embedder = embedderOf(config.embeddings, { metrics });
  const index = createChunkIndex({ url: stores.qdrantUrl, apiKey: config.apiKey, embedder, logger, metrics });
  const progress = createProgressLine();
  await database.start();
  try {
    await index.start();
    const companies = await database.lookup(
      (sql) => sql<{ companyId: string }>`
        select company_id as "companyId" from knowledge.companies_elsewhere(${index.collection})`,
    );
    let passages = 0;
    for (const [i, { companyId }] of companies.entries()) {
      const what = `company ${i + 1} of ${companies.length}: passages`;
      const onProgress = (done: number, all: number) => progress.show(what, done, all);
      passages += (await reembedCompany({ database, index, onProgress }, companyId)) ?? 0;
    }
    progress.clear();
    return companies.length === 0
      ? `Every company is searched in ${index.collection} already.`
      : `${companies.length} companies with ${passages} passages are searched in ${index.collection} now.`;
  } finally {
    await database.stop();
  }
}

async function storesOfStack(dataDir: string) {
  const stack = await findRunningStack(resolve(dataDir));
  return { databaseUrl: stack.knowledgeDatabaseUrl, qdrantUrl: stack.qdrantUrl };
}
