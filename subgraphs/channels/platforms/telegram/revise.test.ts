import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Agent } from 'undici';
import { createTelegramStandin } from '#test/standins/telegram/telegramStandin.ts';
import { openableFiles } from '../../testing/openableFiles.ts';
import { testAccount } from '../../testing/testAccount.ts';
import { testFile } from '../../testing/testFile.ts';
import { platformConnections } from '../http/sendRequest.ts';
import type { OutgoingPart, Sender } from '../outbound.ts';
import { createTelegramApi } from './api.ts';
import { createTelegramSender } from './sender.ts';

const account = testAccount('TELEGRAM');
const HOUR_MS = 60 * 60 * 1_000;

describe('a message that Telegram has', () => {
  const telegram = createTelegramStandin({ host: '127.0.0.1', port: 0, tokens: [account.token] });
  let files: Awaited<ReturnType<typeof openableFiles>>;
  let connections: Agent;
  let sender: Sender;
  let lastChat = 100;

  beforeAll(async () => {
    await telegram.start();
    files = await openableFiles();
    connections = platformConnections();
    sender = createTelegramSender(createTelegramApi({ apiUrl: telegram.url(), connections }), files.openFile);
  });

  afterAll(async () => {
    await connections.close();
    await files.close();
    await telegram.stop();
  });

  async function sent(part: OutgoingPart, chat = String(++lastChat)) {
    const options = { threadExternalId: chat, replyToExternalId: null, reference: '', humanAgent: false };
    const result = await sender.send(account, part, options);
    if (result.kind !== 'sent') throw new Error('it was not sent');
    return { chat, externalMessageId: result.externalMessageId };
  }
  const revise = (externalMessageId: string, content: OutgoingPart | null, token = account.token) =>
    sender.revise?.({ ...account, token }, { externalMessageId, content });
  const inChat = (chat: string) => telegram.sent().filter(({ chatId }) => chat.endsWith(chatId));

  it('says something else, or is gone, as often as that is said', async () => {
    const { chat, externalMessageId } = await sent({ text: 'Helo' });
    for (const _twice of [1, 2]) expect(await revise(externalMessageId, { text: 'Hello' })).toEqual({ kind: 'done' });
    expect(inChat(chat)).toMatchObject([{ text: 'Hello', edited: true, deleted: false }]);
    for (const _twice of [1, 2]) expect(await revise(externalMessageId, null)).toEqual({ kind: 'done' });
    expect(inChat(chat)).toMatchObject([{ deleted: true }]);
    expect(await revise(externalMessageId, { text: 'gone' })).toMatchObject({
      kind: 'refused',
      failure: { code: 'NOT_SUPPORTED' },
    });
  });

  it('that is a file has another text below it, or none', async () => {
    const file = testFile({ fileKey: await files.keep(Buffer.from('x')) });
    const { chat, externalMessageId } = await sent({ file, caption: 'Lok' });
    expect(await revise(externalMessageId, { file, caption: 'Look' })).toEqual({ kind: 'done' });
    expect(inChat(chat)).toMatchObject([{ text: 'Look' }]);
    expect(await revise(externalMessageId, { file, caption: null })).toEqual({ kind: 'done' });
    expect(inChat(chat)).toMatchObject([{ text: '' }]);
  });

  it('stays when it is older than 48 hours, but may say something else', async () => {
    const { chat, externalMessageId } = await sent({ text: 'old' });
    telegram.age(chat, 1, 49 * HOUR_MS);
    expect(await revise(externalMessageId, null)).toMatchObject({
      kind: 'refused',
      again: false,
      failure: { code: 'NOT_SUPPORTED', message: expect.stringMatching(/can't be deleted/) },
    });
    expect(await revise(externalMessageId, { text: 'new' })).toEqual({ kind: 'done' });
  });

  it('in the name of a business is changed through its connection', async () => {
    telegram.connectBusiness({ id: 'desk', botId: '4242', ownerId: 5 });
    const chat = String(++lastChat);
    const webhook = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
    await once(webhook, 'listening');
    const url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}`;
    await createTelegramApi({ apiUrl: telegram.url(), connections }).call(account.token, 'setWebhook', { url });
    const from = { id: Number(chat), firstName: 'Ada' };
    await telegram.receive('4242', { kind: 'message', text: 'Hello?', from, businessConnectionId: 'desk' });
    webhook.closeAllConnections();
    await webhook[Symbol.asyncDispose]();

    const { externalMessageId } = await sent({ text: 'Helo' }, `business:desk:${chat}`);
    expect(await revise(externalMessageId, { text: 'Hello' })).toEqual({ kind: 'done' });
    expect(inChat(chat)).toMatchObject([{ businessConnectionId: 'desk', text: 'Hello' }]);
    expect(await revise(externalMessageId, null)).toEqual({ kind: 'done' });
    expect(telegram.calls().at(-1)).toMatchObject({ method: 'deleteBusinessMessages' });
    expect(inChat(chat)).toMatchObject([{ deleted: true }]);
  });

  it('is left as it is by trouble, which is told as what it is', async () => {
    const { externalMessageId } = await sent({ text: 'Helo' });
    const change = () => revise(externalMessageId, { text: 'Hello' });
    telegram.fail(
      1,
      { kind: 'refuse', status: 429, description: 'Too Many Requests: retry after 7', retryAfter: 7 },
      'editMessageText',
    );
    expect(await change()).toMatchObject({ kind: 'refused', again: true, waitMs: 7_000 });
    telegram.fail(1, { kind: 'proxy', status: 503 }, 'editMessageText');
    expect(await change()).toMatchObject({ kind: 'refused', again: true, platformDown: true });
    telegram.fail(1, { kind: 'drop' }, 'editMessageText');
    expect(await change()).toMatchObject({ kind: 'unconfirmed' });
    expect(await change()).toEqual({ kind: 'done' });
    const bad = '4242:AAEexample-of-another-token';
    expect(await revise(externalMessageId, null, bad)).toMatchObject({ kind: 'refused', unauthorized: true });
  });

  it.each(['nonsense', '5', ':5', 'ada:5'])('has no id such as %s', async (id) => {
    expect(await revise(id, null)).toMatchObject({ kind: 'refused', again: false, failure: { code: 'NOT_SUPPORTED' } });
  });
});
