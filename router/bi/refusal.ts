import type { FastifyReply } from 'fastify';
import { OperationError } from '../operations/errors.ts';

/** What ClickHouse calls it, by the code of an operation that is refused for the same reason. */
const names: Readonly<Record<string, readonly [code: number, name: string, status: number]>> = {
  UNAUTHENTICATED: [516, 'AUTHENTICATION_FAILED', 403],
  FORBIDDEN: [497, 'ACCESS_DENIED', 403],
  RATE_LIMITED: [201, 'QUOTA_EXCEEDED', 429],
  IDENTITY_UNAVAILABLE: [210, 'NETWORK_ERROR', 503],
};

/** Says to a client of ClickHouse's why it gets nothing. @throws whatever is no refusal. */
export function refuse(reply: FastifyReply, error: unknown): FastifyReply {
  if (!(error instanceof OperationError)) throw error;
  const { code, retryAfterSeconds } = error.extensions;
  const known = names[String(code)];
  if (!known) throw error;
  const [number, name, status] = known;
  if (typeof retryAfterSeconds === 'number') void reply.header('retry-after', String(retryAfterSeconds));
  return reply
    .code(status)
    .header('x-clickhouse-exception-code', String(number))
    .type('text/plain; charset=UTF-8')
    .send(`Code: ${String(number)}. DB::Exception: ${error.message.replace(/\.$/, '')}. (${name})\n`);
}
