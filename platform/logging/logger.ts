import { isSpanContextValid, trace } from '@opentelemetry/api';
import { pino } from 'pino';
import type { DestinationStream, Level, Logger } from 'pino';

export type { Logger } from 'pino';

export interface LoggerOptions {
  /** Which service speaks. */
  readonly name: string;
  readonly level: Level | 'silent';
  /** @default standard output */
  readonly destination?: DestinationStream | undefined;
}

const secretNames = [
  'authorization',
  'Authorization',
  'cookie',
  'token',
  'accessToken',
  'botToken',
  'secret',
  'webhookSecret',
  'identitySecret',
  'password',
  'credentials',
  'apiKey',
  '["x-switchboard-identity"]',
  '["x-telegram-bot-api-secret-token"]',
];

/** Where secrets hide: at the top, in an object that is logged, and in its headers (`err.request.headers.authorization`). */
const secretPaths = ['', '*', '*.*', '*.*.*'].flatMap((parent) =>
  secretNames.map((name) => (parent === '' || name.startsWith('[') ? `${parent}${name}` : `${parent}.${name}`)),
);

/**
 * Creates a logger that writes one JSON object a line, with the id of the trace when there is one. Fields that are named
 * like a secret are masked wherever they stand, up to four levels deep.
 */
export function createLogger({ name, level, destination }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: secretPaths, censor: '[redacted]' },
    mixin: traceIds,
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Says nothing; for tests. */
export const silentLogger: Logger = pino({ level: 'silent' });

function traceIds(): object {
  const context = trace.getActiveSpan()?.spanContext();
  return context && isSpanContextValid(context) ? { trace_id: context.traceId, span_id: context.spanId } : {};
}
