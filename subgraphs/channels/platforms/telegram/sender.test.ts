import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTelegramStandin } from '#test/standins/telegram/telegramStandin.ts';
import type { Agent } from 'undici';
import { testAccount } from '../../testing/testAccount.ts';
import { platformConnections } from '../http/sendRequest.ts';
import type { OutgoingPart, SendOptions, Sender } from '../outbound.ts';
import { createTelegramApi } from './api.ts';
import { createTelegramSender } from './sender.ts';

const account = testAccount('TELEGRAM');
const { token } = account;
const openFile = () => Promise.reject(new Error('only texts are sent here'));

describe('sending by Telegram', () => {
  const telegram = createTelegramStandin({ host: '127.0.0.1', port: 0, tokens: [token] });
  let connections: Agent;
  let sender: Sender;
  let lastChat = 100;

  beforeAll(async () => {
    await telegram.start();
    connections = platformConnections();
    sender = createTelegramSender(createTelegramApi({ apiUrl: telegram.url(), connections }), openFile);
  });

  afterAll(async () => {
    await connections.close();
    await telegram.stop();
  });

  const newChat = () => String(++lastChat);

  function send(
    part: OutgoingPart,
    threadExternalId: string,
    overrides: Partial<SendOptions> & { token?: string } = {},
  ) {
    const { token: given = token, ...options } = overrides;
    const defaults = { replyToExternalId: null, reference: 'sb:1:0', humanAgent: false };
    return sender.send({ ...account, token: given }, part, { threadExternalId, ...defaults, ...options });
  }

  const sentTo = (chatId: string) => telegram.sent().filter((message) => message.chatId === chatId);

  it('gives the id that a message has in its chat, and answers messages of that chat only', async () => {
    const chat = newChat();
    const results = [
      await send({ text: 'one' }, chat),
      await send({ text: 'two' }, chat, { replyToExternalId: `${chat}:1` }),
      await send({ text: 'three' }, chat, { replyToExternalId: '99:1' }),
    ];
    expect(results).toEqual([1, 2, 3].map((id) => ({ kind: 'sent', externalMessageId: `${chat}:${String(id)}` })));
    expect(sentTo(chat)).toMatchObject([
      { text: 'one', replyTo: null },
      { text: 'two', replyTo: 1 },
      { text: 'three', replyTo: null },
    ]);
    expect(telegram.calls().at(-2)?.parameters).toMatchObject({
      reply_parameters: { message_id: 1, allow_sending_without_reply: true },
    });
  });

  it('speaks in the name of a business, in a chat that is another than the bot’s own', async () => {
    const chat = newChat();
    const thread = `business:shop:${chat}`;
    expect(await send({ text: 'x' }, thread)).toMatchObject({ failure: { code: 'NOT_PERMITTED' } });
    telegram.connectBusiness({ id: 'shop', botId: '4242', ownerId: 5 });
    expect(await send({ text: 'x' }, thread)).toMatchObject({ failure: { code: 'WINDOW_CLOSED' } });
    await hear({ from: { id: Number(chat), firstName: 'Ada' }, businessConnectionId: 'shop' });
    const first = await send({ text: 'Hello' }, thread, { replyToExternalId: `${thread}:1` });
    expect(first).toEqual({ kind: 'sent', externalMessageId: `${thread}:2` });
    expect(await send({ text: 'Hello' }, chat)).toEqual({ kind: 'sent', externalMessageId: `${chat}:1` });
    expect(sentTo(chat)).toMatchObject([
      { businessConnectionId: 'shop', replyTo: 1 },
      { businessConnectionId: null, replyTo: null },
    ]);
  });

  it('follows a group to where it has moved, where the numbers of messages are others', async () => {
    telegram.migrateGroup(-7, -1007);
    const result = await send({ text: 'moved' }, '-7', { replyToExternalId: '-7:1' });
    expect(result).toEqual({ kind: 'sent', externalMessageId: '-1007:1' });
    expect(sentTo('-1007')).toMatchObject([{ text: 'moved', replyTo: null }]);
  });

  it('ends when a group that has moved has moved on', async () => {
    telegram.migrateGroup(-8, -1008);
    telegram.migrateGroup(-1008, -8);
    expect(await send({ text: 'moved' }, '-8')).toMatchObject({ failure: { code: 'RECIPIENT_NOT_FOUND' } });
  });

  it.each(['ada', '@ada', 'business:shop', 'business::5', ''])(
    'sends nothing to a thread that is none: %s',
    async (thread) => {
      const refusal = { kind: 'refused', failure: { code: 'RECIPIENT_NOT_FOUND' }, again: false };
      expect(await send({ text: 'x' }, thread)).toMatchObject(refusal);
      await sender.signal(account, thread, { kind: 'typing', externalMessageId: null });
    },
  );

  it('is refused by a person who blocked the bot', async () => {
    const chat = newChat();
    telegram.block('4242', Number(chat));
    expect(await send({ text: 'x' }, chat)).toMatchObject({ kind: 'refused', failure: { code: 'RECIPIENT_BLOCKED' } });
  });

  it('is refused with how long to wait when it is too fast', async () => {
    const description = 'Too Many Requests: retry after 7';
    telegram.fail(1, { kind: 'refuse', status: 429, description, retryAfter: 7 });
    expect(await send({ text: 'x' }, newChat())).toMatchObject({
      kind: 'refused',
      again: true,
      waitMs: 7_000,
    });
  });

  it.each(['nonsense', '4242:/../4243:x', '4242:AAEexample-of-another-token'])(
    'takes a token that is none for an account that has to be connected again: %s',
    async (bad) => {
      expect(await send({ text: 'x' }, newChat(), { token: bad })).toMatchObject({
        kind: 'refused',
        unauthorized: true,
      });
    },
  );

  it('keeps of a reason what the database can keep', async () => {
    telegram.fail(1, { kind: 'refuse', status: 400, description: `a\0b\ud800${'c'.repeat(10_000)}` });
    const result = await send({ text: 'x' }, newChat());
    expect(result).toMatchObject({ failure: { message: expect.stringMatching(/^ab\ufffdc{400,500}$/) } });
  });

  it.each([
    [{ kind: 'proxy', status: 503 }, 'refused'],
    [{ kind: 'proxy', status: 403 }, 'refused'],
    [{ kind: 'proxy', status: 502 }, 'unconfirmed'],
    [{ kind: 'refuse', status: 500, description: 'Internal Server Error' }, 'refused'],
    [{ kind: 'refuse', status: 502, description: 'Bad Gateway' }, 'unconfirmed'],
    [{ kind: 'refuse', status: 504, description: 'Gateway Timeout' }, 'unconfirmed'],
  ] as const)('takes trouble in between for what it is: %o', async (fault, kind) => {
    telegram.fail(1, fault);
    const result = await send({ text: 'through a proxy' }, newChat());
    expect(result.kind).toBe(kind);
    expect('unauthorized' in result).toBe(false);
  });

  it('does not know whether a message was taken when the connection breaks before the answer', async () => {
    const chat = newChat();
    telegram.fail(1, { kind: 'drop' });
    expect(await send({ text: 'dropped' }, chat)).toMatchObject({ kind: 'unconfirmed' });
    expect(sentTo(chat)).toHaveLength(1);
  });

  it('does not know what it sent when the answer has no number', async () => {
    const odd = createServer((_request, response) => response.end('{"ok":true,"result":true}')).listen(0, '127.0.0.1');
    await once(odd, 'listening');
    const apiUrl = `http://127.0.0.1:${(odd.address() as AddressInfo).port}`;
    const other = createTelegramSender(createTelegramApi({ apiUrl, connections }), openFile);
    const options = { threadExternalId: '1', replyToExternalId: null, reference: '', humanAgent: false };
    expect(await other.send(account, { text: 'x' }, options)).toMatchObject({ kind: 'unconfirmed' });
    await odd[Symbol.asyncDispose]();
  });

  it('shows a person that somebody types, and a business’ customer that their message was seen', async () => {
    const chat = newChat();
    await sender.signal(account, chat, { kind: 'typing', externalMessageId: null });
    expect(telegram.calls().at(-1)).toMatchObject({
      method: 'sendChatAction',
      parameters: { chat_id: chat, action: 'typing' },
    });
    const calls = telegram.calls().length;
    await sender.signal(account, chat, { kind: 'seen', externalMessageId: `${chat}:1` });
    await sender.signal(account, `business:desk:${chat}`, { kind: 'seen', externalMessageId: null });
    expect(telegram.calls()).toHaveLength(calls);
    telegram.connectBusiness({ id: 'desk', botId: '4242', ownerId: 5 });
    await hear({ from: { id: Number(chat), firstName: 'Ada' }, businessConnectionId: 'desk' });
    await sender.signal(account, `business:desk:${chat}`, {
      kind: 'seen',
      externalMessageId: `business:desk:${chat}:9`,
    });
    expect(telegram.calls().at(-1)).toMatchObject({
      method: 'readBusinessMessage',
      parameters: { business_connection_id: 'desk', chat_id: chat, message_id: 9 },
    });
  });

  it('says so when a signal is not taken', async () => {
    const chat = newChat();
    telegram.block('4242', Number(chat));
    await expect(sender.signal(account, chat, { kind: 'typing', externalMessageId: null })).rejects.toMatchObject({
      code: 'NOT_PERMITTED',
    });
  });

  it('keeps below Telegram’s paces for a bot, a person and a group, each with a key of its own', () => {
    const [bot, person] = sender.paces(account, '5', { text: 'x' });
    const [sameBot, group] = sender.paces(account, '-5', { text: 'x' });
    const [, business] = sender.paces(account, 'business:shop:5', { text: 'x' });
    const inAnySecond = (pace = bot) => (pace ? pace.burst + pace.perSecond : NaN);
    expect(sameBot).toEqual(bot);
    expect(inAnySecond()).toBeLessThanOrEqual(30);
    expect(person).toMatchObject({ perSecond: 1 });
    expect(group && group.burst + 60 * group.perSecond).toBeLessThanOrEqual(20);
    expect(business).toMatchObject({ perSecond: 1 });
    expect(new Set([bot, person, group, business].map((pace) => pace?.key)).size).toBe(4);
  });

  /** A customer wrote: the stand-in has to have a webhook that takes it. */
  async function hear(where: { from: { id: number; firstName: string }; businessConnectionId: string }) {
    const webhook = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
    await once(webhook, 'listening');
    const url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}`;
    await createTelegramApi({ apiUrl: telegram.url(), connections }).call(token, 'setWebhook', { url });
    await telegram.receive('4242', { kind: 'message', text: 'Hello?', ...where });
    webhook.closeAllConnections();
    await webhook[Symbol.asyncDispose]();
  }
});
