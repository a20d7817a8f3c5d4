import { Readable } from 'node:stream';
import { ApolloServer, HeaderMap, type ApolloServerPlugin, type HTTPGraphQLResponse } from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { abandoned } from '#platform/http/abandoned.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { formatError } from '../graph/errors.ts';
import type { Executor } from '../execution/executor.ts';
import type { LaterAnswers, RequestScope } from '../execution/source.ts';
import type { Graph } from '../graph/graph.ts';
import { createGateway, stringifyResult } from '../graph/gateway.ts';
import type { RegisteredOperations } from '../partners/registeredOperations.ts';
import { cacheControlOf, cachePolicyOf, type CachePolicy } from '../operations/cachePolicy.ts';
import type { Authenticate } from '../operations/authenticate.ts';
import { rateLimitHeaders, type Rates } from '../operations/rateLimitHeaders.ts';
import type { RequestLimits } from '../operations/requestLimits.ts';
import type { UsageReporter } from '../usage/usageReporter.ts';
import type { LimitVisitor } from '../operations/visitorLimit.ts';
import { createDocumentCache, parseWithin } from '../operations/documents.ts';
import { OperationError } from '../operations/errors.ts';
import type { OperationLimits } from '../operations/limits.ts';
import type { OperationRequest, PersistedOperations } from '../operations/persisted.ts';
import { ownRules } from '../operations/rules.ts';
import { prefersEventStream } from '../sse/prefersEventStream.ts';
import type { StreamServer } from '../sse/streamServer.ts';
import { createOperationCheck, refuseSubscription, type CheckOperation } from './checkOperation.ts';
import { compress } from './compression.ts';
import { etagOf, isKnown } from './etag.ts';
import { GRAPHIQL_POLICY } from './graphiql.ts';
import { multipart, MULTIPART, takesParts } from './multipart.ts';
import { createOperationObserver, type ObserveOperation } from './observeOperations.ts';
import { readOperationRequest, readRequest, withText } from './readRequest.ts';
import { createShortWay, type ShortWay } from './shortWay.ts';

export interface GraphqlEndpointOptions {
  readonly path: string;
  readonly graph: Graph;
  readonly executor: Executor;
  readonly persisted: PersistedOperations;
  readonly registered: RegisteredOperations;
  readonly authenticate: Authenticate;
  readonly limitVisitor: LimitVisitor;
  readonly requestLimits: RequestLimits;
  readonly usage: UsageReporter;
  readonly limits: OperationLimits;
  /** Strangers learn nothing about the schema. */
  readonly production: boolean;
  /** Answers who would rather have a stream of events. */
  readonly stream: StreamServer['serve'];
  /** The page for browsers; without it they get what everybody gets. */
  readonly page: (() => Promise<string>) | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

interface OperationScope extends RequestScope {
  readonly isGet: boolean;
  /** How long the answer may be kept, nothing where it is not worth it, and what comes after it. Apollo Server copies all but what is within. */
  readonly keeping: { policy?: CachePolicy; rates: Rates; later?: LaterAnswers };
}
type Scope = OperationScope & Record<string, unknown>;

/** Whose answer it is. */
const VARY = 'Authorization';
const OPERATIONS_PATH = '/operations';

/** GraphQL over HTTP, GET and POST, with Apollo Server, or as a stream of events. Routes are mounted at once, and answer after the start. */
export function createGraphqlEndpoint(app: FastifyInstance, options: GraphqlEndpointOptions): Part {
  const { path, persisted, registered, requestLimits, authenticate, limits, production, stream, page } = options;
  const check = createOperationCheck(limits.cost);
  const observe = createOperationObserver(options);
  const shortWay = createShortWay({ ...options, check, observe });
  const server = createServer(options, { check, observe, shortWay });

  async function handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (page && isBrowserVisit(request)) {
      reply.type('text/html; charset=utf-8').header('content-security-policy', GRAPHIQL_POLICY);
      return reply.send(await page());
    }
    if (prefersEventStream(request.headers.accept)) {
      await stream(request, reply);
      return reply;
    }
    return answer(readRequest(request), request, reply);
  }

  async function answer(
    read: ReturnType<typeof readRequest>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const plain = shortWay.find(request, read.asked);
    if (!plain) return answerTheLongWay(read, { admitted: undefined }, request, reply);
    const admitted = admit(request, reply);
    const answered = await shortWay.answer(plain, request, admitted);
    if (!answered) return answerTheLongWay(read, { admitted }, request, reply);
    reply.header('cache-control', 'no-store').header('content-type', answered.contentType);
    return send(answered.text, request, reply);
  }

