import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTelegramStandin, type TelegramStandin } from './telegramStandin.ts';

const token = '4242:AAEexample-of-a-bot-token_123';
const other = '4243:AAEexample-of-a-bot-token_123';
const url = 'https://files.example.com/a.jpg';

describe('the stand-in for Telegram', () => {
  let telegram: TelegramStandin;

  beforeEach(async () => {
    telegram = createTelegramStandin({ host: '127.0.0.1', port: 0, tokens: [token, other] });
    await telegram.start();
  });

  afterEach(() => telegram.stop());

  async function call(method: string, body: object, as = token): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    const address = `${telegram.url()}/bot${as}/${method}`;
    const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) });
    return response.json();
  }

  it('knows its bots until their token is revoked', async () => {
    expect(await call('getMe', {})).toMatchObject({ ok: true, result: { id: 4242, is_bot: true } });
    expect(await call('getMe', {}, 'nonsense')).toEqual({ ok: false, error_code: 404, description: 'Not Found' });
    expect(await call('getMe', {}, `4244:${'x'.repeat(30)}`)).toMatchObject({ ok: false, error_code: 401 });
    expect(await call('flyAway', {})).toMatchObject({ ok: false, error_code: 404 });
    telegram.revoke(token);
    expect(await call('getMe', {})).toMatchObject({ ok: false, error_code: 401 });
  });

  it.each([
    ['sendMessage', { chat_id: 1, text: ' ' }, /text is empty/],
    ['sendMessage', { chat_id: 1, text: 'x'.repeat(4_097) }, /too long/],
    ['sendMessage', { chat_id: 'Ada', text: 'x' }, /chat_id/],
    ['sendMessage', { text: 'x' }, /chat_id/],
    ['sendPhoto', { chat_id: 1, photo: url, caption: 'x'.repeat(1_025) }, /caption is too long/],
    ['sendPhoto', { chat_id: 1, photo: 'nonsense' }, /HTTP URL/],
    ['sendVoice', { chat_id: 1, photo: url }, /HTTP URL/],
    ['sendDocument', { chat_id: 1, document: 'https://files.example.com/a.csv' }, /wrong type of the web page content/],
    ['sendChatAction', { chat_id: 1, action: 'dancing' }, /wrong parameters/],
    ['sendMessage', { chat_id: 1, text: 'x', business_connection_id: 'b' }, /business connection not found/],
    ['getChat', { chat_id: 1 }, /chat not found/],
    ['getFile', { file_id: 'nonsense' }, /wrong file_id/],
    ['answerCallbackQuery', { callback_query_id: 'nonsense' }, /query is too old/],
    ['setWebhook', { url: 'nonsense' }, /HTTPS URL/],
    ['setWebhook', { url, secret_token: 'no spaces' }, /bad webhook/],
  ])('refuses what Telegram would refuse: %s %o', async (method, message, description) => {
    const answer = { ok: false, error_code: 400, description: expect.stringMatching(description) };
    expect(await call(method, message)).toMatchObject(answer);
    expect(telegram.sent()).toEqual([]);
  });

  async function upload(method: string, field: string, bytes: number): Promise<unknown> {
    const body = new FormData();
    body.set('chat_id', '1');
    body.set('reply_parameters', '{"message_id":3}');
    body.set(field, new Blob([Buffer.alloc(bytes, 1)], { type: 'text/csv' }), 'a.csv');
    return (await fetch(`${telegram.url()}/bot${token}/${method}`, { method: 'POST', body })).json();
  }

  it('takes by an address what it takes by one, and along with the call a file of any type', async () => {
    for (const type of ['gif', 'PDF', 'zip']) {
      expect(await call('sendDocument', { chat_id: 1, document: `https://a.example/b.${type}?c` })).toMatchObject({
        ok: true,
      });
    }
    expect(await upload('sendDocument', 'document', 3)).toMatchObject({ ok: true });
    const file = { medium: 'document', url: null, upload: { name: 'a.csv', mimeType: 'text/csv', size: 3 } };
    expect(telegram.sent().at(-1)).toMatchObject({ chatId: '1', replyTo: 3, file });
  });

  it.each([
    ['sendPhoto', 'photo', 10 * 1024 ** 2 + 1, /too big/],
    ['sendDocument', 'document', 50 * 1024 ** 2 + 1, /too big/],
    ['sendDocument', 'document', 52 * 1024 ** 2, /Too Large/],
    ['sendDocument', 'document', 0, /non-empty/],
    ['sendDocument', 'photo', 3, /HTTP URL/],
  ])('refuses a file by %s in %s of %i bytes', async (method, field, bytes, description) => {
    expect(await upload(method, field, bytes)).toMatchObject({
      ok: false,
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

  it('numbers messages by chat, and lists what was sent', async () => {
    expect(await call('sendMessage', { chat_id: 1, text: 'one' })).toMatchObject({ result: { message_id: 1 } });
    expect(await call('sendMessage', { chat_id: '2', text: 'two' })).toMatchObject({ result: { message_id: 1 } });
    const photo = { chat_id: 1, photo: url, caption: 'three', reply_parameters: { message_id: 1 } };
    expect(await call('sendPhoto', photo)).toMatchObject({ result: { message_id: 2, caption: 'three' } });
    const listed = await fetch(`${telegram.url()}/sent`);
    expect(await listed.json()).toMatchObject({
      sent: [{ text: 'one' }, { text: 'two' }, { text: 'three', file: { medium: 'photo', url }, replyTo: 1 }],
    });
  });

  it('lists every call, also those that make no message', async () => {
    await call('sendChatAction', { chat_id: 1, action: 'typing' });
    expect(telegram.calls()).toEqual([
      { botId: '4242', method: 'sendChatAction', parameters: { chat_id: 1, action: 'typing' } },
    ]);
  });

  it('refuses for a person who blocked that bot', async () => {
    telegram.block('4242', 1);
    for (const method of ['sendMessage', 'sendChatAction']) {
      const answer = await call(method, { chat_id: 1, text: 'x', action: 'typing' });
      expect(answer).toMatchObject({ error_code: 403, description: 'Forbidden: bot was blocked by the user' });
    }
    expect(await call('sendMessage', { chat_id: 1, text: 'x' }, other)).toMatchObject({ ok: true });
  });

  it('tells where a group has moved to', async () => {
    telegram.migrateGroup(-5, -1005);
    expect(await call('sendMessage', { chat_id: -5, text: 'x' })).toMatchObject({
      error_code: 400,
      parameters: { migrate_to_chat_id: -1005 },
    });
    expect(await call('sendMessage', { chat_id: -1005, text: 'x' })).toMatchObject({ ok: true });
  });

  it('lets methods fail as often as told', async () => {
    telegram.fail(1, { kind: 'refuse', status: 429, description: 'Too Many Requests', retryAfter: 3 }, 'getMe');
    expect(await call('sendMessage', { chat_id: 1, text: 'x' })).toMatchObject({ ok: true });
    expect(await call('getMe', {})).toMatchObject({ error_code: 429, parameters: { retry_after: 3 } });
    expect(await call('getMe', {})).toMatchObject({ ok: true });
  });
});
