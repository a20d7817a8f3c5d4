import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { parse, validate } from 'graphql';
import { createRedis } from '#platform/cache/redis.ts';
import { connectNats } from '#platform/events/nats.ts';
import { ensureStreams, EVENTS, USAGE } from '#platform/events/streams.ts';
import type { LocalService } from '#platform/graphql/subgraphServer.ts';
import { createHttpServer } from '#platform/http/server.ts';
import { createBearerVerifier } from '#platform/identity/bearerTokens.ts';
import { createIdentitySigner } from '#platform/identity/signedIdentity.ts';
import { createService } from '#platform/lifecycle/createService.ts';
import type { Check, Part, Service } from '#platform/lifecycle/part.ts';
import { createMeter } from '#platform/limits/meter.ts';
import { createPacer } from '#platform/limits/pacer.ts';
import { createPlaces } from '#platform/limits/places.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { answerSignal, figuresSignal, typingSignal, viewersSignal } from '#schema/events/signals.ts';
import { readManifest, readOperations, type Manifest } from '#schema/operations/manifest.ts';
import { createBiEndpoint } from './bi/biEndpoint.ts';
import type { RouterConfig } from './config.ts';
import { createExportEndpoint } from './exports/exportEndpoint.ts';
import { RouterError } from './errors.ts';
import { serveDashboards } from './dashboards/serveDashboards.ts';
import { createExecutor } from './execution/executor.ts';
import type { Source } from './execution/source.ts';
import { createEventSource } from './graph/eventSource.ts';
import { createFlights, type Flights } from './graph/flights.ts';
import { createSnapshot, type GraphSnapshot } from './graph/snapshot.ts';
import { createGraph } from './graph/graph.ts';
import { createGraphVersion, type GraphVersion } from './graph/graphVersion.ts';
import { createLocalSubgraph } from './graph/localSubgraph.ts';
import { createSubgraph, type Subgraph } from './graph/subgraph.ts';
import { watchSupergraphFile } from './graph/supergraphFile.ts';
import { allowAnyOrigin } from './http/cors.ts';
import { forwardToChannels } from './http/forwardToChannels.ts';
import { renderGraphiql } from './http/graphiql.ts';
import { createGraphqlEndpoint } from './http/graphqlEndpoint.ts';
import { createAgentLimits, limitQuestion } from './live/agentLimits.ts';
import { createAgentStandings, STANDING_SUBGRAPH, standingFields } from './live/agentStandings.ts';
import { ANSWERING_SUBGRAPH, answerQuestion } from './live/answers/answerQuestion.ts';
import { ANSWER_FIELD, createAnswerSubscriptions } from './live/answers/answerSubscriptions.ts';
import { countsQuestion, createCountsSubscriptions } from './live/counts/countsSubscriptions.ts';
import { createDashboardSubscriptions } from './live/dashboards/dashboardSubscriptions.ts';
import { createEventFeed } from './live/eventFeed.ts';
import { createEventStream } from './live/eventStream.ts';
import { createLiveSubscriptions } from './live/liveSubscriptions.ts';
import { createLookAt, sightQuestion } from './live/sight.ts';
import { createSignalFeed } from './live/signalFeed.ts';
import { createDocumentSubscriptions, documentFields, documentSignal } from './live/documents/documentSubscriptions.ts';
import { createTypingSubscriptions } from './live/typing/typingSubscriptions.ts';
import { createViewersSubscriptions } from './live/viewers/viewersSubscriptions.ts';
import { checkLiveAccess } from './operations/access.ts';
import { createAuthenticate } from './operations/authenticate.ts';
import { createPersistedOperations } from './operations/persisted.ts';
import { createRequestLimits } from './operations/requestLimits.ts';
import { createVisitorLimit } from './operations/visitorLimit.ts';
import { createPartners } from './partners/partners.ts';
import { createUsageReporter } from './usage/usageReporter.ts';
import { createAdmission } from './socket/admission.ts';
import { createSocketServer } from './socket/socketServer.ts';
import { createStartOperation } from './socket/startOperation.ts';
import { createStreamServer } from './sse/streamServer.ts';

export interface RouterDeps {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** @default schema/operations/manifest.json */
  readonly manifest?: Manifest;
  /** Services that run in this process, by subgraph name: they are asked without a network. */
  readonly local?: Readonly<Record<string, Pick<LocalService, 'local' | 'checks'>>> | undefined;
  /** Answers what belongs to channels, where that runs in this process: webhooks, web chats, files. */
  readonly channels?: RequestListener | undefined;
}

export interface Router extends Service {
  /** Base address, after the start: `/graphql`, `/dashboards`, `/exports/...`, `/` and `/bi` (SQL), `/webhooks/...`, `/chat/...`, `/files/...`, `/health/...` and `/metrics` stand below it. */
  url(): string;
  /** Reads the supergraph again, as it does by itself when the file changes. Never rejects. */
  reload(): Promise<void>;
}

