import { createHash } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import { createAnalytics } from '#analytics/createAnalytics.ts';
import type { MetaConfig } from '#channels/config.ts';
import { createChannels } from '#channels/createChannels.ts';
import { DEVICE_LIFETIME_MS } from '#conversations/config.ts';
import { createConversations } from '#conversations/createConversations.ts';
import type { ChatConfig } from '#knowledge/bot/model/openAiChat.ts';
import type { EmbeddingsConfig } from '#knowledge/config.ts';
import { createKnowledge } from '#knowledge/createKnowledge.ts';
import type { RerankConfig } from '#knowledge/rerank/httpReranker.ts';
import { bearerDefaults } from '#platform/identity/bearerTokens.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import type { KeyringOptions } from '#platform/secrets/keyring.ts';
import { routerDefaults, type RouterConfig } from '#router/config.ts';
import { createRouter, type Router } from '#router/createRouter.ts';
import { provisionDatabases, type Databases } from './databases.ts';

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
  /** Signs the addresses of files. */
  readonly files: string;
}

export interface PlatformOptions {
  readonly stores: {
    readonly databaseUrl: string;
    readonly natsUrl: string;
    readonly redisUrl: string;
    readonly qdrantUrl: string;
    readonly clickhouse: ClickHouseClient;
    /** Whether it is a server, and not the engine in this process. */
    readonly hasClickHouseUsers: boolean;
  };
  /** Where the services reach their schemas, when these are there already: through a pooler, say. @default made and migrated */
  readonly databases?: Databases | undefined;
  readonly secrets: PlatformSecrets;
  readonly host: string;
  readonly port: number;
  /** Where the platforms reach the router. */
  readonly publicUrl: string;
  readonly telegramApiUrl: string;
  /** Undefined: nothing of Meta's can be connected. */
  readonly meta?: MetaConfig | undefined;
  /** Where files are kept: a directory or a bucket. */
  readonly filesUrl: string;
  readonly attachmentMaxBytes: number;
  readonly qdrantApiKey?: string | undefined;
  readonly embeddings?: EmbeddingsConfig | undefined;
  readonly rerank?: RerankConfig | undefined;
  readonly chat?: ChatConfig | undefined;
  readonly production: boolean;
  /** See PoolOptions. @default true */
  readonly preparesStatements?: boolean;
  /** Whether the router asks the subgraphs over HTTP, as between machines, or within this process. */
  readonly overHttp: boolean;
  /** Prefills GraphiQL outside production. */
  readonly demoToken?: string | undefined;
  readonly logger: Logger;
  /** Takes a line of progress a step. */
  readonly log: (line: string) => void;
}

/** Services take any free port on this machine: only the router is reached from outside. */
const inside = { host: '127.0.0.1', port: 0 };
/** Of a machine that runs everything, and may have other work as well: what is slow there is not broken yet. */
const PATIENCE_MS = 30_000;
const pool = { max: 16, connectTimeoutMs: PATIENCE_MS, statementTimeoutMs: PATIENCE_MS, idleTimeoutMs: 30_000 };

/** The whole platform in this process: the services as production runs them, each behind its own address. */
export type Platform = Awaited<ReturnType<typeof startPlatform>>;

/**
 * Migrates, starts every service and last the router. What had started is stopped again when something fails.
 * @throws whatever kept a service from starting
 */
