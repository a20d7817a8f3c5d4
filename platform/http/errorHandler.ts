import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { HttpError } from './errors.ts';

/** Codes for what Fastify itself refuses, before any route sees the request. */
const codes: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  408: 'REQUEST_TIMEOUT',
  413: 'PAYLOAD_TOO_LARGE',
  414: 'URI_TOO_LONG',
  415: 'UNSUPPORTED_MEDIA_TYPE',
};

/** Answers `{ error: { code, message } }`. What went wrong on our side is logged and not told. */
export function handleError(error: FastifyError | HttpError, request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof HttpError) {
    if (error.statusCode >= 500) request.log.warn({ err: error }, 'request refused');
    if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds));
    respond(reply, error.statusCode, error.code, error.message);
    return;
  }
  // Anything may be thrown, also what is no error.
  const status = error?.statusCode ?? 500;
  if (status >= 400 && status < 500) {
    respond(reply, status, codes[status] ?? 'BAD_REQUEST', error.message);
    return;
  }
  request.log.error({ err: error }, 'request failed');
  respond(
    reply,
    500,
    'INTERNAL_SERVER_ERROR',
    `Something went wrong here; it is logged under request id ${request.id}`,
  );
}

export function handleNotFound(_request: FastifyRequest, reply: FastifyReply): void {
  respond(reply, 404, 'NOT_FOUND', 'There is nothing at this address');
}

function respond(reply: FastifyReply, status: number, code: string, message: string): void {
  void reply.code(status).send({ error: { code, message } });
}
