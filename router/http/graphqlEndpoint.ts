import { ApolloServer, HeaderMap, type ApolloServerPlugin, type HTTPGraphQLResponse } from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { getOperationAST, type DocumentNode } from 'graphql';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { formatError } from '../graph/errors.ts';
import type { Executor } from '../execution/executor.ts';
import type { RequestScope } from '../execution/source.ts';
import type { Graph } from '../graph/graph.ts';
import { createGateway, stringifyResult } from '../graph/gateway.ts';
import { checkAccess } from '../operations/access.ts';
import type { Authenticate } from '../operations/authenticate.ts';
import type { LimitVisitor } from '../operations/visitorLimit.ts';
import { checkCost } from '../operations/checkCost.ts';
import { createDocumentCache, parseWithin } from '../operations/documents.ts';
import { OperationError } from '../operations/errors.ts';
import { limitsRule, type OperationLimits } from '../operations/limits.ts';
import type { OperationRequest, PersistedOperations } from '../operations/persisted.ts';
import { prefersEventStream } from '../sse/prefersEventStream.ts';
import type { StreamServer } from '../sse/streamServer.ts';
import { compress } from './compression.ts';
import { GRAPHIQL_POLICY } from './graphiql.ts';
import { readRequest } from './readRequest.ts';

export interface GraphqlEndpointOptions {
  readonly path: string;
  readonly graph: Graph;
  readonly executor: Executor;
  readonly persisted: PersistedOperations;
  readonly authenticate: Authenticate;
  readonly limitVisitor: LimitVisitor;
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

type Scope = RequestScope & Record<string, unknown>;

/** GraphQL over HTTP, GET and POST, with Apollo Server, or as a stream of events. Routes are mounted at once, and answer after the start. */
export function createGraphqlEndpoint(app: FastifyInstance, options: GraphqlEndpointOptions): Part {
  const { path, persisted, authenticate, limits, production, stream, page } = options;
  const server = createServer(options);

  async function handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (page && isBrowserVisit(request)) {
      reply.type('text/html; charset=utf-8').header('content-security-policy', GRAPHIQL_POLICY);
      return reply.send(await page());
    }
    if (prefersEventStream(request.headers.accept)) {
      await stream(request, reply);
      return reply;
    }
    const { method, search, body, asked } = readRequest(request);
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
    const answer = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers, search, body },
      context: () => admit(request, asked),
    });
    if (answer.body.kind !== 'complete') throw new TypeError('An answer comes in one piece');
    const text = answer.body.string;
    for (const [name, value] of answer.headers) reply.header(name, value);
    reply.code(statusOf(answer, text));
    const { body: sent, encoding } = await compress(text, headers.get('accept-encoding'));
    if (encoding) reply.header('content-encoding', encoding).removeHeader('content-length');
    return reply.header('vary', varied(reply)).send(sent);
  }

  /** Finds out who asks, and refuses what is not even worth reading. */
  async function admit(request: FastifyRequest, asked: OperationRequest): Promise<Scope> {
    const caller = await authenticate(request.headers);
    if (!caller && production) throw OperationError.unauthenticated();
    persisted.check(asked);
    // Before validation, which throws on some of them instead of saying what is wrong.
    if (asked.query?.includes('subscription')) {
      refuseSubscription(parseWithin(asked.query, limits.tokens), asked.operationName);
    }
    return { identity: caller?.identity, requestId: request.id, clientAddress: request.ip, mayShare: true };
  }

  app.route({ method: ['GET', 'POST'], url: path, handler: handle });
  return {
    name: 'graphql',
    start: async () => server.start(),
    stop: async () => server.stop(),
  };
}

function createServer(options: GraphqlEndpointOptions): ApolloServer<Scope> {
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
    validationRules: [limitsRule(limits)],
    formatError: (formatted, error) => formatError(formatted, error, limits),
    persistedQueries: {
      cache: {
        get: (key) => persisted.get(hashIn(key)),
        set: (key, source) => persisted.set(hashIn(key), source),
        delete: async () => undefined,
      },
    },
    plugins: [
      guard(options),
      observe(options.metrics),
      ApolloServerPluginLandingPageDisabled(),
      // Without these, variables of the environment could make it report to Apollo.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
    ],
  });
}

/** Refuses operations by what they ask for, when it is known which one is meant. */
function guard({
  graph,
  limits,
  limitVisitor,
}: Pick<GraphqlEndpointOptions, 'graph' | 'limits' | 'limitVisitor'>): ApolloServerPlugin<Scope> {
  return {
    requestDidStart: async () => ({
      async didResolveOperation({ schema, request, queryHash, document, operation, operationName, contextValue }) {
        if (!operation) throw OperationError.unknownOperation();
        refuseSubscription(document, operationName);
        checkAccess(document, operation, contextValue.identity);
        const source = { hash: queryHash, document, operationName: operationName ?? undefined };
        checkCost(graph.versionOf(schema), source, request.variables ?? {}, limits.cost);
        await limitVisitor(contextValue.identity);
      },
    }),
  };
}

function observe(metrics: Metrics): ApolloServerPlugin<Scope> {
  const seconds = metrics.histogram('switchboard_router_operation_seconds', 'Operations over HTTP', [
    'type',
    'outcome',
  ]);
  const errors = metrics.counter('switchboard_router_operation_errors_total', 'Errors told to clients', ['code']);
  return {
    async requestDidStart() {
      const end = seconds.startTimer();
      return {
        async willSendResponse({ operation, response }) {
          const failed = response.body.kind === 'single' ? (response.body.singleResult.errors ?? []) : [];
          for (const { extensions } of failed) errors.inc({ code: String(extensions?.['code']) });
          end({ type: operation?.operation ?? 'unknown', outcome: failed.length > 0 ? 'errors' : 'ok' });
        },
      };
    },
  };
}

/** @throws OperationError `BAD_REQUEST` */
function refuseSubscription(document: DocumentNode, operationName: string | null | undefined): void {
  if (getOperationAST(document, operationName)?.operation === 'subscription') {
    throw OperationError.badRequest(
      'Subscriptions come over WebSocket (graphql-transport-ws), or as events: send "accept: text/event-stream".',
    );
  }
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