export async function startPlatform(options: PlatformOptions) {
  const { log } = options;
  const started: Part[] = [];
  let front: Part | undefined;

  /** First who takes requests, then side by side those who answer them: what is under way can still end. */
  async function stop(): Promise<void> {
    await front?.stop();
    await Promise.all(started.splice(0).map((service) => service.stop()));
  }

  /** All end before a failure is passed on: who still starts cannot be stopped, and who fails cleans up behind itself. */
  async function begin(parts: readonly Part[]): Promise<void> {
    const results = await Promise.allSettled(
      parts.map(async (part) => {
        await part.start();
        started.push(part);
        log(`${part.name} is ready`);
      }),
    );
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  try {
    const databases =
      options.databases ??
      (await provisionDatabases(options.stores.databaseUrl, options.secrets.database, options.logger));
    log('the database is up to date');
    const services = createServices(options, databases);
    await begin(Object.values(services));
    const router = createFront(options, services);
    await router.start();
    front = router;
    log(`${router.name} is ready`);
    return { ...services, router, databases, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function createServices(options: PlatformOptions, databases: Databases) {
  const { stores, secrets } = options;
  const { natsUrl, redisUrl } = stores;
  const { preparesStatements = true } = options;
  const common = { ...inside, natsUrl, pool: { ...pool, preparesStatements }, identitySecret: secrets.identity };
  const deps = depsOf(options);
  return {
    channels: createChannels(
      {
        ...common,
        ...databases.channels,
        publicUrl: options.publicUrl,
        credentials: credentialsOf(secrets),
        telegramApiUrl: options.telegramApiUrl,
        meta: options.meta,
        visitorTokens: { secret: secrets.token, ...bearerDefaults },
        redisUrl,
        files: { url: options.filesUrl, secret: secrets.files, maxBytes: options.attachmentMaxBytes },
      },
      deps('channels'),
    ),
    conversations: createConversations(
      {
        ...common,
        ...databases.conversations,
        reopenWithinMs: 72 * 60 * 60 * 1_000,
        snoozePollMs: 1_000,
        redisUrl,
        deviceLifetimeMs: DEVICE_LIFETIME_MS,
        assignmentSweepMs: 30_000,
        privacyPollMs: 1_000,
        retentionPollMs: 60_000,
        files: { url: options.filesUrl, secret: secrets.files, publicUrl: options.publicUrl },
      },
      deps('conversations'),
    ),
    knowledge: createKnowledge(
      {
        ...common,
        ...databases.knowledge,
        redisUrl,
        files: { url: options.filesUrl, secret: secrets.files },
        qdrant: { url: stores.qdrantUrl, apiKey: options.qdrantApiKey },
        embeddings: options.embeddings,
        rerank: options.rerank,
        chat: options.chat,
      },
      deps('knowledge'),
    ),
    analytics: createAnalytics(
      { ...common, redisUrl },
      { ...deps('analytics'), clickhouse: stores.clickhouse, hasClickHouseUsers: stores.hasClickHouseUsers },
    ),
  };
}

function createFront(options: PlatformOptions, services: ReturnType<typeof createServices>): Router {
  const { stores, secrets, host, port, production } = options;
  const { logger, metrics } = depsOf(options)('router');
  metrics.collectDefaults();
  const config: RouterConfig = {
    ...routerDefaults,
    // Demos and benchmarks of this machine come from one address, and often as one agent.
    rates: {},
    subgraphLimits: { ...routerDefaults.subgraphLimits, timeoutMs: PATIENCE_MS },
    http: { host, port, trustProxy: false, bodyLimit: 1024 ** 2 },
    production,
    subgraphs: Object.fromEntries(Object.entries(services).map(([name, service]) => [name, service.url()])),
    natsUrl: stores.natsUrl,
    redisUrl: stores.redisUrl,
    bearer: { secret: secrets.token, ...bearerDefaults },
    identitySecret: secrets.identity,
    graphiql: production ? undefined : { demoToken: options.demoToken },
  };
  return createRouter(config, {
    logger,
    metrics,
    ...(!options.overHttp && { local: services, channels: services.channels.handle }),
  });
}

function depsOf({ logger }: PlatformOptions) {
  return (service: string) => ({ logger: logger.child({ service }), metrics: createMetrics({ service }) });
}

/** The keyring that seals the channels' credentials: its key is 32 bytes in base64. */
export function credentialsOf({ credentials }: Pick<PlatformSecrets, 'credentials'>): KeyringOptions {
  return { activeKeyId: 'k1', keys: { k1: createHash('sha256').update(credentials).digest('base64') } };
}
