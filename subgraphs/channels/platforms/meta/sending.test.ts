import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#test/stack/eventually.ts';
import { createWebhookInbox } from '#test/standins/webhookInbox.ts';
import {
  accountFor,
  instagramAccount,
  openGraph,
  optionsFor,
  pageAccount,
  whatsAppAccount,
} from '../../testing/graph.ts';
import { createInstagramSender } from '../instagram/sender.ts';
import { createMessengerSender } from '../messenger/sender.ts';
import type { Account, Sender } from '../outbound.ts';
import { createWhatsAppSender } from '../whatsapp/sender.ts';
import { createGraphApi, type GraphApi } from './graphApi.ts';

const instagram = (graph: GraphApi) => createInstagramSender({ facebook: graph, instagram: graph });
const ownLogin = accountFor('INSTAGRAM', instagramAccount, { instagramLogin: 'INSTAGRAM' });

/** What holds for all of Meta's platforms. */
describe.each<[string, (graph: GraphApi) => Sender, Account]>([
  ['Messenger', createMessengerSender, accountFor('MESSENGER', pageAccount)],
  ['Instagram', instagram, ownLogin],
  ['WhatsApp', createWhatsAppSender, accountFor('WHATSAPP', whatsAppAccount)],
])('sending to %s', (_name, createSender, account) => {
  const person = '491701234567';
  const inbox = createWebhookInbox();
  let meta: Awaited<ReturnType<typeof openGraph>>;
  let sender: Sender;

  beforeAll(async () => {
    await inbox.start();
    meta = await openGraph();
    meta.standin.tell({ url: inbox.url() });
    sender = createSender(meta.graph);
  });

  afterAll(async () => {
    await meta.close();
    await inbox.stop();
  });

  const send = (text: string, as = account) => sender.send(as, { text }, optionsFor(person));
  const sentTexts = () => meta.standin.sent().map(({ text }) => text);
  const toldOf = (text: string) => inbox.received().filter(({ body }) => JSON.stringify(body).includes(text));

  it('gives the id by which the message is spoken of', async () => {
    const result = await send('hello');
    expect(meta.standin.sent()).toMatchObject([{ to: person, accountId: account.externalId, text: 'hello' }]);
    expect(result).toEqual({ kind: 'sent', externalMessageId: meta.standin.sent()[0]?.id });
  });

  it.each([
    [
      { status: 400, code: 613, message: 'too fast' },
      { again: true, failure: { code: 'RATE_LIMITED' } },
    ],
    [
      { status: 500, code: 2, message: 'trouble' },
      { again: true, platformDown: true },
    ],
    [
      { status: 400, code: 551, message: 'gone' },
      { again: false, failure: { code: 'RECIPIENT_BLOCKED' } },
    ],
    [
      { status: 400, code: 368, message: 'policy' },
      { again: false, failure: { code: 'POLICY_BLOCKED' } },
    ],
    [
      { status: 401, code: 190, message: 'expired' },
      { unauthorized: true, failure: { code: 'CHANNEL_UNAUTHORIZED' } },
    ],
  ])('reads a refusal: %o', async (error, meaning) => {
    meta.standin.fail(1, { kind: 'refuse', ...error });
    const result = await send('refused');
    expect(result).toMatchObject({ kind: 'refused', ...meaning });
    expect(JSON.stringify(result)).toContain(error.message);
    expect(sentTexts()).not.toContain('refused');
  });

  it('waits as long as Meta says', async () => {
    const usage = JSON.stringify({ 1: [{ call_count: 100, estimated_time_to_regain_access: 2 }] });
    const headers = { 'x-business-use-case-usage': usage };
    meta.standin.fail(1, { kind: 'refuse', status: 400, code: 80006, message: 'too many', headers });
    expect(await send('limited')).toMatchObject({ kind: 'refused', again: true, waitMs: 120_000 });
  });

  it.each([
    [503, 'refused'],
    [403, 'refused'],
    [502, 'unconfirmed'],
    [504, 'unconfirmed'],
  ])('takes a proxy’s %i for %s', async (status, kind) => {
    meta.standin.fail(1, { kind: 'proxy', status });
    const result = await send('through a proxy');
    expect(result.kind).toBe(kind);
    expect(result).not.toHaveProperty('unauthorized');
  });

  it('does not know of a message that Meta says it had trouble with, and may have sent', async () => {
    meta.standin.fail(1, {
      kind: 'refuse',
      status: 500,
      code: 1,
      subcode: 1357046,
      message: 'Received invalid JSON reply',
    });
    expect(await send('sent all the same?')).toMatchObject({ kind: 'unconfirmed' });
  });

  it('does not know of a message when the connection breaks, and is told of it by webhook', async () => {
    meta.standin.fail(1, { kind: 'drop' });
    expect(await send('dropped')).toMatchObject({ kind: 'unconfirmed' });
    expect(sentTexts()).toContain('dropped');
    const sent = meta.standin.sent().find(({ text }) => text === 'dropped');
    await eventually(() => expect(toldOf(sent?.id ?? '')).not.toEqual([]));
  });

  it('does not know of a message that nobody ever tells of', async () => {
    meta.standin.fail(1, { kind: 'dropSilently' });
    expect(await send('silent')).toMatchObject({ kind: 'unconfirmed' });
    expect(await send('after it')).toMatchObject({ kind: 'sent' });
    const after = meta.standin.sent().find(({ text }) => text === 'after it');
    await eventually(() => expect(toldOf(after?.id ?? '')).not.toEqual([]));
    const silent = meta.standin.sent().find(({ text }) => text === 'silent');
    expect(toldOf(silent?.id ?? 'nothing')).toEqual([]);
  });

  it('waits for an answer that takes a while', async () => {
    meta.standin.fail(1, { kind: 'delay', ms: 50 });
    expect(await send('slow')).toMatchObject({ kind: 'sent' });
  });

  it('knows that nothing went out when there is nobody to connect to', async () => {
    const unused = createServer().listen(0, '127.0.0.1');
    await once(unused, 'listening');
    const { port } = unused.address() as AddressInfo;
    await unused[Symbol.asyncDispose]();
    const away = createGraphApi({ apiUrl: `http://127.0.0.1:${port}`, version: 'v26.0' });
    await away.start();
    const result = await createSender(away).send(account, { text: 'x' }, optionsFor(person));
    await away.stop();
    expect(result).toMatchObject({ kind: 'refused', again: true, failure: { code: 'PLATFORM_UNAVAILABLE' } });
  });

  it('says when the token is no longer good', async () => {
    const other = { ...account, token: 'EAAB-revoked' };
    expect(await send('x', other)).toMatchObject({ kind: 'refused', unauthorized: true, again: false });
    await expect(
      sender.signal(other, person, { kind: 'typing', externalMessageId: 'wamid.abc' }),
    ).rejects.toMatchObject({ code: 'BAD_CREDENTIALS' });
  });
});
