import { ApolloServer, HeaderMap } from '@apollo/server';
import type { HTTPGraphQLRequest, HTTPGraphQLResponse } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { abandoned } from '#platform/http/abandoned.ts';
import { CLIENT_ADDRESS_HEADER, withOrigin } from '#platform/http/requestOrigin.ts';
import type { HttpServer } from '#platform/http/server.ts';
import { IdentityError } from '#platform/identity/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { IDENTITY_HEADER, createIdentityVerifier } from '#platform/identity/signedIdentity.ts';
import type { Part, Service } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { requestPlugin } from './requestPlugin.ts';
import type { RequestFacts } from './requestPlugin.ts';
import { subgraphSchema } from './subgraphSchema.ts';
import { checkTable, type AccessTable } from './access.ts';
import { createLocalSubgraph, type LocalSubgraph } from './localSubgraph.ts';

export interface SubgraphOptions<C extends Closable> {
  readonly name: string;
  /** SDL text of the subgraph, federation directives included. */
  readonly typeDefs: string;
  /** By type and field. The scalars DateTime and JSON are added where the SDL declares them. */
  readonly resolvers: object;
  readonly http: HttpServer;
  /** Shared with the router, which signs who asks. */
  readonly identitySecret: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Who may ask for what: all of the subgraph's root fields and entities have to be in it. */
  readonly access: AccessTable;
  /** Makes what the resolvers of one request share, as a plain object: they see a copy. `signal` aborts when the caller goes away before the answer. */
  readonly context: (
    identity: Identity,
    request: { readonly requestId: string; readonly signal: AbortSignal },
  ) => C | Promise<C>;
}

interface Closable {
  /** Awaited once the answer is built, and also when there is none. */
  close(): Promise<void>;
}

export interface SubgraphServer extends Part {
  /** The same for who is in this process. */
  readonly local: LocalSubgraph;
}

/** A service with a subgraph that others in this process may ask without a network. */
export interface LocalService extends Service {
  readonly local: LocalSubgraph;
}

/**
 * A federated subgraph at `POST /graphql` of the given server. It answers only who comes with a signed identity, and tells about its
 * schema only to services. Errors with a code reach the caller, everything else is logged and masked.
 * Mounts its route at once; start it before the HTTP server and stop it after.
 *
 * @throws AccessTableError when the access table leaves something of the subgraph out.
 */
export function createSubgraph<C extends Closable>(options: SubgraphOptions<C>): SubgraphServer {
  const { name, http, logger, metrics, access } = options;
  const schema = subgraphSchema(options.typeDefs, options.resolvers);
  checkTable(schema, access);
  const facts = new WeakMap<HTTPGraphQLRequest, RequestFacts>();
  const verify = createIdentityVerifier(options.identitySecret);
  const apollo = new ApolloServer<C>({
    schema,
    logger,
    // Who may look is decided per request by the plugin below.
    introspection: true,
    // No browser can set the header with the signed identity.
    csrfPrevention: false,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    plugins: [
      requestPlugin({ metrics, facts, access }),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });

  async function execute(identity: Identity, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const signal = abandoned(reply.raw);
    const context = await options.context(identity, { requestId: request.id, signal });
    const { method, body, id: requestId, log } = request;
    const httpGraphQLRequest: HTTPGraphQLRequest = { method, headers: headersOf(request), search: '', body };
    facts.set(httpGraphQLRequest, { identity, requestId, log, signal });
    let answer: HTTPGraphQLResponse;
    try {
      answer = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest,
        context: () => Promise.resolve(context),
      });
    } finally {
      // An answer that is built is given, also when tidying up after it fails.
      await context.close().catch((error: unknown) => log.error({ err: error }, 'a context failed to close'));
    }
    if (answer.body.kind !== 'complete') throw new TypeError('A subgraph answers in one piece, without @defer');
    return reply
      .code(answer.status ?? 200)
      .headers(Object.fromEntries(answer.headers))
      .send(answer.body.string);
  }

  http.app.post('/graphql', async (request, reply) => {
    let identity: Identity;
    try {
      identity = await verify(request.headers[IDENTITY_HEADER]?.toString());
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error;
      request.log.warn({ err: error }, 'request without a valid identity');
      return reply.code(401).send({ errors: [{ message: error.message, extensions: { code: error.code } }] });
    }
    const origin = { requestId: request.id, address: request.headers[CLIENT_ADDRESS_HEADER] };
    return withOrigin(origin, () => execute(identity, request, reply));
  });

  return {
    name: `${name} subgraph`,
    start: () => apollo.start(),
    stop: () => apollo.stop(),
    local: createLocalSubgraph({ schema, access, context: options.context, logger, metrics }),
  };
}

function headersOf({ headers }: FastifyRequest): HeaderMap {
  const map = new HeaderMap();
  for (const [header, value] of Object.entries(headers)) if (value !== undefined) map.set(header, value.toString());
  return map;
}
