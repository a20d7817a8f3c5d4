import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type Client, type ClientOptions } from 'graphql-ws';
import { request } from 'undici';
import { v7 } from 'uuid';
import { WebSocket } from 'ws';
import { createEventBus } from '#platform/events/bus.ts';
import { createEvent, type NewEvent } from '#platform/events/catalogue.ts';
import { connectNats } from '#platform/events/nats.ts';
import { bearerDefaults, signBearerToken } from '#platform/identity/bearerTokens.ts';
import type { ClientIdentity, VisitorIdentity } from '#platform/identity/identity.ts';
import { silentLogger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationFacts, MessageFacts } from '#schema/events/conversations.ts';
import type { Manifest } from '#schema/operations/manifest.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testRedis } from '#test/stack/index.ts';
import { currentTestRun } from '#test/stack/testRun.ts';
import { routerDefaults, type RouterConfig } from '../config.ts';
import { createRouter, type Router, type RouterDeps } from '../createRouter.ts';
import { startKeyKeeper } from './keyKeeper.ts';
import { startTestGraph, type TestGraph } from './subgraphs.ts';

export const company = v7();
const secret = 'a secret for tokens that is long enough';
const identitySecret = 'a secret for identities that is long enough';

/** As clients of today ask, so that the status of an answer says what became of it. */
const ANY_ANSWER = 'application/graphql-response+json, application/json;q=0.9';

/** A WebSocket as a page of this origin has it; without one, as a program has it. */
function socketOf(origin?: string) {
  return class extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols, origin === undefined ? {} : { origin });
      // One that is ended while it still connects tells an error that the client no longer listens for.
      this.on('error', () => undefined);
    }
  };
}

/** An agent of `company`, or of another one. */
export function agent(
  overrides: { companyId?: string; agentId?: string; scopes?: readonly string[] } = {},
): Extract<ClientIdentity, { kind: 'agent' }> {
  return { kind: 'agent', companyId: company, agentId: v7(), role: 'AGENT', scopes: [], ...overrides };
}

/** A visitor of a web chat of `company`, or of another one. */
export function visitor(overrides: Partial<VisitorIdentity> = {}): VisitorIdentity {
  const ids = { companyId: company, channelId: v7(), visitorId: v7() };
  return { kind: 'visitor', ...ids, origin: 'https://shop.example', scopes: [], ...overrides };
}

export function tokenFor(identity: ClientIdentity = agent(), expiresInSeconds = 3_600): Promise<string> {
  return signBearerToken(identity, { secret, ...bearerDefaults, expiresInSeconds });
}

/** A conversation as events tell of it. */
export function facts(overrides: Partial<ConversationFacts> = {}): ConversationFacts {
  return {
    id: v7(),
    number: 1,
    channelId: v7(),
    platform: 'TELEGRAM',
    contactId: v7(),
    status: 'OPEN',
    priority: 'NORMAL',
    assigneeId: null,
    teamId: null,
    labelIds: [],
    threadExternalId: null,
    openedAt: '2026-01-01T00:00:00.000Z',
    lastActivityAt: '2026-01-01T00:00:00.000Z',
    ...overrides,
  };
}

/** The event of a message that came in. */
export function messageCreated(
  conversation: ConversationFacts = facts(),
  messageId = v7(),
): NewEvent<SwitchboardCatalogue> {
  const message: MessageFacts = {
    id: messageId,
    direction: 'INBOUND',
    authorKind: 'CONTACT',
    authorId: conversation.contactId,
    isPrivate: false,
    text: 'Hello',
    attachments: [],
    status: 'RECEIVED',
    createdAt: '2026-01-01T00:00:00.000Z',
  };
  const data = { conversation, message, delivery: null, firstResponseSeconds: null };
  return { type: 'conversation.message.created', actor: { kind: 'contact' }, data };
}

export interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { message: string; path?: unknown[]; extensions: Record<string, unknown> }[];
}

type Overrides = Partial<Omit<RouterConfig, 'http'>> & { readonly manifest?: Manifest };

/** A router over the small test subgraphs. */
export function startWorld(overrides: Overrides = {}) {
  return startWorldOver(startTestGraph, overrides);
}

