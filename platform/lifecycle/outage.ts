import { isNativeError } from 'node:util/types';

/** PostgreSQL: connection failures, shutdown and start-up, too many connections (SQLSTATE classes 08, 57P, 53). */
const outageStates = /^(08...|57P0[123]|53[0-9]00)$/;

const outageCodes = new Set([
  // What our own errors say of a dependency that answered, but cannot serve now.
  'UNAVAILABLE',
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** What pg, ioredis, nats and undici say without a code when the other side is gone. */
const outageWords =
  /connection terminated|connection timeout|timeout exceeded when trying to connect|connection is closed|connection closed|closed connection|draining connection|no responders|jetstream (is )?not available|fetch failed|client was closed|not queryable/i;

const outageNames = new Set(['TimeoutError', 'NoRespondersError', 'ClosedConnectionError', 'ConnectionError']);

/**
 * Whether an error, or a cause of it, says that a dependency is away. Such a failure says nothing about the work at hand:
 * it is tried again for as long as it lasts and never counts towards giving up.
 */
export function isOutage(error: unknown): boolean {
  // Not `instanceof`: an error may come from another realm, as those of Node itself do under Jest.
  for (let current = error, depth = 0; isNativeError(current) && depth < 8; current = current.cause, depth++) {
    const code: unknown = 'code' in current ? current.code : undefined;
    if (typeof code === 'string' && (outageCodes.has(code) || outageStates.test(code))) return true;
    if (outageNames.has(current.name) || outageWords.test(current.message)) return true;
    if ('errors' in current && Array.isArray(current.errors) && current.errors.some(isOutage)) return true;
  }
  return false;
}
