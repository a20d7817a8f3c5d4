import type { FastifyReply } from 'fastify';
import type { Logger } from '#platform/logging/logger.ts';
import { presentError } from '../graph/errors.ts';
import type { OperationError } from '../operations/errors.ts';

/** Says by a status, and in the graph's words, why there is no answer. */
export function refuse(reply: FastifyReply, error: OperationError, logger: Logger): FastifyReply {
  const { status = 400, headers = [] } = error.extensions['http'] as {
    status?: number;
    headers?: Iterable<readonly [string, string]>;
  };
  for (const [name, value] of headers) reply.header(name, value);
  return reply.code(status).send({ errors: [presentError(error, { logger })] });
}
