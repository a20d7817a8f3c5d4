import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient, type Client } from 'graphql-ws';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { webhookSecret } from '#channels/queries/webhookSecret.ts';
import { demoMetaApp, demoMetaToken } from '#infra/embedded/demoChannels.ts';
import { provisionDatabases } from '#infra/embedded/databases.ts';
import { credentialsOf, startPlatform, type Platform } from '#infra/embedded/platform.ts';
import { demoCompanies, type DemoCompany } from '#infra/embedded/roster.ts';
import type { RunningStack } from '#infra/embedded/runningStack.ts';
import { seedDemo } from '#infra/embedded/seed.ts';
import { createDemoGraph, createDemoTelegram, demoMeta, registerBots } from '#infra/embedded/standins.ts';
import { bearerDefaults, signBearerToken } from '#platform/identity/bearerTokens.ts';
import type { ClientIdentity, VisitorIdentity } from '#platform/identity/identity.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { testClickHouse, testNats, testPostgresServer, testRedis } from '#test/stack/index.ts';
import { onFreePort } from '#test/stack/onFreePort.ts';
import { openAll } from '#test/stack/openAll.ts';
import { testPgBouncer } from '#test/stack/pgBouncer.ts';
import { testQdrant } from '#test/stack/qdrant.ts';
import { currentTestRun } from '#test/stack/testRun.ts';