const GRAPHQL_PATH = '/graphql';
/** Subscription fields by what feeds them (`@signals`). */
const typingFields = ['typing', 'chatTyping'];
const viewersFields = ['conversationViewers'];
const dashboardFields = ['dashboardUpdates'];
const answerFields = [ANSWER_FIELD];

/**
 * The one graph: plans and executes over the subgraphs, over HTTP, WebSocket and server-sent events; answers subscriptions from the event
 * stream; hands webhooks, web chats and files on.
 *
 * @throws RouterError when the supergraph and the configuration do not fit each other.
 */
export function createRouter(config: RouterConfig, deps: RouterDeps): Router {
  const { logger, metrics } = deps;
  const manifest = deps.manifest ?? readManifest();
  const flights = createFlights();
  const subgraphs = connectSubgraphs(config, deps, flights);
  const sourceNamed = (name: string): Source => ({ fetch: (...asked) => subgraphs.named(name).fetch(...asked) });
  const graph = createGraph({
    sdl: readFileSync(config.supergraphFile, 'utf8'),
    open: (sdl, now) => openVersion(createSnapshot(sdl), { now, subgraphs, limits: config.limits, logger, metrics }),
    registered: manifest.operations.map(({ body }) => body),
    logger,
    metrics,
  });
  const supergraph = watchSupergraphFile(config.supergraphFile, graph, logger);
  const { signalSubjects, eventSubjects } = graph.version.snapshot;
  const nats = connectNats({ url: config.natsUrl, name: 'router', logger, metrics });
  const redis = createRedis({ url: config.redisUrl, name: 'router', logger });
  const stream = createEventStream({ subject: oneOf([...eventSubjects.values()]), nats, logger, metrics });
  const feed = createEventFeed({ stream, nats, logger, metrics });
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
  const figures = createSignalFeed({
    name: 'figures',
    subject: subjectOf(signalSubjects, dashboardFields),
    schema: figuresSignal,
    nats,
    logger,
    metrics,
  });
  const answers = createSignalFeed({
    name: 'answers',
    subject: subjectOf(signalSubjects, answerFields),
    schema: answerSignal,
    nats,
    logger,
    metrics,
  });

  const documents = createSignalFeed({
    name: 'documents',
    subject: subjectOf(signalSubjects, documentFields),
    schema: documentSignal,
    nats,
    logger,
    metrics,
  });

  const executor = createExecutor({ graph, flights, logger, metrics });
  const lookAt = createLookAt({ executor, feed });
  const partners = createPartners({
    url: urlOf(config, 'conversations'),
    signIdentity: createIdentitySigner(config.identitySecret),
    manifest,
    nats,
    logger,
    metrics,
  });
  const authenticate = createAuthenticate({
    verify: createBearerVerifier(config.bearer),
    keys: partners.keys,
    standings: createAgentStandings({ source: sourceNamed(STANDING_SUBGRAPH), feed, logger }),
  });
  const persisted = createPersistedOperations({
    ...config.persisted,
    manifest,
    redis: redis.client,
    logger,
    metrics,
  });

  const limitVisitor = createVisitorLimit(createPacer({ redis, logger, metrics }));
  const usage = createUsageReporter({ nats, logger, metrics });
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
    checks,
  });
  allowAnyOrigin(http.app, [GRAPHQL_PATH, '/chat/*']);
  const startOperation = createStartOperation({
    graph,
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
      ...byField(dashboardFields, createDashboardSubscriptions({ executor, feed: figures, metrics })),
      ...createDocumentSubscriptions({ executor, feed: documents, metrics }),
    ]),
    counts: createCountsSubscriptions({ executor, feed, metrics }),
    answers: createAnswerSubscriptions({
      executor,
      feed: answers,
      source: sourceNamed(ANSWERING_SUBGRAPH),
      logger,
      metrics,
    }),
    limits: createAgentLimits({ executor, feed }),
    maxCost: config.limits.cost,
    logger,
  });
  const places = createPlaces({ redis, logger, metrics });
  /** What serves operations that last, in whatever way they are asked for. */
  const lasting = {
    ...config.sockets,
    authenticate,
    start: startOperation,
    admission: createAdmission(config.sockets, places, metrics),
    maxWaiting: config.live.bufferEvents,
    logger,
    metrics,
  };
  const eventStreams = createStreamServer(lasting);
  const endpoint = createGraphqlEndpoint(http.app, {
    path: GRAPHQL_PATH,
    graph,
    executor,
    persisted,
    registered: partners.operations,
    authenticate,
    limitVisitor,
    requestLimits,
    usage,
    limits: config.limits,
    production: config.production,
    stream: eventStreams.serve,
    page:
      config.graphiql &&
      once(() => renderGraphiql({ examples: exampleOperations(), token: config.graphiql?.demoToken })),
    logger,
    metrics,
  });
  createBiEndpoint(http.app, {
    url: urlOf(config, 'analytics'),
    keys: partners.keys,
    limits: requestLimits,
    signIdentity: createIdentitySigner(config.identitySecret),
  });
  createExportEndpoint(http.app, {
    url: urlOf(config, 'analytics'),
    authenticate,
    limits: requestLimits,
    signIdentity: createIdentitySigner(config.identitySecret),
    logger,
  });
  serveDashboards(http.app, { demoToken: config.graphiql?.demoToken });
  forwardToChannels(http.app, {
    channels: deps.channels ?? urlOf(config, 'channels'),
    bodyLimit: config.http.bodyLimit,
  });
  const sockets = createSocketServer({ ...lasting, http, path: GRAPHQL_PATH });

  const streams = partOf('streams', { start: () => ensureStreams(nats.manager, [EVENTS, USAGE]) });
  const pools = partOf('subgraphs', { stop: () => subgraphs.close() });
  const parts = [
    nats,
    redis,
    places,
    streams,
    feed,
    typing,
    viewers,
    figures,
    answers,
    documents,
    ...partners.parts,
    usage,
    pools,
    supergraph,
    endpoint,
    http,
    sockets,
    eventStreams,
    http.announcement,
  ];
  const service = createService('router', parts, { logger, checks: checks() });
  return { ...service, url: () => http.url(), reload: () => supergraph.reload() };

  /** What has to answer: of the subgraphs those that the graph has now. */
  function checks(): Readonly<Record<string, Check>> {
    const { snapshot } = graph.version;
    const asked = snapshot.subgraphs.map((name) => [name, subgraphs.named(name).check]);
    return { nats: nats.check, redis: redis.check, ...Object.fromEntries(asked) };
  }
}