  /** @param known.admitted When it is known already who asks. */
  async function answerTheLongWay(
    { asked, ...asHttp }: ReturnType<typeof readRequest>,
    { admitted }: { readonly admitted: Promise<Scope> | undefined },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
    // What does not come in parts comes as JSON, also for who did not think of that.
    if (takesParts(headers.get('accept'))) headers.set('accept', `${headers.get('accept')}, application/json;q=0.1`);
    const httpGraphQLRequest = { ...asHttp, headers };
    let scope: Scope | undefined;
    const result = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest,
      async context() {
        scope = await (admitted ?? admit(request, reply));
        const meant = await registered.resolve(asked, scope.identity);
        if (meant === asked) checkRequest(asked);
        // Apollo Server reads the request after this.
        else Object.assign(httpGraphQLRequest, withText(asHttp, meant));
        return scope;
      },
    });
    if (result.body.kind !== 'complete') throw new TypeError('An answer comes in one piece');
    const text = result.body.string;
    for (const [name, value] of rateLimitHeaders(scope?.keeping.rates ?? {})) reply.header(name, value);
    for (const [name, value] of result.headers) reply.header(name, value);
    reply.code(statusOf(result, text));
    if (result.status === undefined) shortWay.learnForm(request.headers.accept, result.headers.get('content-type'));
    const { policy, later } = scope?.keeping ?? {};
    if (later) {
      reply.raw.once('close', () => later.leave());
      reply.header('content-type', MULTIPART).header('x-accel-buffering', 'no').removeHeader('content-length');
      return reply.header('vary', varied(reply)).send(Readable.from(multipart(text, later)));
    }
    if (policy) {
      const etag = etagOf(text);
      reply.header('etag', etag).header('cache-control', cacheControlOf(policy)).header('vary', VARY);
      if (isKnown(etag, request.headers['if-none-match'])) {
        return reply.code(304).removeHeader('content-length').header('vary', varied(reply)).send();
      }
    }
    return send(text, request, reply);
  }

  async function send(text: string, { headers }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const accepted = headers['accept-encoding'];
    const { body: sent, encoding } = await compress(text, accepted === undefined ? undefined : String(accepted));
    if (encoding) reply.header('content-encoding', encoding).removeHeader('content-length');
    return reply.header('vary', varied(reply)).send(sent);
  }

  /** Finds out who asks, and refuses what is not even worth reading. */
  async function admit(request: FastifyRequest, { raw }: FastifyReply): Promise<Scope> {
    requestLimits.arrive(request.ip);
    const caller = await authenticate(request.headers);
    if (!caller && production) throw OperationError.unauthenticated();
    const { id: requestId, ip: clientAddress, method } = request;
    const keeping: Scope['keeping'] = { rates: await requestLimits.begin(caller?.identity) };
    return {
      identity: caller?.identity,
      requestId,
      clientAddress,
      mayShare: true,
      leaving: () => abandoned(raw),
      isGet: method === 'GET',
      keeping,
      ...(takesParts(request.headers.accept) && {
        takeLater: (later: LaterAnswers) => void (keeping.later = later),
      }),
    };
  }

  function checkRequest(asked: OperationRequest): void {
    persisted.check(asked);
    // Before validation, which throws on some of them instead of saying what is wrong.
    if (asked.query?.includes('subscription')) {
      refuseSubscription(parseWithin(asked.query, limits.tokens), asked.operationName);
    }
  }

  app.get<{ Params: { id: string } }>(`${OPERATIONS_PATH}/:id`, (request, reply) => {
    // Who is asked for by a header alone, which no form and no image sends, is nobody's to forge.
    request.headers['apollo-require-preflight'] = '1';
    return answer(readOperationRequest(request.params.id, request), request, reply);
  });
  app.route({ method: ['GET', 'POST'], url: path, handler: handle });
  return {
    name: 'graphql',
    start: async () => server.start(),
    stop: async () => server.stop(),
  };
}

/** What operations have in common, whichever way they are answered. */
interface Ways {
  readonly check: CheckOperation;
  readonly observe: ObserveOperation;
  readonly shortWay: ShortWay;
}

