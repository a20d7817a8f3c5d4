import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Agent } from 'undici';
import { createTelegramStandin } from '#test/standins/telegram/telegramStandin.ts';
import type { OpenFile } from '../../attachments/openFile.ts';
import { openableFiles } from '../../testing/openableFiles.ts';
import { testAccount } from '../../testing/testAccount.ts';
import { testFile } from '../../testing/testFile.ts';
import { platformConnections } from '../http/sendRequest.ts';
import type { OutgoingFile, SendOptions } from '../outbound.ts';
import { createTelegramApi } from './api.ts';
import { createTelegramSender } from './sender.ts';

const account = testAccount('TELEGRAM');
const MB = 1024 ** 2;

describe('a file for Telegram', () => {
  const telegram = createTelegramStandin({ host: '127.0.0.1', port: 0, tokens: [account.token] });
  let files: Awaited<ReturnType<typeof openableFiles>>;
  let connections: Agent;
  let lastChat = 100;

  beforeAll(async () => {
    await telegram.start();
    files = await openableFiles();
    connections = platformConnections();
  });

  afterAll(async () => {
    await connections.close();
    await files.close();
    await telegram.stop();
  });

  const newChat = () => String(++lastChat);
  const sentTo = (chatId: string) => telegram.sent().filter((message) => message.chatId === chatId);

  function send(
    file: OutgoingFile,
    chat: string,
    overrides: Partial<SendOptions> & { caption?: string; openFile?: OpenFile; apiUrl?: string } = {},
  ) {
    const { caption = null, openFile = files.openFile, apiUrl = telegram.url(), ...options } = overrides;
    const sender = createTelegramSender(createTelegramApi({ apiUrl, connections }), openFile);
    const defaults = { replyToExternalId: null, reference: 'sb:1:0', humanAgent: false };
    return sender.send(account, { file, caption }, { threadExternalId: chat, ...defaults, ...options });
  }

  it.each([
    [{}, 'photo'],
    [{ mimeType: 'image/gif' }, 'animation'],
    [{ kind: 'VIDEO', mimeType: 'video/mp4' }, 'video'],
    [{ kind: 'AUDIO', mimeType: 'audio/mpeg' }, 'audio'],
    [{ kind: 'AUDIO', mimeType: 'audio/ogg' }, 'voice'],
    [{ kind: 'FILE', mimeType: 'text/csv' }, 'document'],
    [{ kind: 'FILE', mimeType: 'image/jpeg' }, 'document'],
  ] as const)('goes along with the call, shown as what it is: %o', async (overrides, medium) => {
    const chat = newChat();
    const bytes = randomBytes(200_000);
    const file = testFile({
      fileKey: await files.keep(bytes),
      name: 'Größe "1".bin',
      size: bytes.length,
      ...overrides,
    });
    const result = await send(file, chat, { caption: 'Look ⛺', replyToExternalId: `${chat}:7` });
    expect(result).toEqual({ kind: 'sent', externalMessageId: `${chat}:1` });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const upload = { name: 'Größe "1".bin', mimeType: file.mimeType, size: bytes.length, sha256 };
    expect(sentTo(chat)).toMatchObject([{ text: 'Look ⛺', replyTo: 7, file: { medium, url: null, upload } }]);
  });

  it('at an address is fetched here, and of any type', async () => {
    const chat = newChat();
    const url = files.server.serve('/list.csv', { body: 'a,b' });
    expect(await send(testFile({ kind: 'FILE', url, name: null, mimeType: null }), chat)).toMatchObject({
      kind: 'sent',
    });
    const upload = { name: 'list.csv', mimeType: 'text/csv', size: 3 };
    expect(sentTo(chat)).toMatchObject([{ file: { medium: 'document', upload } }]);
  });

  it('may have 50 MB, and a picture of more than 10 MB goes as a document', async () => {
    const chat = newChat();
    const picture = randomBytes(10 * MB + 1);
    const large = testFile({ fileKey: await files.keep(picture), size: picture.length });
    expect(await send(large, chat)).toMatchObject({ kind: 'sent' });
    const film = Buffer.alloc(50 * MB, 1);
    const largest = testFile({
      kind: 'VIDEO',
      mimeType: 'video/mp4',
      fileKey: await files.keep(film),
      size: film.length,
    });
    expect(await send(largest, chat)).toMatchObject({ kind: 'sent' });
    expect(sentTo(chat)).toMatchObject([{ file: { medium: 'document' } }, { file: { medium: 'video' } }]);
  });

  it('follows a group to where it has moved', async () => {
    telegram.migrateGroup(-70, -1070);
    const file = testFile({ fileKey: await files.keep(Buffer.from('x')) });
    expect(await send(file, '-70')).toEqual({ kind: 'sent', externalMessageId: '-1070:1' });
    expect(sentTo('-1070')).toMatchObject([{ file: { upload: { size: 1 } } }]);
  });

  it('that is not there any more, or that nobody may fetch, is refused for good', async () => {
    const chat = newChat();
    const refused = { kind: 'refused', again: false, failure: { code: 'FILE_REFUSED', retryable: false } };
    for (const file of [
      testFile({ fileKey: 'company/gone' }),
      testFile({ url: `${files.server.url}/gone.pdf` }),
      testFile({ url: 'http://10.0.0.1/inside.pdf' }),
    ]) {
      expect(await send(file, chat)).toMatchObject(refused);
    }
    expect(sentTo(chat)).toEqual([]);
  });

  it('that cannot be had now is tried again, and says nothing against Telegram', async () => {
    const chat = newChat();
    const url = files.server.serve('/busy.pdf', { status: 503 });
    const result = await send(testFile({ url }), chat);
    const again = { kind: 'refused', again: true, failure: { code: 'FILE_UNAVAILABLE', retryable: true } };
    expect(result).toMatchObject(again);
    expect('platformDown' in result).toBe(false);
  });

  const halfway: OpenFile = async () => ({
    stream: Readable.from(
      (async function* () {
        yield randomBytes(1_000);
        throw new Error('the disk is gone');
      })(),
    ),
    size: 2_000,
    name: 'half.bin',
    mimeType: null,
  });

  it('whose reading breaks off halfway was certainly not sent', async () => {
    const chat = newChat();
    const result = await send(testFile(), chat, { openFile: halfway });
    expect(result).toMatchObject({ kind: 'refused', again: true, failure: { code: 'FILE_UNAVAILABLE' } });
    expect(sentTo(chat)).toEqual([]);
  });

  it('is given up when the process stops before all of it is out', async () => {
    const chat = newChat();
    const file = testFile({ fileKey: await files.keep(randomBytes(MB)) });
    const result = await send(file, chat, { stopping: AbortSignal.abort() });
    expect(result).toMatchObject({ kind: 'refused', again: true });
    expect(sentTo(chat)).toEqual([]);
  });

  it('that Telegram breaks off halfway was certainly not sent; after the whole of it nobody knows', async () => {
    const rude = createServer((request) => request.socket.destroy()).listen(0, '127.0.0.1');
    await once(rude, 'listening');
    const apiUrl = `http://127.0.0.1:${(rude.address() as AddressInfo).port}`;
    const file = testFile({ fileKey: await files.keep(randomBytes(20 * MB)) });
    const result = await send(file, newChat(), { apiUrl });
    expect(result).toMatchObject({ kind: 'refused', again: true, failure: { code: 'PLATFORM_UNAVAILABLE' } });
    await rude[Symbol.asyncDispose]();

    telegram.fail(1, { kind: 'drop' }, 'sendPhoto');
    const chat = newChat();
    const small = testFile({ fileKey: await files.keep(Buffer.from('x')) });
    expect(await send(small, chat)).toMatchObject({ kind: 'unconfirmed' });
    expect(sentTo(chat)).toHaveLength(1);
  });

  it('that Telegram refuses says why', async () => {
    const file = testFile({ fileKey: await files.keep(Buffer.alloc(0)), size: 0 });
    telegram.fail(
      1,
      { kind: 'refuse', status: 400, description: 'Bad Request: PHOTO_INVALID_DIMENSIONS' },
      'sendPhoto',
    );
    expect(await send(file, newChat())).toMatchObject({ failure: { code: 'FILE_REFUSED' } });
    expect(await send(file, newChat())).toMatchObject({ failure: { code: 'FILE_REFUSED' } });
  });

  it('finds nobody with a token that is none, and leaves no file open', async () => {
    const stream = Readable.from([Buffer.from('x')]);
    const closed = once(stream, 'close');
    const openFile: OpenFile = async () => ({ stream, size: 1, name: null, mimeType: null });
    const sender = createTelegramSender(createTelegramApi({ apiUrl: telegram.url(), connections }), openFile);
    const options = { threadExternalId: newChat(), replyToExternalId: null, reference: '', humanAgent: false };
    const result = await sender.send({ ...account, token: '../x' }, { file: testFile(), caption: null }, options);
    expect(result).toMatchObject({ failure: { code: 'CHANNEL_UNAUTHORIZED' }, unauthorized: true });
    await closed;
    expect(stream.destroyed).toBe(true);
  });
});
