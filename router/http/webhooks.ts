import replyFrom from '@fastify/reply-from';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '#platform/http/errors.ts';

const PREFIX = '/webhooks/';
/** Platforms wait 5 to 20 seconds for their 200 and come again after anything else. */
const TIMEOUT_MS = 5_000;
const CONNECTIONS = 64;

/**
 * Hands platforms' webhooks on to the channels service, byte for byte: signatures are over the raw body. A service that
 * does not answer is a 503, which every platform repeats.
 *
 * @param options.url base address of the channels service.
 */
export function forwardWebhooks(
  app: FastifyInstance,
  options: { readonly url: string; readonly bodyLimit: number },
): void {
  const { url, bodyLimit } = options;
  app.register(async (scope) => {
    // Only in this scope: whatever the type says, the body stays what came in.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body));
    await scope.register(replyFrom, {
      base: url,
      disableRequestLogging: true,
      undici: {
        connections: CONNECTIONS,
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
        connect: { timeout: 2_000 },
      },
    });
    scope.route({
      method: ['GET', 'POST'],
      url: `${PREFIX}*`,
      handler(request, reply) {
        // `/webhooks/../metrics` is not for strangers.
        const { pathname } = new URL(request.url, url);
        if (!pathname.startsWith(PREFIX)) throw HttpError.notFound('There is nothing at this address');
        const { body } = request;
        return reply.from(undefined, {
          ...(Buffer.isBuffer(body) && {
            body,
            contentType: request.headers['content-type'] ?? 'application/octet-stream',
          }),
          retryDelay: () => null,
          rewriteRequestHeaders: (_request, headers) => ({ ...headers, 'x-request-id': request.id }),
          onError: (failed, { error }) => {
            failed.send(
              HttpError.unavailable('Webhooks cannot be taken now: send it again.', {
                retryAfterSeconds: 5,
                cause: error,
              }),
            );
          },
        });
      },
    });
  });
}
