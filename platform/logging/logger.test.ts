import { Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { ROOT_CONTEXT, context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { createLogger, silentLogger } from './logger.ts';

function capture() {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  return { lines, logger: createLogger({ name: 'test', level: 'info', destination }) };
}

describe('the logger', () => {
  test('writes one JSON object a line, with name, level and time', () => {
    const { lines, logger } = capture();
    logger.info({ conversationId: 'c1' }, 'opened');
    logger.debug('not of interest');

    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      name: 'test',
      level: 'info',
      conversationId: 'c1',
      msg: 'opened',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
  });

  test.each([
    ['at the top', { authorization: 'hunter2' }],
    ['in an object', { channel: { botToken: 'hunter2' } }],
    ['in headers of a request', { request: { headers: { authorization: 'hunter2' } } }],
    ['in a header with dashes', { headers: { 'x-telegram-bot-api-secret-token': 'hunter2' } }],
    ['in whole credentials', { channel: { credentials: { some: { thing: 'hunter2' } } } }],
    ['on an error', { err: Object.assign(new Error('refused'), { config: { password: 'hunter2' } }) }],
    [
      'deep on an error',
      { err: Object.assign(new Error('x'), { request: { headers: { authorization: 'hunter2' } } }) },
    ],
  ])('masks a secret %s', (_where, fields) => {
    const { lines, logger } = capture();
    logger.info(fields, 'said');

    expect(lines.join()).toContain('[redacted]');
    expect(lines.join()).not.toContain('hunter2');
  });

  test('names the trace it belongs to while a span is active', () => {
    const { lines, logger } = capture();
    const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    try {
      context.with(trace.setSpanContext(ROOT_CONTEXT, span), () => logger.info('inside'));
    } finally {
      context.disable();
    }
    logger.info('outside');

    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ trace_id: span.traceId, span_id: span.spanId });
    expect(lines[1]).not.toContain('trace_id');
  });

  test('can be silent', () => {
    expect(silentLogger.isLevelEnabled('fatal')).toBe(false);
  });
});