function createServer(options: GraphqlEndpointOptions, ways: Ways): ApolloServer<Scope> {
  const { graph, executor, persisted, limits, production, logger } = options;
  const documents = createDocumentCache<DocumentNode>((document) => document);
  return new ApolloServer<Scope>({
    gateway: createGateway(graph, executor, logger),
    stringifyResult,
    logger,
    introspection: true,
    hideSchemaDetailsFromClientErrors: production,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.tokens },
    documentStore: {
      get: async (key) => documents.get(key),
      set: async (key, document) => void documents.set(key, document),
      delete: async (key) => documents.delete(key),
    },
    validationRules: ownRules(limits),
    formatError: (formatted, error) => formatError(formatted, error, limits),
    persistedQueries: {
      cache: {
        get: (key) => persisted.get(hashIn(key)),
        set: (key, source) => persisted.set(hashIn(key), source),
        delete: async () => undefined,
      },
    },
    plugins: [
      guard(options, ways),
      observed(ways.observe),
      keepable(options.graph),
      ApolloServerPluginLandingPageDisabled(),
      // Without these, variables of the environment could make it report to Apollo.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
    ],
  });
}

/** Says of an answer without errors how long it may be kept. */
function keepable(graph: Graph): ApolloServerPlugin<Scope> {
  /** Documents are kept, so each is looked through once. */
  const policies = new WeakMap<OperationDefinitionNode, CachePolicy>();
  return {
    requestDidStart: async () => ({
      async willSendResponse({ schema, document, operation, response, contextValue }) {
        if (!contextValue.isGet || !document || !operation || response.body.kind !== 'single') return;
        if (response.body.singleResult.errors || contextValue.keeping.later) return;
        const { supergraphSchema } = graph.versionOf(schema).snapshot;
        const policy = policies.get(operation) ?? cachePolicyOf(supergraphSchema, document, operation);
        policies.set(operation, policy);
        contextValue.keeping.policy = policy;
      },
    }),
  };
}

/** Refuses operations by what they ask for, when it is known which one is meant. */
function guard(
  { graph, limitVisitor, requestLimits }: GraphqlEndpointOptions,
  { check, shortWay }: Ways,
): ApolloServerPlugin<Scope> {
  return {
    requestDidStart: async () => ({
      async didResolveOperation({ schema, request, source: text, queryHash, document, operation, ...asked }) {
        if (!operation) throw OperationError.unknownOperation();
        const { identity, keeping } = asked.contextValue;
        const source = { hash: queryHash, document, operationName: asked.operationName ?? undefined };
        const variables = request.variables ?? {};
        const version = graph.versionOf(schema);
        check(version, { ...source, operation, variables, identity });
        await limitVisitor(identity);
        const cost = () => version.costOf(source, variables);
        keeping.rates = { ...keeping.rates, ...(await requestLimits.spend(identity, cost)) };
        shortWay.learn(text, { ...source, schema, operation, operationName: request.operationName ?? undefined });
      },
    }),
  };
}

function observed(observe: ObserveOperation): ApolloServerPlugin<Scope> {
  return {
    async requestDidStart() {
      const over = observe();
      return {
        async willSendResponse({ schema, queryHash: hash, document, operation, request, response, ...told }) {
          const failed = response.body.kind === 'single' ? (response.body.singleResult.errors ?? []) : [];
          const operationName = told.operationName ?? undefined;
          const variables = request.variables ?? {};
          over({
            ...(document &&
              operation &&
              hash !== undefined && { asked: { schema, hash, document, operation, operationName, variables } }),
            identity: told.contextValue.identity,
            header: (name) => request.http?.headers.get(name),
            errorCodes: failed.map(({ extensions }) => String(extensions?.['code'])),
          });
        },
      };
    },
  };
}

/** Apollo Server prefixes the hashes. */
function hashIn(key: string): string {
  return key.replace(/^apq:/, '');
}

/**
 * Who reads `application/json` cannot know from whom another status than 200 comes, and what a request asks for is none of HTTP's
 * business: what is wrong with its document or its variables is said in the body (GraphQL over HTTP, 6.4.1).
 */
function statusOf({ status = 200, headers }: HTTPGraphQLResponse, text: string): number {
  if (status !== 400 || !headers.get('content-type')?.startsWith('application/json')) return status;
  const { errors } = JSON.parse(text) as { errors: readonly { extensions?: { code?: string } }[] };
  return errors.some(({ extensions }) => extensions?.code === 'BAD_REQUEST') ? status : 200;
}

/** By origin too, when others have said so. */
function varied(reply: FastifyReply): string {
  const before = reply.getHeader('vary');
  return before === undefined ? 'accept, accept-encoding' : `${String(before)}, accept, accept-encoding`;
}

/** Also with a query in the address, which the page puts there itself. */
function isBrowserVisit({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && (headers.accept?.includes('text/html') ?? false);
}
