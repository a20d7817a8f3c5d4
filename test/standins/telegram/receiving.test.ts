import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '#test/stack/eventually.ts';
import { createTelegramStandin, type TelegramStandin } from './telegramStandin.ts';

const botId = '4242';
const token = `${botId}:AAEexample-of-a-bot-token_123`;
const ada = { id: 77, firstName: 'Ada', username: 'ada', languageCode: 'en' };
const group = { id: -1007, title: 'Neighbours' };

describe('what people do at the stand-in for Telegram', () => {
  let telegram: TelegramStandin;
  let webhook: Server;
  let arrived: { secret: unknown; update: Record<string, unknown> }[];
  let answers: number[];

  beforeEach(async () => {
    [arrived, answers] = [[], []];
    telegram = createTelegramStandin({ host: '127.0.0.1', port: 0 });
    webhook = createServer((request, response) => {
      void json(request).then((update) => {
        const secret = request.headers['x-telegram-bot-api-secret-token'];
        arrived.push({ secret, update: update as Record<string, unknown> });
        response.writeHead(answers.shift() ?? 200).end();
      });
    }).listen(0, '127.0.0.1');
    await Promise.all([once(webhook, 'listening'), telegram.start()]);
  });

  afterEach(async () => {
    await telegram.stop();
    webhook.closeAllConnections();
    await webhook[Symbol.asyncDispose]();
  });

  async function call(method: string, body: object = {}): Promise<{ result: Record<string, unknown> }> {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`${telegram.url()}/bot${token}/${method}`, init);
    return (await response.json()) as { result: Record<string, unknown> };
  }

  const update = (index: number) => arrived[index]?.update ?? {};

  const listen = (settings: object = {}) => {
    const url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/hook`;
    return call('setWebhook', { url, secret_token: 's3cret', ...settings });
  };

  it('comes to the address that the bot set, marked with its secret', async () => {
    await expect(telegram.postUpdate('1', {})).rejects.toThrow('setWebhook first');
    await expect(telegram.receive('1', { kind: 'message', from: ada, text: 'Hi' })).rejects.toThrow('setWebhook first');
    await listen();
    expect(await telegram.postUpdate(botId, { update_id: 1 })).toBe(200);
    expect(arrived).toEqual([{ secret: 's3cret', update: { update_id: 1 } }]);
  });

  it('is told in updates as Telegram makes them', async () => {
    await listen({ allowed_updates: ['message', 'edited_message', 'callback_query', 'message_reaction'] });
    const { messageId = 0 } = await telegram.receive(botId, { kind: 'message', from: ada, text: 'Hi', replyTo: 3 });
    await call('sendMessage', { chat_id: 77, text: 'Hello' });
    await telegram.receive(botId, { kind: 'edit', from: ada, messageId, text: 'Hi!' });
    await telegram.receive(botId, { kind: 'button', from: ada, messageId: messageId + 1, data: 'yes' });
    await telegram.receive(botId, { kind: 'reaction', from: ada, messageId: messageId + 1, emoji: '👍' });
    await telegram.receive(botId, { kind: 'message', from: ada, group, text: 'All?' });
    const chat = { id: 77, type: 'private' };
    expect(arrived.map(({ update }) => update)).toMatchObject([
      { message: { message_id: messageId, from: { id: 77 }, chat, text: 'Hi', reply_to_message: { message_id: 3 } } },
      { edited_message: { message_id: messageId, text: 'Hi!', edit_date: expect.any(Number) } },
      { callback_query: { data: 'yes', message: { message_id: messageId + 1, chat } } },
      { message_reaction: { chat, new_reaction: [{ emoji: '👍' }] } },
      { message: { chat: { id: -1007, title: 'Neighbours' }, from: { id: 77 } } },
    ]);
    expect(telegram.sent().at(-1)).toMatchObject({ messageId: messageId + 1 });
    const { id } = update(2)['callback_query'] as { id: string };
    expect(await call('answerCallbackQuery', { callback_query_id: id })).toMatchObject({ ok: true });
  });

  it('is not told to a bot that did not ask for it', async () => {
    await listen();
    const from = ada;
    expect(await telegram.receive(botId, { kind: 'reaction', from, messageId: 1, emoji: '👍' })).toMatchObject({
      delivered: true,
    });
    expect(arrived).toEqual([]);
  });

  it('blocks the bot, and unblocks it', async () => {
    await listen();
    await telegram.receive(botId, { kind: 'block', from: ada });
    expect(await call('sendMessage', { chat_id: 77, text: 'x' })).toMatchObject({ error_code: 403 });
    await telegram.receive(botId, { kind: 'unblock', from: ada });
    expect(await call('sendMessage', { chat_id: 77, text: 'x' })).toMatchObject({ ok: true });
    expect(arrived.map(({ update }) => update)).toMatchObject([
      { my_chat_member: { new_chat_member: { status: 'kicked' } } },
      { my_chat_member: { new_chat_member: { status: 'member' } } },
    ]);
  });

  it('opens the chat with a business to its bot, which Telegram counts apart from the bot’s own', async () => {
    await listen();
    telegram.connectBusiness({ id: 'shop', botId, ownerId: 5 });
    const reply = { chat_id: 78, text: 'x', business_connection_id: 'shop' };
    expect(await call('sendMessage', reply)).toMatchObject({
      description: expect.stringContaining('BUSINESS_PEER_USAGE_MISSING'),
    });
    const from = { ...ada, id: 78 };
    await telegram.receive(botId, { kind: 'message', from, businessConnectionId: 'shop', text: 'Open?' });
    await telegram.receive(botId, { kind: 'message', from, text: 'Open?' });
    expect(arrived.map(({ update }) => update)).toMatchObject([
      { business_message: { message_id: 1, business_connection_id: 'shop' } },
      { message: { message_id: 1 } },
    ]);
    expect(await call('sendMessage', reply)).toMatchObject({ result: { message_id: 2 } });
    expect(await call('readBusinessMessage', { ...reply, message_id: 1 })).toMatchObject({ ok: true });
    expect(await call('getChat', { chat_id: 78 })).toMatchObject({ result: { first_name: 'Ada' } });
  });

  it('hands files out by id, to the bot', async () => {
    await listen();
    const bytes = new TextEncoder().encode('a picture');
    const file = { medium: 'photo', bytes, name: 'a b.jpg', mimeType: 'image/jpeg' } as const;
    await telegram.receive(botId, { kind: 'message', from: ada, text: 'Look', albumId: 'album', file });
    const { message } = update(0) as { message: { photo: { file_id: string }[] } };
    expect(message).toMatchObject({ caption: 'Look', media_group_id: 'album' });
    const { result } = await call('getFile', { file_id: message.photo[1]?.file_id });
    const address = (as: string) => `${telegram.url()}/file/bot${as}/${String(result['file_path'])}`;
    expect(await (await fetch(address(token))).text()).toBe('a picture');
    expect((await fetch(address('nonsense'))).status).toBe(404);
    expect((await fetch(`${telegram.url()}/file/bot${token}/nonsense`)).status).toBe(404);
  });

  it('does not hand out a file above 20 MB', async () => {
    await listen();
    const file = {
      medium: 'video',
      bytes: new Uint8Array(20 * 1024 * 1024 + 1),
      name: 'a',
      mimeType: 'video/mp4',
    } as const;
    await telegram.receive(botId, { kind: 'message', from: ada, file });
    const { message } = update(0) as { message: { video: { file_id: string } } };
    const answer = await call('getFile', { file_id: message.video.file_id });
    expect(answer).toMatchObject({ description: 'Bad Request: file is too big' });
  });

  it('comes again until it is taken, and the bot can ask why it was not', async () => {
    await listen();
    answers = [503, 404];
    expect(await telegram.receive(botId, { kind: 'message', from: ada, text: 'Hi' })).toMatchObject({
      delivered: true,
    });
    expect(arrived).toHaveLength(3);
    expect(await call('getWebhookInfo')).toMatchObject({
      result: { pending_update_count: 0, last_error_message: 'Wrong response from the webhook: 404' },
    });
  });

  it('waits while the webhook is away, and no longer than the server', async () => {
    await listen({ url: 'http://127.0.0.1:9/hook' });
    const received = telegram.receive(botId, { kind: 'message', from: ada, text: 'Hi' });
    await eventually(async () => {
      const { result } = await call('getWebhookInfo');
      expect(result).toMatchObject({
        pending_update_count: 1,
        last_error_message: expect.stringContaining('fetch failed'),
      });
    });
    await telegram.stop();
    expect(await received).toMatchObject({ delivered: false });
  });

  it('does not come any more after deleteWebhook', async () => {
    await listen();
    expect(await call('getWebhookInfo')).toMatchObject({ result: { url: expect.stringContaining('/hook') } });
    await call('deleteWebhook');
    expect(await call('getWebhookInfo')).toMatchObject({ result: { url: '' } });
    await expect(telegram.postUpdate(botId, {})).rejects.toThrow('setWebhook first');
  });
});
