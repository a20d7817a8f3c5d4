import { readFileSync } from 'node:fs';
import { createRedis } from '#platform/cache/redis.ts';
import { connectNats } from '#platform/events/nats.ts';
import { ensureStreams, EVENTS, USAGE } from '#platform/events/streams.ts';
import { createHttpServer } from '#platform/http/server.ts';
import { createBearerVerifier } from '#platform/identity/bearerTokens.ts';
import { createIdentitySigner } from '#platform/identity/signedIdentity.ts';
import { createService } from '#platform/lifecycle/createService.ts';
import type { Part, Service } from '#platform/lifecycle/part.ts';
import { createMeter } from '#platform/limits/meter.ts';
import { createPacer } from '#platform/limits/pacer.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { typingSignal, viewersSignal } from '#schema/events/signals.ts';
import { readManifest, readOperations, type Manifest } from '#schema/operations/manifest.ts';
import { supergraphFile } from '#schema/subgraphFiles.ts';
import type { RouterConfig } from './config.ts';
import { RouterError } from './errors.ts';
import { createExecutor } from './execution/executor.ts';
import type { Source } from './execution/source.ts';
import { createEventSource } from './graph/eventSource.ts';
import { createSnapshot, type GraphSnapshot } from './graph/snapshot.ts';
import { createSubgraph, type Subgraph } from './graph/subgraph.ts';
import { allowAnyOrigin } from './http/cors.ts';
import { forwardToChannels } from './http/forwardToChannels.ts';
import { renderGraphiql } from './http/graphiql.ts';
import { createGraphqlEndpoint } from './http/graphqlEndpoint.ts';
import { createAgentLimits } from './live/agentLimits.ts';
import { createCountsSubscriptions } from './live/counts/countsSubscriptions.ts';
import { createEventFeed } from './live/eventFeed.ts';
import { createEventStream } from './live/eventStream.ts';
import { createLiveSubscriptions } from './live/liveSubscriptions.ts';
import { createLookAt } from './live/sight.ts';
import { createSignalFeed } from './live/signalFeed.ts';
import { createTypingSubscriptions } from './live/typing/typingSubscriptions.ts';
import { createViewersSubscriptions } from './live/viewers/viewersSubscriptions.ts';
import { checkLiveAccess } from './operations/access.ts';
import { createAuthenticate } from './operations/authenticate.ts';
import { createDocuments } from './operations/documents.ts';
import { createPersistedOperations } from './operations/persisted.ts';
import { createRequestLimits } from './operations/requestLimits.ts';
import { createVisitorLimit } from './operations/visitorLimit.ts';
import { createPartners } from './partners/partners.ts';
import { createUsageReporter } from './usage/usageReporter.ts';
import { createSocketServer } from './socket/socketServer.ts';
import { createStartOperation } from './socket/startOperation.ts';

export interface RouterDeps {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** @default schema/supergraph.graphql */
  readonly supergraphSdl?: string;
  /** @default schema/operations/manifest.json */
  readonly manifest?: Manifest;
}

export interface Router extends Service {
  /** Base address, after the start: `/graphql`, `/webhooks/...`, `/chat/...`, `/files/...`, `/health/...` and `/metrics` stand below it. */
  url(): string;
}

const GRAPHQL_PATH = '/graphql';
/** Subscription fields by what feeds them (`@signals`). */
const typingFields = ['typing', 'chatTyping'];
const viewersFields = ['conversationViewers'];

/**
 * The one graph: plans and executes over the subgraphs, over HTTP and WebSocket; answers subscriptions from the event
 * stream; hands webhooks, web chats and files on.
 *
 * @throws RouterError when the supergraph and the configuration do not fit each other.
 */
