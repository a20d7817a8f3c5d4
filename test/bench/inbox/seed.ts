import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { createChannel } from '#channels/commands/createChannel.ts';
import { createCompany } from '#channels/commands/createCompany.ts';
import { entities as channelsEntities } from '#channels/entities/index.ts';
import { migrations as channelsMigrations } from '#channels/migrations/index.ts';
import { channelSettings } from '#channels/settings.ts';
import { entities } from '#conversations/entities/index.ts';
import { migrations } from '#conversations/migrations/index.ts';
import { seedConversations } from '#conversations/seed.ts';
import { fillInbox, newCompany, type Company } from '#conversations/testing/fillInbox.ts';
import { provisionDatabases } from '#infra/embedded/databases.ts';
import { credentialsOf } from '#infra/embedded/platform.ts';
import { createPostgres } from '#infra/embedded/postgres.ts';
import { secret } from '#infra/embedded/secrets.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createDatabase } from '#platform/postgres/database.ts';
import { createKeyring } from '#platform/secrets/keyring.ts';
import { catalogue } from '#schema/events/catalogue.ts';

/** Goes up when what is seeded changes, so that it is made anew. */
const VERSION = 2;
const pool = { max: 2, connectTimeoutMs: 5_000, statementTimeoutMs: 30_000, idleTimeoutMs: 1_000 };

export interface Seeded {
  readonly dataDir: string;
  readonly company: Company;
}

/** A data directory with one company and so many conversations; that of an earlier run where its schema is today's. */
export async function seededInbox({
  dataDir,
  conversations,
}: {
  readonly dataDir: string;
  readonly conversations: number;
}) {
  const schema = [channelsMigrations, migrations].flatMap((list) => list.map((migration) => JSON.stringify(migration)));
  const signature = createHash('sha256')
    .update(JSON.stringify([VERSION, conversations, schema]))
    .digest('hex');
  const file = join(dataDir, 'seeded.json');
  const earlier = await readFile(file, 'utf8').catch(() => '{}');
  const known = JSON.parse(earlier) as { signature?: string; company?: Company };
  if (known.signature === signature && known.company) return { dataDir, company: known.company };
  await rm(dataDir, { recursive: true, force: true });
  await mkdir(dataDir, { recursive: true });
  const company = await seed(dataDir, conversations);
  await writeFile(file, JSON.stringify({ signature, company }));
  return { dataDir, company };
}

async function seed(dataDir: string, conversations: number): Promise<Company> {
  const startedAt = performance.now();
  const progress = (step: string): void => {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
    process.stderr.write(`\r\x1b[K${String(conversations)} conversations, ${seconds} s: ${step} `);
  };
  progress('PostgreSQL');
  // What is lost with the machine is made again.
  const settings = { fsync: 'off', max_wal_size: '8GB' };
  const postgres = createPostgres({ dataDir, settings, log: () => undefined });
  await postgres.start();
  const admin = new Client({ connectionString: postgres.url() });
  try {
    const databases = await provisionDatabases(postgres.url(), await secret(dataDir, 'database'), logger);
    const company = newCompany({ agents: 50, teams: 8, labels: 12 });
    await openCompany(company, databases, dataDir);
    await admin.connect();
    await fillInbox(admin, company, { conversations, progress });
    return company;
  } finally {
    await admin.end();
    await postgres.stop();
    process.stderr.write('\r\x1b[K');
  }
}

/** The company in both contexts. Its channels are paused: what agents send in the benchmark waits, and reaches nobody. */
async function openCompany(
  { companyId, agentIds, teamIds, labelIds, channels }: Company,
  databases: Awaited<ReturnType<typeof provisionDatabases>>,
  dataDir: string,
): Promise<void> {
  const metrics = createMetrics({ service: 'bench' });
  const common = { pool, catalogue, logger, metrics };
  const inbox = createDatabase({
    ...common,
    context: 'conversations',
    url: databases.conversations.databaseUrl,
    entities,
  });
  const accounts = createDatabase({
    ...common,
    context: 'channels',
    url: databases.channels.databaseUrl,
    entities: channelsEntities,
  });
  await Promise.all([inbox.start(), accounts.start()]);
  try {
    await seedConversations(inbox, {
      companyId,
      agents: agentIds.map((id, n) => ({
        id,
        name: `Agent ${String(n)}`,
        email: `a${String(n)}@bench.example`,
        role: 'AGENT',
      })),
      teams: teamIds.map((id, n) => ({
        id,
        name: `Team ${String(n)}`,
        memberIds: agentIds.filter((_, m) => m % 8 === n),
      })),
      labels: labelIds.map((id, n) => ({ id, name: `label-${String(n)}`, color: '#2563eb' })),
    });
    await createCompany(accounts, { id: companyId, slug: 'bench', name: 'Bench', timeZone: 'Europe/Berlin' });
    const keyring = createKeyring(credentialsOf({ credentials: await secret(dataDir, 'credentials') }));
    for (const [index, { id, platform }] of channels.entries()) {
      await createChannel(accounts, keyring, {
        id,
        companyId,
        platform,
        externalId: String(index),
        name: `Channel ${String(index)}`,
        accessToken: 'none',
        webhookSecret: 'none',
        settings: channelSettings.parse({}),
      });
    }
    await accounts.write(
      companyId,
      ({ sql }) => sql`update channels.channels set status = 'PAUSED' where company_id = ${companyId}`,
    );
  } finally {
    await Promise.all([inbox.stop(), accounts.stop()]);
  }
}
