import type { RequestListener } from 'node:http';
import replyFrom from '@fastify/reply-from';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpError } from '#platform/http/errors.ts';
import { injectTrace } from '#platform/tracing/tracing.ts';

/** Platforms wait 5 to 20 seconds for their 200 and come again after anything else. */
const TIMEOUT_MS = 5_000;
/** Until the last byte of an upload is kept, be it in a bucket far away. */
const UPLOAD_TIMEOUT_MS = 30_000;
const CONNECTIONS = 64;
const MIB = 1024 ** 2;
/** WhatsApp's payloads: https://developers.facebook.com/docs/whatsapp/cloud-api/guides/set-up-webhooks, up to 3 MB. */
const META_LIMIT = 4 * MIB;
const UPLOAD_LIMIT = 25 * MIB;

/** Answers a request that came below a path. */
type HandOn = (prefix: string, timeoutMs?: number) => (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/**
 * Hands on what channels answers, byte for byte (signatures are over the raw body): platforms' webhooks, the web chat,
 * files, and what agents upload. A service that does not answer is a 503, which every platform repeats. Channels is told whose request it is by
 * `x-forwarded-for`.
 *
 * @param options.channels base address of the channels service, or what answers for it in this process.
 * @param options.bodyLimit in bytes, where nothing else is said above. In this process what answers has limits of its own.
 */
export function forwardToChannels(
  app: FastifyInstance,
  options: { readonly channels: string | RequestListener; readonly bodyLimit: number },
): void {
  const { channels, bodyLimit } = options;
  const handOn = typeof channels === 'string' ? forward : handOver(channels);
  const [webhook, chat, file] = [handOn('/webhooks/'), handOn('/chat/'), handOn('/files/')];

  app.register(async (scope) => {
    if (typeof channels === 'string') {
      await scope.register(replyFrom, {
        base: channels,
        disableRequestLogging: true,
        undici: {
          connections: CONNECTIONS,
          connect: { timeout: 2_000 },
        },
      });
    }
    scope.register(async (whole) => {
      if (typeof channels === 'string') takeBodies(whole);
      else leaveBodies(whole);
      whole.route({ method: ['GET', 'POST'], url: '/webhooks/*', bodyLimit, handler: webhook });
      whole.route({ method: ['GET', 'POST'], url: '/webhooks/meta', bodyLimit: META_LIMIT, handler: webhook });
      whole.route({ method: ['GET', 'HEAD', 'POST'], url: '/chat/*', bodyLimit, handler: chat });
      whole.route({ method: ['GET', 'HEAD', 'OPTIONS'], url: '/files/*', handler: file });
    });
    scope.register(async (streamed) => {
      // Not held here: whoever uploads is known to channels only, and could be anybody by the hundred.
      leaveBodies(streamed);
      streamed.put('/uploads', {
        onRequest: async ({ headers }) => assertLength(headers['content-length'], UPLOAD_LIMIT),
        handler: handOn('/uploads', UPLOAD_TIMEOUT_MS),
      });
      streamed.post('/chat/:channelId/files', {
        onRequest: async ({ headers }) => assertLength(headers['content-length'], UPLOAD_LIMIT),
        handler: handOn('/chat/', UPLOAD_TIMEOUT_MS),
      });
    });
  });
}

/** To a process of its own, over HTTP. */
const forward: HandOn =
  (prefix, timeout = TIMEOUT_MS) =>
  (request, reply) => {
    assertBelow(prefix, request.url);
    const { body } = request;
    return reply.from(undefined, {
      ...(Buffer.isBuffer(body) && {
        body,
        contentType: request.headers['content-type'] ?? 'application/octet-stream',
      }),
      timeout,
      retryDelay: () => null,
      rewriteRequestHeaders: (_request, headers) => ({ ...headers, ...addedHeaders(request) }),
      onError: (failed, { error }) => {
        const message = 'This cannot be answered now: try again.';
        failed.send(HttpError.unavailable(message, { retryAfterSeconds: 5, cause: error }));
      },
    });
  };

/** In this process: to write each webhook to a socket and to read it again was a sixth of all that its message costs. */
function handOver(channels: RequestListener): HandOn {
  return (prefix) => (request, reply) => {
    assertBelow(prefix, request.url);
    Object.assign(request.raw.headers, addedHeaders(request));
    injectTrace(request.raw.headers);
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    reply.hijack();
    channels(request.raw, reply.raw);
    return reply;
  };
}

function addedHeaders(request: FastifyRequest): Record<string, string> {
  return {
    'x-request-id': request.id,
    // As this server believes it, see TRUST_PROXY: not as a stranger writes it.
    'x-forwarded-for': request.ip,
  };
}

/** Only in this scope: whatever the type says, the body stays what came in. */
function takeBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

/** Whoever answers reads them. */
function leaveBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, body, done) => done(null, body));
}

/** `/files/../metrics` is not for strangers. */
function assertBelow(prefix: string, url: string): void {
  const { pathname } = new URL(url, 'http://channels.invalid');
  if (!pathname.startsWith(prefix)) throw HttpError.notFound('There is nothing at this address');
}

/** Node.js holds a body to the length that was said. */
function assertLength(length: string | undefined, limit: number): void {
  if (length === undefined) throw HttpError.lengthRequired('Say how long the file is: content-length is missing');
  if (Number(length) > limit) throw HttpError.tooLarge(`A file has at most ${String(limit)} bytes`);
}