/** The connections to subgraphs, which outlive the graph's versions. */
interface Subgraphs {
  /** @throws RouterError when nobody says where it runs. */
  named(name: string): Subgraph;
  close(): Promise<void>;
}

function connectSubgraphs(config: RouterConfig, { metrics, local }: RouterDeps, flights: Flights): Subgraphs {
  const signIdentity = createIdentitySigner(config.identitySecret);
  const limits = config.subgraphLimits;
  const connected = new Map<string, Subgraph>();

  function connect(name: string): Subgraph {
    const service = local?.[name];
    if (service) return createLocalSubgraph({ name, service, timeoutMs: limits.timeoutMs, flights, metrics });
    return createSubgraph({ name, url: urlOf(config, name), limits, signIdentity, flights, metrics });
  }

  return {
    named(name) {
      const subgraph = connected.get(name) ?? connect(name);
      connected.set(name, subgraph);
      return subgraph;
    },
    close: async () => void (await Promise.all([...connected.values()].map((subgraph) => subgraph.close()))),
  };
}

/** @throws RouterError when the router cannot serve such a graph, or not without being started anew. */
function openVersion(
  snapshot: GraphSnapshot,
  {
    now,
    subgraphs,
    ...options
  }: {
    readonly now: GraphSnapshot | undefined;
    readonly subgraphs: Subgraphs;
    readonly limits: RouterConfig['limits'];
    readonly logger: Logger;
    readonly metrics: Metrics;
  },
): GraphVersion {
  checkLiveAccess([...snapshot.eventSubjects.keys(), ...snapshot.signalSubjects.keys()]);
  checkQuestions(snapshot);
  if (now) checkFeeds(now, snapshot);
  const sources: Record<string, Source> = Object.fromEntries(
    snapshot.subgraphs.map((name) => [name, subgraphs.named(name)]),
  );
  if (snapshot.eventSubgraph) sources[snapshot.eventSubgraph] = createEventSource(snapshot);
  return createGraphVersion({ snapshot, sources, ...options });
}

/** Without an answer to these nobody would be let in, or told what they may see. */
function checkQuestions({ schema, supergraphSchema }: GraphSnapshot): void {
  for (const question of [`{ viewer { ${standingFields} } }`, limitQuestion, sightQuestion, countsQuestion]) {
    if (validate(schema, parse(question)).length > 0) throw RouterError.withoutAnswer(question);
  }
  // Of what clients do not see.
  if (validate(supergraphSchema, parse(answerQuestion)).length > 0) throw RouterError.withoutAnswer(answerQuestion);
}

/** What feeds the subscriptions was connected for the first graph, and stays. */
function checkFeeds(now: GraphSnapshot, next: GraphSnapshot): void {
  for (const subjects of ['eventSubjects', 'signalSubjects'] as const) {
    const fed = [...now[subjects].values()];
    for (const [field, subject] of next[subjects]) {
      const before = now[subjects].get(field);
      if (before === undefined ? !fed.includes(subject) : before !== subject) {
        throw RouterError.otherSubject(before ?? fed.join(', '), subject);
      }
    }
  }
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
