import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTelegramStandin } from '#test/standins/telegram/telegramStandin.ts';
import { request, type Agent } from 'undici';
import { testAccount } from '../../testing/testAccount.ts';
import { platformConnections } from '../http/sendRequest.ts';
import { createTelegramAccount, type TelegramAccount } from './account.ts';
import { createTelegramApi } from './api.ts';

const revoked = '4243:AAEexample-of-a-bot-token_123';
const account = testAccount('TELEGRAM');
const { token } = account;
const dead = { ...account, token: revoked };
const ada = { id: 77, firstName: 'Ada', lastName: 'Lovelace', username: 'ada' };

describe('a Telegram bot’s account', () => {
  const telegram = createTelegramStandin({ host: '127.0.0.1', port: 0, tokens: [token, revoked] });
  let webhook: Server;
  let updates: Record<string, unknown>[] = [];
  let connections: Agent;
  let bot: TelegramAccount;

  beforeAll(async () => {
    webhook = createServer((incoming, response) => {
      void json(incoming).then((update) => {
        updates.push(update as Record<string, unknown>);
        response.end();
      });
    }).listen(0, '127.0.0.1');
    await Promise.all([telegram.start(), once(webhook, 'listening')]);
    telegram.revoke(revoked);
    connections = platformConnections();
    bot = createTelegramAccount(createTelegramApi({ apiUrl: telegram.url(), connections }));
  });

  afterAll(async () => {
    await connections.close();
    await telegram.stop();
    webhook.closeAllConnections();
    await webhook[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    updates = [];
    const url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}`;
    await bot.register(account, { url, secret: 's3cret' });
  });

  it('is known by its token', async () => {
    expect(await bot.verify(account)).toEqual({ externalId: '4242', name: 'Bot' });
  });

  it.each(['nonsense', revoked])('is not known by a token that Telegram does not know: %s', async (bad) => {
    const verified = bot.verify({ ...account, token: bad });
    await expect(verified).rejects.toMatchObject({ name: 'AccountError', code: 'BAD_CREDENTIALS' });
    await expect(verified).rejects.toThrow(/@BotFather/);
  });

  it.each([
    [{ kind: 'refuse', status: 429, description: 'Too Many Requests' }, 'PLATFORM_UNAVAILABLE'],
    [{ kind: 'refuse', status: 500, description: 'Internal Server Error' }, 'PLATFORM_UNAVAILABLE'],
    [{ kind: 'proxy', status: 503 }, 'PLATFORM_UNAVAILABLE'],
    [{ kind: 'drop' }, 'PLATFORM_UNAVAILABLE'],
    [{ kind: 'refuse', status: 400, description: 'Bad Request: no' }, 'PLATFORM_REFUSED'],
    [{ kind: 'refuse', status: 403, description: 'Forbidden: no' }, 'NOT_PERMITTED'],
  ] as const)('is not told for a bad one when Telegram is in trouble: %o', async (fault, code) => {
    telegram.fail(1, fault, 'getMe');
    await expect(bot.verify(account)).rejects.toMatchObject({ name: 'AccountError', code });
  });

  it('asks for every kind of update that is read, marked with the secret', async () => {
    expect(telegram.calls().findLast(({ method }) => method === 'setWebhook')?.parameters).toMatchObject({
      secret_token: 's3cret',
      max_connections: 40,
      allowed_updates: expect.arrayContaining(['message', 'message_reaction', 'deleted_business_messages']),
    });
    await telegram.receive('4242', { kind: 'reaction', from: ada, messageId: 1, emoji: '👍' });
    expect(updates).toHaveLength(1);
  });

  it('is told what Telegram has against an address', async () => {
    const registered = bot.register(account, { url: 'nonsense', secret: 's3cret' });
    await expect(registered).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' });
    await expect(registered).rejects.toThrow(/An HTTPS URL must be provided/);
  });

  it('gets no updates any more once it is unregistered, which a dead token does not stop', async () => {
    await bot.unregister(account);
    await expect(telegram.receive('4242', { kind: 'block', from: ada })).rejects.toThrow('setWebhook');
    await expect(bot.unregister(dead)).resolves.toBeUndefined();
    telegram.fail(1, { kind: 'proxy', status: 503 }, 'deleteWebhook');
    await expect(bot.unregister(account)).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' });
  });

  it('knows the people and groups it has met, and nobody else', async () => {
    const group = { id: -5, title: 'Neighbours' };
    await telegram.receive('4242', { kind: 'message', from: ada, text: 'Hi' });
    await telegram.receive('4242', { kind: 'message', from: ada, group, text: 'Hi' });
    const nothing = { languageCode: null, pictureUrl: null };
    expect(await bot.profile(account, '77')).toEqual({ ...nothing, name: 'Ada Lovelace', username: 'ada' });
    expect(await bot.profile(account, '-5')).toEqual({ ...nothing, name: 'Neighbours', username: null });
    expect(await bot.profile(account, '78')).toBeUndefined();
    await expect(bot.profile(dead, '77')).rejects.toMatchObject({ code: 'BAD_CREDENTIALS' });
  });

  it('gets a person’s picture, and the rest of the profile without it', async () => {
    const picture = { bytes: new TextEncoder().encode('a face'), name: 'face.jpg' };
    telegram.setPicture(ada, picture);
    const address = (await bot.profile(account, '77'))?.pictureUrl ?? '';
    const { body } = await request(address, { dispatcher: connections });
    expect(await body.text()).toBe('a face');
    telegram.fail(1, { kind: 'refuse', status: 400, description: 'Bad Request: wrong file_id' }, 'getFile');
    expect(await bot.profile(account, '77')).toMatchObject({ name: 'Ada Lovelace', pictureUrl: null });
  });

  it('finds the files that people send', async () => {
    const bytes = new TextEncoder().encode('a letter');
    const file = { medium: 'document', bytes, name: 'ä b#1.txt', mimeType: 'text/plain' } as const;
    await telegram.receive('4242', { kind: 'message', from: ada, file });
    const { message } = (updates[0] ?? {}) as { message: { document: { file_id: string } } };
    const { url, headers } = await bot.fileAddress(account, message.document.file_id);
    const { body } = await request(url, { headers, dispatcher: connections });
    expect(await body.text()).toBe('a letter');
    await expect(bot.fileAddress(account, 'nonsense')).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' });
  });

  it('answers a button that was pressed, also when it is too late', async () => {
    await telegram.receive('4242', { kind: 'button', from: ada, messageId: 1, data: 'yes' });
    const { id } = (updates[0] ?? {})['callback_query'] as { id: string };
    await bot.answerCallback(account, id);
    expect(telegram.calls().at(-1)).toMatchObject({ parameters: { callback_query_id: id } });
    await expect(bot.answerCallback(account, 'long ago')).resolves.toBeUndefined();
    await expect(bot.answerCallback(dead, id)).rejects.toMatchObject({ code: 'BAD_CREDENTIALS' });
  });
});
