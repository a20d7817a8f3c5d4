import { createHash } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import { createAnalytics } from '#analytics/createAnalytics.ts';
import { createChannels } from '#channels/createChannels.ts';
import { migrations as channelsMigrations } from '#channels/migrations/index.ts';
import { createConversations } from '#conversations/createConversations.ts';
import { migrations as conversationsMigrations } from '#conversations/migrations/index.ts';
import type { EmbeddingsConfig } from '#knowledge/config.ts';
import { createKnowledge } from '#knowledge/createKnowledge.ts';
import { migrations as knowledgeMigrations } from '#knowledge/migrations/index.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { provisionContext, type MigrationList } from '#platform/postgres/provision.ts';
import { bearerDefaults, routerDefaults } from '#router/config.ts';
import { createRouter } from '#router/createRouter.ts';

/** Everything that nobody outside may know. One per installation, kept by the caller. */
export interface PlatformSecrets {
  /** Signs clients' tokens. */
  readonly token: string;
  /** Signs who asks, from the router to the subgraphs. */
  readonly identity: string;
  /** Seals the channels' credentials. */
  readonly credentials: string;
  /** Passwords of the contexts' database roles. */
  readonly database: string;
}

export interface PlatformOptions {
  readonly stores: {
    readonly databaseUrl: string;
    readonly natsUrl: string;
    readonly redisUrl: string;
    readonly qdrantUrl: string;
    readonly clickhouse: ClickHouseClient;
  };
  readonly secrets: PlatformSecrets;
  readonly host: string;
  readonly port: number;
  /** Where the platforms reach the router. */
  readonly publicUrl: string;
  readonly telegramApiUrl: string;
  readonly qdrantApiKey?: string | undefined;
  readonly embeddings?: EmbeddingsConfig | undefined;
  readonly production: boolean;
  /** Prefills GraphiQL outside production. */
  readonly demoToken?: string | undefined;
  readonly logger: Logger;
  /** Takes a line of progress a step. */
  readonly log: (line: string) => void;
}

/** Services take any free port on this machine: only the router is reached from outside. */
const inside = { host: '127.0.0.1', port: 0 };
const pool = { max: 16, connectTimeoutMs: 5_000, statementTimeoutMs: 10_000, idleTimeoutMs: 30_000 };

/** The whole platform in this process: the services as production runs them, each behind its own address. */
export type Platform = Awaited<ReturnType<typeof startPlatform>>;

/**
 * Migrates, starts every service and last the router. What had started is stopped again when something fails.
 * @throws whatever kept a service from starting
 */
export async function startPlatform(options: PlatformOptions) {
  const { stores, secrets, logger, log } = options;
  const { natsUrl, redisUrl } = stores;
  const started: Part[] = [];

  async function stop(): Promise<void> {
    for (const part of started.splice(0).toReversed()) await part.stop();
  }

  async function begin<P extends Part>(part: P): Promise<P> {
    started.push(part);
    await part.start();
    log(`${part.name} is ready`);
    return part;
  }

  try {
    const databases = await provision(options);
    log('the database is up to date');
    const credentials = { activeKeyId: 'k1', keys: { k1: keyOf(secrets.credentials) } };
    const common = { ...inside, natsUrl, pool, identitySecret: secrets.identity };
    const deps = (service: string) => ({ logger: logger.child({ service }), metrics: createMetrics({ service }) });

    const [channels, conversations, knowledge, analytics] = await Promise.all([
      begin(
        createChannels(
          {
            ...common,
            ...databases.channels,
            publicUrl: options.publicUrl,
            credentials,
            telegramApiUrl: options.telegramApiUrl,
          },
          deps('channels'),
        ),
      ),
      begin(
        createConversations(
          { ...common, ...databases.conversations, reopenWithinMs: 72 * 60 * 60 * 1_000, snoozePollMs: 1_000 },
          deps('conversations'),
        ),
      ),
      begin(
        createKnowledge(
          {
            ...common,
            ...databases.knowledge,
            qdrant: { url: stores.qdrantUrl, apiKey: options.qdrantApiKey },
            embeddings: options.embeddings,
          },
          deps('knowledge'),
        ),
      ),
      begin(createAnalytics({ ...common, redisUrl }, { ...deps('analytics'), clickhouse: stores.clickhouse })),
    ]);

    const { metrics, logger: routerLogger } = deps('router');
    metrics.collectDefaults();
    const router = await begin(
      createRouter(
        {
          ...routerDefaults,
          http: { host: options.host, port: options.port, trustProxy: false, bodyLimit: 1024 ** 2 },
          production: options.production,
          subgraphs: {
            channels: channels.url(),
            conversations: conversations.url(),
            knowledge: knowledge.url(),
            analytics: analytics.url(),
          },
          natsUrl,
          redisUrl,
          bearer: { secret: secrets.token, ...bearerDefaults },
          identitySecret: secrets.identity,
          graphiql: options.production ? undefined : { demoToken: options.demoToken },
        },
        { logger: routerLogger, metrics },
      ),
    );
    return { channels, conversations, knowledge, analytics, router, databases, credentials, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function provision({ stores, secrets, logger }: PlatformOptions) {
  async function context(name: string, migrations: MigrationList) {
    const { appUrl, relayUrl } = await provisionContext({
      adminUrl: stores.databaseUrl,
      context: name,
      appPassword: passwordOf(secrets.database, `${name}_app`),
      relayPassword: passwordOf(secrets.database, `${name}_relay`),
      migrations,
      logger,
    });
    return { databaseUrl: appUrl, relayDatabaseUrl: relayUrl };
  }
  // One after another: they share the server's roles and the lock that guards them.
  return {
    channels: await context('channels', channelsMigrations),
    conversations: await context('conversations', conversationsMigrations),
    knowledge: await context('knowledge', knowledgeMigrations),
  };
}

/** A password per role out of one secret, so that there is one thing to keep. */
function passwordOf(secret: string, role: string): string {
  return createHash('sha256').update(`${secret}:${role}`).digest('hex');
}

/** 32 bytes in base64, as a keyring takes them. */
function keyOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64');
}