export interface GraphqlAnswer<T> {
  readonly data: T;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** Where browsers reach a platform that they cannot reach, and where the pages stand that visitors of it come from. */
export const PUBLIC_URL = 'https://switchboard.example';

export type RunningPlatform = Awaited<ReturnType<typeof runPlatform>>;

export function demoCompany(slug: string): DemoCompany {
  const company = demoCompanies.find((one) => one.slug === slug);
  if (!company) throw new Error(`the demo has no company ${slug}`);
  return company;
}

/**
 * The whole platform as `npm start` composes it, on stores of the suite's own, and what clients and platforms do with it.
 * Nothing stays open when it does not start.
 *
 * @param options.overHttp The router asks the subgraphs as it does between machines. @default false // within the process
 * @param options.reachable Browsers reach it at its public address, `http://127.0.0.1:<port>`. @default false // there is nobody
 * @param options.poolSize Of a PgBouncer in transaction mode between the services and PostgreSQL. @default none stands there
 */
export async function runPlatform({
  production = false,
  overHttp = false,
  reachable = false,
  poolSize,
}: { production?: boolean; overHttp?: boolean; reachable?: boolean; poolSize?: number } = {}) {
  await using opened = new AsyncDisposableStack();
  const [postgres, nats, redis, clickhouse, qdrant] = await openAll(opened, [
    testPostgresServer(),
    testNats(),
    testRedis(),
    testClickHouse(),
    testQdrant(),
  ]);
  const secret = () => randomBytes(32).toString('hex');
  const demoSecret = secret();
  const telegram = createDemoTelegram();
  const graph = createDemoGraph(demoSecret);
  opened.defer(async () => void (await Promise.all([telegram.stop(), graph.stop()])));
  await Promise.all([telegram.start(), graph.start()]);
  const secrets = {
    token: secret(),
    identity: secret(),
    credentials: secret(),
    database: secret(),
    files: secret(),
  };
  const files = await mkdtemp(join(currentTestRun().directory, 'files-'));
  const direct = await provisionDatabases(postgres.url, secrets.database, logger);
  const pooler = poolSize === undefined ? undefined : await testPgBouncer({ databases: direct, poolSize });
  opened.defer(async () => pooler?.close());
  const start = (port: number, publicUrl: string): Promise<Platform> =>
    startPlatform({
      databases: pooler?.databases ?? direct,
      preparesStatements: pooler === undefined,
      stores: {
        databaseUrl: postgres.url,
        natsUrl: nats.url,
        redisUrl: redis.url,
        qdrantUrl: qdrant.url,
        clickhouse: clickhouse.client,
        hasClickHouseUsers: false,
      },
      secrets,
      host: '127.0.0.1',
      port,
      publicUrl,
      telegramApiUrl: telegram.url(),
      meta: demoMeta(demoSecret, graph.url()),
      filesUrl: pathToFileURL(files).href,
      attachmentMaxBytes: 25 * 1024 ** 2,
      production,
      overHttp,
      logger,
      log: () => undefined,
    });
  // The services are told before the router listens, so that another port takes another start of all of them.
  const platform = reachable
    ? await onFreePort((port) => start(port, `http://127.0.0.1:${String(port)}`))
    : await start(0, PUBLIC_URL);
  opened.defer(() => platform.stop());
  // Where the demo page stands that shows the web chat.
  const publicUrl = reachable ? platform.router.url() : PUBLIC_URL;
  await seedDemo(platform, { secret: demoSecret, publicUrl });
  const url = platform.router.url();
  graph.tell({ url: `${url}/webhooks/meta` });
  await registerBots(telegram.url(), demoSecret, url);
  const sockets: Client[] = [];
  /** What `npm start` would tell of itself. */
  const stack: RunningStack = {
    pid: process.pid,
    publicUrl: url,
    channelsDatabaseUrl: platform.databases.channels.databaseUrl,
    conversationsDatabaseUrl: platform.databases.conversations.databaseUrl,
    knowledgeDatabaseUrl: platform.databases.knowledge.databaseUrl,
    qdrantUrl: qdrant.url,
    natsUrl: nats.url,
    tokenSecret: secrets.token,
    metaAppSecret: demoMetaApp(demoSecret).appSecret,
    pictures: { telegram: [], meta: [] },
    credentials: credentialsOf(secrets),
  };

  function tokenOf(slug: string, role: 'ADMIN' | 'SUPERVISOR' | 'AGENT' = 'ADMIN'): Promise<string> {
    const { id: companyId, agents } = demoCompany(slug);
    const agent = agents.find((one) => one.role === role);
    if (!agent) throw new Error(`${slug} has no ${role}`);
    return sign({ kind: 'agent', companyId, agentId: agent.id, role, scopes: [] });
  }

  /** A token of whoever somebody claims to be. */
  function sign(identity: ClientIdentity): Promise<string> {
    return signBearerToken(identity, { ...bearerDefaults, secret: secrets.token, expiresInSeconds: 3_600 });
  }

  /** A visitor's token for pages at `publicUrl`, whoever they claim to be. */
  function visitorToken(ids: Pick<VisitorIdentity, 'companyId' | 'channelId' | 'visitorId'>): Promise<string> {
    return sign({ kind: 'visitor', ...ids, origin: publicUrl, scopes: [] });
  }

  /** A partner's token that opens what these scopes say. */
  function partnerToken(slug: string, scopes: readonly string[]): Promise<string> {
    return sign({ kind: 'partner', companyId: demoCompany(slug).id, partner: 'crm', scopes });
  }

  /** Asks the graph, from a page at `publicUrl`; without a token as a stranger. */
  async function ask<T = Record<string, unknown>>(
    token: string | undefined,
    query: string,
    variables: Record<string, unknown> = {},
  ): Promise<GraphqlAnswer<T>> {
    const { body } = await request(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: publicUrl,
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    return (await body.json()) as GraphqlAnswer<T>;
  }

  /** Posts an update as Telegram does, again while it could not be kept, and gives the status of the answer. */
  async function postUpdate(slug: string, update: object): Promise<number> {
    for (;;) {
      const status = await postUpdateOnce(slug, update);
      if (status !== 503) return status;
    }
  }

  async function postUpdateOnce(slug: string, update: object): Promise<number> {
    const { channelId } = demoCompany(slug).telegram;
    const marked = await webhookSecretOf(channelId);
    const { statusCode, body } = await request(`${url}/webhooks/telegram/${channelId}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': marked },
      body: JSON.stringify(update),
    });
    await body.dump();
    return statusCode;
  }

  const webhookSecrets = new Map<string, string>();
  async function webhookSecretOf(channelId: string): Promise<string> {
    let known = webhookSecrets.get(channelId);
    if (known === undefined) {
      known = (await webhookSecret(platform.channels.database, platform.channels.keyring, channelId)) ?? '';
      webhookSecrets.set(channelId, known);
    }
    return known;
  }

  /** As pages at `publicUrl` have it. */
  class PageSocket extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols, { origin: publicUrl });
    }
  }

  /** A socket on which somebody subscribes; without a token a stranger. What arrives is pushed to the lists. */
  function openSocket(token: string | undefined) {
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: PageSocket,
      connectionParams: token === undefined ? {} : { authorization: `Bearer ${token}` },
      retryAttempts: 0,
      lazy: false,
      // The subscription is told of it too.
      onNonLazyError: () => undefined,
    });
    sockets.push(client);
    const connected = new Promise<void>((resolve) => client.on('connected', () => resolve()));
    function subscribe<T>(query: string, variables: Record<string, unknown> = {}) {
      const received: T[] = [];
      const failures: unknown[] = [];
      const end = client.subscribe<T>(
        { query, variables },
        {
          next: ({ data, errors }) => {
            if (data) received.push(data);
            if (errors) failures.push(...errors);
          },
          error: (error) => failures.push(...(Array.isArray(error) ? error : [error])),
          complete: () => undefined,
        },
      );
      return { received, failures, end };
    }
    return { connected, subscribe };
  }

  /** Subscribes over a socket of its own. */
  function subscribe<T>(token: string, query: string, variables: Record<string, unknown> = {}) {
    const socket = openSocket(token);
    return { connected: socket.connected, ...socket.subscribe<T>(query, variables) };
  }

  // From here on it is the suite that closes what is open.
  const whole = opened.move();
  async function stop(): Promise<void> {
    for (const client of sockets) await client.dispose();
    await whole.disposeAsync();
  }

  return {
    url,
    publicUrl,
    stack,
    platform,
    telegram,
    graph,
    postgres,
    nats,
    redis,
    sign,
    tokenOf,
    metaToken: (channelId: string) => demoMetaToken(demoSecret, channelId),
    visitorToken,
    partnerToken,
    ask,
    postUpdate,
    postUpdateOnce,
    openSocket,
    subscribe,
    stop,
  };
}

/** A text message of a private chat, as Telegram delivers it. */
export function telegramMessage(
  chat: number,
  messageId: number,
  text: string,
  name = `Customer ${String(chat)}`,
): object {
  return {
    update_id: chat * 100_000 + messageId,
    message: {
      message_id: messageId,
      date: Math.floor(Date.now() / 1_000),
      chat: { id: chat, type: 'private', first_name: name },
      from: { id: chat, is_bot: false, first_name: name, language_code: 'en' },
      text,
    },
  };
}
