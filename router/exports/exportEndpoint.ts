import replyFrom from '@fastify/reply-from';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { IDENTITY_HEADER } from '#platform/identity/signedIdentity.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { exportFiles, exportPath } from '#schema/exports.ts';
import { refuse } from '../http/refuse.ts';
import type { Authenticate } from '../operations/authenticate.ts';
import { OperationError } from '../operations/errors.ts';
import { rateLimitHeaders } from '../operations/rateLimitHeaders.ts';
import type { RequestLimits } from '../operations/requestLimits.ts';

/** Longer than an export may wait for its turn and be made. */
const TIMEOUT_MS = 90_000;
const CONNECTIONS = 8;
/** What analytics may know of a request: who asks, it believes the signed identity. */
const PASSED_ON = ['accept', 'user-agent', 'traceparent', 'tracestate'];

/**
 * A dashboard's figures as files. Finds out who asks, by a token in a header as at the graph, holds them to their limits, and hands the rest
 * on to analytics.
 */
export function createExportEndpoint(
  app: FastifyInstance,
  options: {
    /** Base address of analytics. */
    readonly url: string;
    readonly authenticate: Authenticate;
    readonly limits: Pick<RequestLimits, 'arrive' | 'begin'>;
    readonly signIdentity: (identity: Identity) => Promise<string>;
    readonly logger: Logger;
  },
): void {
  const { url, authenticate, limits, signIdentity, logger } = options;

  /** @throws OperationError for who is nobody, or asks for too much. */
  async function admit(request: FastifyRequest, reply: FastifyReply): Promise<string> {
    limits.arrive(request.ip);
    const caller = await authenticate(request.headers);
    if (!caller) throw OperationError.unauthenticated();
    for (const [name, value] of rateLimitHeaders(await limits.begin(caller.identity))) reply.header(name, value);
    return signIdentity(caller.identity);
  }

  async function handOn(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    let signed: string;
    try {
      signed = await admit(request, reply);
    } catch (error) {
      if (error instanceof OperationError) return refuse(reply, error, logger);
      throw error;
    }
    return reply.from(undefined, {
      timeout: TIMEOUT_MS,
      retryDelay: () => null,
      rewriteRequestHeaders: (_request, headers) => ({
        ...Object.fromEntries(Object.entries(headers).filter(([name]) => PASSED_ON.includes(name))),
        'x-request-id': request.id,
        [IDENTITY_HEADER]: signed,
      }),
      onError: (_failed, { error }) => {
        request.log.warn({ err: error }, 'analytics does not answer with an export');
        refuse(reply, OperationError.figuresUnavailable(), logger);
      },
    });
  }

  app.register(async (scope) => {
    await scope.register(replyFrom, {
      base: url,
      disableRequestLogging: true,
      undici: { connections: CONNECTIONS, connect: { timeout: 2_000 } },
    });
    for (const file of exportFiles) scope.get(`${exportPath}/${file}`, handOn);
  });
}
