import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTelegramStandin, type TelegramStandin } from './telegramStandin.ts';

const token = '4242:AAEexample-of-a-bot-token_123';

describe('the stand-in for Telegram', () => {
  let telegram: TelegramStandin;

  beforeEach(async () => {
    telegram = createTelegramStandin({ host: '127.0.0.1', port: 0, perChatIntervalMs: 60_000 });
    await telegram.start();
  });

  afterEach(() => telegram.stop());

  async function call(method: string, body: object, as = token): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    const address = `${telegram.url()}/bot${as}/${method}`;
    const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) });
    return response.json();
  }

  it('knows bots by the form of their token', async () => {
    expect(await call('getMe', {})).toMatchObject({ ok: true, result: { id: 4242, is_bot: true } });
    expect(await call('getMe', {}, 'nonsense')).toEqual({ ok: false, error_code: 404, description: 'Not Found' });
    expect(await call('flyAway', {})).toMatchObject({ ok: false, error_code: 404 });
  });

  it.each([
    [{ chat_id: 1, text: ' ' }, /text is empty/],
    [{ chat_id: 1, text: 'x'.repeat(4_097) }, /too long/],
    [{ chat_id: 'Ada', text: 'x' }, /chat_id/],
    [{ text: 'x' }, /chat_id/],
  ])('refuses a message that Telegram would refuse', async (message, description) => {
    expect(await call('sendMessage', message)).toMatchObject({
      ok: false,
      error_code: 400,
      description: expect.stringMatching(description),
    });
    expect(telegram.sent()).toEqual([]);
  });

  it.each([
    ['said beforehand', 'x'.repeat(1024 * 1024 + 1)],
    ['not said', new Blob(['x'.repeat(1024 * 1024 + 1)]).stream()],
  ])('refuses a body above a megabyte, its length %s', async (_what, body) => {
    const init = { method: 'POST', body, duplex: 'half' } as const;
    const response = await fetch(`${telegram.url()}/bot${token}/sendMessage`, init);
    expect(response.status).toBe(413);
  });

  it('numbers messages by chat, holds bots to their pace in each, and lists what they sent', async () => {
    expect(await call('sendMessage', { chat_id: 1, text: 'one' })).toMatchObject({ result: { message_id: 1 } });
    expect(await call('sendMessage', { chat_id: '2', text: 'two' })).toMatchObject({ result: { message_id: 1 } });
    expect(await call('sendMessage', { chat_id: 1, text: 'too soon' })).toMatchObject({
      ok: false,
      error_code: 429,
      parameters: { retry_after: 60 },
    });
    const listed = await fetch(`${telegram.url()}/sent`);
    expect(await listed.json()).toMatchObject({ sent: [{ text: 'one' }, { text: 'two' }] });
  });

  it('posts updates to the address that the bot set, marked with its secret', async () => {
    const arrived: unknown[] = [];
    const inbox = createServer((request, response) => {
      void json(request).then((update) => {
        arrived.push({ secret: request.headers['x-telegram-bot-api-secret-token'], update });
        response.writeHead(200).end();
      });
    }).listen(0, '127.0.0.1');
    await once(inbox, 'listening');
    const url = `http://127.0.0.1:${(inbox.address() as AddressInfo).port}/hook`;
    await expect(telegram.postUpdate('4242', {})).rejects.toThrow('setWebhook first');
    expect(await call('setWebhook', { url, secret_token: 's3cret' })).toEqual({ ok: true, result: true });
    expect(await call('getWebhookInfo', {})).toMatchObject({ result: { url } });
    expect(await telegram.postUpdate('4242', { update_id: 1 })).toBe(200);
    expect(arrived).toEqual([{ secret: 's3cret', update: { update_id: 1 } }]);
    inbox.closeAllConnections();
    inbox.close();
    await once(inbox, 'close');
  });
});
