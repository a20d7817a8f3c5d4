import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTelegramStandin } from '#test/standins/telegram/telegramStandin.ts';
import { refusalOf } from './refusals.ts';
import { createTelegramApi, type SendResult } from './telegramApi.ts';

const token = '4242:AAEexample-of-a-bot-token_123';

describe('sending to Telegram', () => {
  const standin = createTelegramStandin({ host: '127.0.0.1', port: 0 });
  let telegram: ReturnType<typeof createTelegramApi>;

  beforeAll(async () => {
    await standin.start();
    telegram = createTelegramApi({ apiUrl: standin.url() });
    await telegram.start();
  });

  afterAll(async () => {
    await telegram.stop();
    await standin.stop();
  });

  const send = (text: string, given = token) => telegram.sendMessage(given, { chatId: '99', text });

  it('gives the id that the message has in its chat', async () => {
    const first = await telegram.sendMessage(token, { chatId: '7', text: 'one' });
    const second = await telegram.sendMessage(token, { chatId: '7', text: 'two', replyTo: 1 });
    expect([first, second]).toEqual([
      { kind: 'sent', messageId: 1 },
      { kind: 'sent', messageId: 2 },
    ]);
    expect(standin.sent().filter(({ chatId }) => chatId === '7')).toMatchObject([
      { text: 'one', replyTo: null },
      { text: 'two', replyTo: 1 },
    ]);
  });

  it.each([
    [429, 'Too Many Requests: retry after 7', 7, { again: true, waitMs: 7_000, failure: { code: 'RATE_LIMITED' } }],
    [500, 'Internal Server Error', undefined, { again: true, failure: { code: 'PLATFORM_UNAVAILABLE' } }],
    [401, 'Unauthorized', undefined, { unauthorized: true, failure: { code: 'CHANNEL_UNAUTHORIZED' } }],
    [
      403,
      'Forbidden: bot was blocked by the user',
      undefined,
      { again: false, failure: { code: 'RECIPIENT_BLOCKED', retryable: false } },
    ],
    [400, 'Bad Request: chat not found', undefined, { again: false, failure: { code: 'RECIPIENT_NOT_FOUND' } }],
    [400, 'Bad Request: message is too long', undefined, { again: false, failure: { code: 'MESSAGE_TOO_LONG' } }],
    [400, 'Bad Request: something new', undefined, { again: false, failure: { code: 'PLATFORM_REFUSED' } }],
  ])('reads a refusal: %i %s', async (status, description, retryAfter, meaning) => {
    standin.fail(1, { kind: 'refuse', status, description, ...(retryAfter !== undefined && { retryAfter }) });
    const result = await send('refused');
    expect(result).toMatchObject({ kind: 'refused', status, description });
    expect(refusalOf(result as Exclude<SendResult, { kind: 'sent' }>)).toMatchObject(meaning);
  });

  it('keeps of a reason what the database can keep', async () => {
    standin.fail(1, { kind: 'refuse', status: 400, description: `a\0b\ud800${'c'.repeat(10_000)}` });
    const result = await send('refused');
    expect(result).toEqual({ kind: 'refused', status: 400, description: `ab\ufffd${'c'.repeat(496)}` });
  });

  it('takes a token that is none for a channel that has to be connected again', async () => {
    const result = await send('x', 'nonsense');
    expect(result).toMatchObject({ kind: 'refused', status: 404 });
    expect(refusalOf(result as Exclude<SendResult, { kind: 'sent' }>)).toMatchObject({ unauthorized: true });
  });

  it.each([
    [503, 'refused'],
    [403, 'refused'],
    [502, 'unconfirmed'],
    [504, 'unconfirmed'],
  ])('takes a proxy’s %i for %s', async (status, kind) => {
    standin.fail(1, { kind: 'proxy', status });
    const result = await send('through a proxy');
    expect(result.kind).toBe(kind);
    const refusal = refusalOf(result as Exclude<SendResult, { kind: 'sent' }>);
    expect(refusal.again).toBe(kind === 'refused');
    expect(refusal.unauthorized).toBeUndefined();
  });

  it('does not know whether a message was taken when the connection breaks before the answer', async () => {
    standin.fail(1, { kind: 'drop' });
    const result = await send('dropped');
    expect(result.kind).toBe('unconfirmed');
    expect(standin.sent().filter(({ text }) => text === 'dropped')).toHaveLength(1);
    expect(refusalOf(result as Exclude<SendResult, { kind: 'sent' }>)).toMatchObject({
      again: false,
      failure: { code: 'SEND_UNCONFIRMED', retryable: true },
    });
  });

  it('knows that nothing went out when there is nobody to connect to', async () => {
    const unused = createServer().listen(0, '127.0.0.1');
    await once(unused, 'listening');
    const { port } = unused.address() as AddressInfo;
    await new Promise((resolve) => unused.close(resolve));
    for (const apiUrl of [`http://127.0.0.1:${port}`, `http://localhost:${port}`, 'http://nowhere.invalid']) {
      const away = createTelegramApi({ apiUrl });
      await away.start();
      const result = await away.sendMessage(token, { chatId: '1', text: 'x' });
      await away.stop();
      expect(result.kind).toBe('unreachable');
    }
  });
});