export function createRouter(config: RouterConfig, deps: RouterDeps): Router {
  const { logger, metrics } = deps;
  const snapshot = createSnapshot(deps.supergraphSdl ?? readFileSync(supergraphFile, 'utf8'));
  checkLiveAccess([...snapshot.eventSubjects.keys(), ...snapshot.signalSubjects.keys()]);
  const subgraphs = connectSubgraphs(config, snapshot, metrics);
  const nats = connectNats({ url: config.natsUrl, name: 'router', logger, metrics });
  const redis = createRedis({ url: config.redisUrl, name: 'router', logger });
  const stream = createEventStream({ subject: oneOf([...snapshot.eventSubjects.values()]), nats, logger, metrics });
  const feed = createEventFeed({ stream, nats, logger });
  const { signalSubjects } = snapshot;
  const typing = createSignalFeed({
    name: 'typing',
    subject: subjectOf(signalSubjects, typingFields),
    schema: typingSignal,
    nats,
    logger,
    metrics,
  });
  const viewers = createSignalFeed({
    name: 'viewers',
    subject: subjectOf(signalSubjects, viewersFields),
    schema: viewersSignal,
    nats,
    logger,
    metrics,
  });

  const sources: Record<string, Source> = Object.fromEntries(subgraphs.map((subgraph) => [subgraph.name, subgraph]));
  if (snapshot.eventSubgraph) sources[snapshot.eventSubgraph] = createEventSource(snapshot);
  const executor = createExecutor({ snapshot, sources, logger, metrics });
  const lookAt = createLookAt({ executor, feed });
  const manifest = deps.manifest ?? readManifest();
  const partners = createPartners({
    url: urlOf(config, 'conversations'),
    signIdentity: createIdentitySigner(config.identitySecret),
    manifest,
    nats,
    logger,
    metrics,
  });
  const authenticate = createAuthenticate(createBearerVerifier(config.bearer), partners.keys);
  const persisted = createPersistedOperations({
    ...config.persisted,
    manifest,
    redis: redis.client,
    logger,
    metrics,
  });

  const limitVisitor = createVisitorLimit(createPacer({ redis, logger, metrics }));
  const usage = createUsageReporter({ snapshot, nats, logger, metrics });
  const requestLimits = createRequestLimits({
    meter: createMeter({ redis, logger, metrics }),
    keys: partners.keys,
    rates: config.rates,
  });

  const http = createHttpServer({
    name: 'router',
    ...config.http,
    logger,
    metrics,
    checks: () => service.checks,
  });
  allowAnyOrigin(http.app, [GRAPHQL_PATH, '/chat/*']);
  const endpoint = createGraphqlEndpoint(http.app, {
    path: GRAPHQL_PATH,
    executor,
    persisted,
    registered: partners.operations,
    authenticate,
    limitVisitor,
    requestLimits,
    usage,
    limits: config.limits,
    production: config.production,
    page:
      config.graphiql &&
      once(() => renderGraphiql({ examples: exampleOperations(), token: config.graphiql?.demoToken })),
    logger,
    metrics,
  });
  forwardToChannels(http.app, { url: urlOf(config, 'channels'), bodyLimit: config.http.bodyLimit });
  const sockets = createSocketServer({
    ...config.sockets,
    http,
    path: GRAPHQL_PATH,
    authenticate,
    start: createStartOperation({
      documents: createDocuments(snapshot.schema, config.limits),
      persisted,
      registered: partners.operations,
      executor,
      limitVisitor,
      requestLimits,
      usage,
      live: createLiveSubscriptions({
        executor,
        stream,
        feed,
        bufferEvents: config.live.bufferEvents,
        logger,
        metrics,
      }),
      signals: new Map([
        ...byField(typingFields, createTypingSubscriptions({ executor, feed: typing, lookAt, metrics })),
        ...byField(viewersFields, createViewersSubscriptions({ executor, feed: viewers, lookAt, metrics })),
      ]),
      counts: createCountsSubscriptions({ executor, feed, metrics }),
      limits: createAgentLimits({ executor, feed }),
      logger,
    }),
    logger,
    metrics,
  });

  const streams = partOf('streams', { start: () => ensureStreams(nats.manager, [EVENTS, USAGE]) });
  const pools = partOf('subgraphs', {
    stop: async () => void (await Promise.all(subgraphs.map((subgraph) => subgraph.close()))),
  });
  const service = createService(
    'router',
    [nats, redis, streams, feed, typing, viewers, ...partners.parts, usage, pools, endpoint, http, sockets],
    {
      logger,
      checks: {
        nats: nats.check,
        redis: redis.check,
        ...Object.fromEntries(subgraphs.map(({ name, check }) => [name, check])),
      },
    },
  );
  return { ...service, url: () => http.url() };
}

function connectSubgraphs(config: RouterConfig, snapshot: GraphSnapshot, metrics: Metrics): Subgraph[] {
  const signIdentity = createIdentitySigner(config.identitySecret);
  return snapshot.subgraphs.map((name) =>
    createSubgraph({ name, url: urlOf(config, name), limits: config.subgraphLimits, signIdentity, metrics }),
  );
}

function urlOf({ subgraphs }: RouterConfig, name: string): string {
  const url = subgraphs[name];
  if (url === undefined) throw RouterError.subgraphWithoutUrl(name);
  return url;
}

/** One feed serves all subscription fields of a kind; the fields' own filters do the rest. */
function oneOf(subjects: readonly string[]): string {
  const [subject, ...others] = new Set(subjects);
  if (subject === undefined || others.length > 0) throw RouterError.notOneSubject(subjects);
  return subject;
}

function subjectOf(subjects: ReadonlyMap<string, string>, fields: readonly string[]): string {
  return oneOf(fields.map((field) => subjects.get(field)).filter((subject) => subject !== undefined));
}

function byField<T>(fields: readonly string[], subscriptions: T): [string, T][] {
  return fields.map((field) => [field, subscriptions]);
}

function exampleOperations(): string[] {
  return [...readOperations('examples').values()];
}

function partOf(name: string, { start, stop }: Partial<Pick<Part, 'start' | 'stop'>>): Part {
  return { name, start: start ?? (async () => undefined), stop: stop ?? (async () => undefined) };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
