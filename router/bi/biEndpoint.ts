import replyFrom from '@fastify/reply-from';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { IDENTITY_HEADER } from '#platform/identity/signedIdentity.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { biPath, biScope } from '#schema/bi.ts';
import { OperationError } from '../operations/errors.ts';
import type { RequestLimits } from '../operations/requestLimits.ts';
import type { PartnerKeys } from '../partners/partnerKeys.ts';
import { keyOf } from './credentials.ts';
import { refuse } from './refusal.ts';

/** Longer than a statement may wait and run. */
const TIMEOUT_MS = 60_000;
const CONNECTIONS = 32;
/** What a client says of itself is not passed on: analytics believes the signed identity. */
const CREDENTIALS = ['authorization', 'x-clickhouse-user', 'x-clickhouse-key', 'cookie'];

/**
 * ClickHouse's HTTP interface for BI tools, at the root as a server has it, and at `/bi` for who can give a path. Finds out whose key it is, holds
 * it to its limits, and hands the rest on to analytics.
 */
export function createBiEndpoint(
  app: FastifyInstance,
  options: {
    /** Base address of analytics. */
    readonly url: string;
    readonly keys: Pick<PartnerKeys, 'authenticate'>;
    readonly limits: Pick<RequestLimits, 'arrive' | 'begin'>;
    readonly signIdentity: (identity: Identity) => Promise<string>;
  },
): void {
  const { url, keys, limits, signIdentity } = options;

  /** @throws OperationError for who has no key that opens this. */
  async function identityOf(request: FastifyRequest): Promise<Identity> {
    limits.arrive(request.ip);
    const key = keyOf(request.headers);
    if (key === undefined) {
      throw OperationError.unauthenticated('Give a key with the scope bi:query as the password, under any user name.');
    }
    const { identity } = await keys.authenticate(key);
    if (!identity.scopes.includes(biScope)) {
      throw OperationError.forbidden(`This key does not have the scope ${biScope}.`);
    }
    await limits.begin(identity);
    return identity;
  }

  async function handOn(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    // A server of ClickHouse's says so to whoever only knocks.
    if (request.method === 'GET' && !request.url.includes('query=')) return ok(request, reply);
    let signed: string;
    try {
      signed = await signIdentity(await identityOf(request));
    } catch (error) {
      return refuse(reply, error);
    }
    const { body } = request;
    const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : '';
    return reply.from(`${biPath}${query}`, {
      ...(Buffer.isBuffer(body) && {
        body,
        contentType: request.headers['content-type'] ?? 'text/plain',
      }),
      timeout: TIMEOUT_MS,
      retryDelay: () => null,
      rewriteRequestHeaders: (_request, headers) => ({
        ...Object.fromEntries(Object.entries(headers).filter(([name]) => !CREDENTIALS.includes(name))),
        'x-request-id': request.id,
        [IDENTITY_HEADER]: signed,
      }),
      onError: (_failed, { error }) => {
        request.log.warn({ err: error }, 'analytics does not answer SQL');
        refuse(reply, OperationError.identityUnavailable(error));
      },
    });
  }

  app.register(async (scope) => {
    await scope.register(replyFrom, {
      base: url,
      disableRequestLogging: true,
      undici: { connections: CONNECTIONS, connect: { timeout: 2_000 } },
    });
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    for (const path of ['/', biPath]) scope.route({ method: ['GET', 'POST'], url: path, handler: handOn });
    for (const path of ['/ping', `${biPath}/ping`]) scope.get(path, ok);
  });
}

function ok(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.type('text/html; charset=UTF-8').send('Ok.\n');
}