/** A router over a graph, with a NATS and a Redis of its own, and what a test does with it. */
export async function startWorldOver<G extends TestGraph>(
  startGraph: (identitySecret: string) => Promise<G>,
  overrides: Overrides = {},
) {
  const { manifest, ...given } = overrides;
  const [natsServer, redisServer, graph] = await Promise.all([testNats(), testRedis(), startGraph(identitySecret)]);
  const keeper = await startKeyKeeper(identitySecret, graph.servers[0]?.url);
  const directory = await mkdtemp(join(currentTestRun().directory, 'router-'));
  const supergraphFile = join(directory, 'supergraph.graphql');
  await writeFile(supergraphFile, graph.supergraphSdl);
  const logger = silentLogger;
  const metrics = createMetrics({ service: 'router' });

  const config: RouterConfig = {
    ...routerDefaults,
    http: { host: '127.0.0.1', port: 0, trustProxy: false, bodyLimit: 1024 ** 2 },
    production: false,
    supergraphFile,
    subgraphs: {
      conversations: keeper.url(),
      // Tests of SQL for BI tools run over the whole platform.
      analytics: keeper.url(),
      // The inbox of the small graph answers questions too.
      knowledge: graph.servers[0]?.url ?? '',
      ...Object.fromEntries(graph.servers.map(({ name, url }) => [name, url])),
    },
    natsUrl: natsServer.url,
    redisUrl: redisServer.url,
    bearer: { secret, ...bearerDefaults },
    identitySecret,
    graphiql: undefined,
    ...given,
  };

  /** One more router over the same subgraphs and stores; who starts it stops it. */
  function another(differences: Partial<RouterConfig> = {}, beside: Pick<RouterDeps, 'channels'> = {}) {
    return createRouter({ ...config, ...differences }, { logger, metrics, ...(manifest && { manifest }), ...beside });
  }

  const router = another();
  await router.start();
  const nats = connectNats({ url: natsServer.url, name: 'test', logger, metrics: createMetrics({ service: 'test' }) });
  await nats.start();
  const bus = createEventBus({ nats, metrics: createMetrics({ service: 'test' }) });
  const clients = new Set<Client>();

  return {
    config,
    router,
    supergraphFile,
    another,
    metrics,
    nats,
    natsServer,
    redisServer,
    keeper,
    ...graph,

    /** Publishes events of a company, in order. */
    async publish(events: readonly NewEvent<SwitchboardCatalogue>[], companyId = company): Promise<void> {
      await bus.publish(events.map((event) => createEvent(catalogue, companyId, event)));
    },

    async post(
      body: unknown,
      {
        token,
        headers,
        signal,
        to = router,
      }: { token?: string; headers?: Record<string, string>; signal?: AbortSignal; to?: Router } = {},
    ) {
      const response = await request(`${to.url()}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: ANY_ANSWER,
          ...(token && { authorization: `Bearer ${token}` }),
          ...headers,
        },
        body: JSON.stringify(body),
        ...(signal && { signal }),
      });
      return { status: response.statusCode, headers: response.headers, ...((await response.body.json()) as Answer) };
    },

    async get(
      search: Record<string, string>,
      { token, headers }: { token?: string; headers?: Record<string, string> } = {},
    ) {
      const response = await request(`${router.url()}/graphql?${new URLSearchParams(search).toString()}`, {
        headers: {
          'apollo-require-preflight': '1',
          accept: ANY_ANSWER,
          ...(token && { authorization: `Bearer ${token}` }),
          ...headers,
        },
      });
      return { status: response.statusCode, ...((await response.body.json()) as Answer) };
    },

    /** A graphql-ws client with a token, closed at the end of the world. */
    client(token: string, { origin, ...options }: Partial<ClientOptions> & { readonly origin?: string } = {}): Client {
      const client = createClient({
        url: `${router.url().replace('http', 'ws')}/graphql`,
        webSocketImpl: socketOf(origin),
        connectionParams: { authorization: `Bearer ${token}` },
        retryAttempts: 0,
        ...options,
      });
      clients.add(client);
      return client;
    },

    /** Resolves when there are so many subscriptions of a kind. */
    async subscribed(
      kind: 'live' | 'typing' | 'viewers' | 'document' | 'counts' | 'dashboards' | 'answer',
      count: number,
    ): Promise<void> {
      await eventually(async () => {
        const text = await metrics.text();
        const value = new RegExp(`^switchboard_router_${kind}_subscriptions\\{[^}]*\\} (\\d+)$`, 'm').exec(text)?.[1];
        if (Number(value ?? 0) !== count) throw new Error(`${value} subscriptions`);
      });
    },

    async close(): Promise<void> {
      for (const client of clients) await client.dispose();
      await router.stop();
      await nats.stop();
      await Promise.all([
        natsServer.close(),
        redisServer.close(),
        keeper.stop(),
        ...graph.servers.map((server) => server.stop()),
      ]);
    },
  };
}
export type World = Awaited<ReturnType<typeof startWorld>>;
