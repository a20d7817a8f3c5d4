import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { splitWebhook } from '#channels/platforms/meta/splitWebhook.ts';
import { eventually } from '#test/stack/eventually.ts';
import { createWebhookInbox, type WebhookInbox } from '../webhookInbox.ts';
import type { SentMessage } from './sentMessages.ts';
import { createGraphStandin, type GraphStandin } from './graphStandin.ts';

const appSecret = 'an-app-secret';
const page = {
  kind: 'page',
  id: '100',
  name: 'Ada’s Shop',
  token: 'page-token',
  instagram: { id: '200', username: 'adas.shop' },
} as const;
const phone = {
  kind: 'whatsapp',
  id: '300',
  displayPhoneNumber: '+49 30 1234567',
  verifiedName: 'Ada’s Shop',
  businessAccountId: '400',
  token: 'business-token',
} as const;

describe('the stand-in for Meta', () => {
  let meta: GraphStandin;
  let inbox: WebhookInbox;
  let calledBack: SentMessage[];

  beforeEach(async () => {
    inbox = createWebhookInbox();
    calledBack = [];
    meta = createGraphStandin({
      host: '127.0.0.1',
      port: 0,
      appSecret,
      appId: '777',
      onSent: (message) => calledBack.push(message),
      profileOf: (id) => (id === '9990000000001' ? { name: 'Mina Keller' } : undefined),
      limits: { messagesPerSecond: 2, mediaPerSecond: 1, whatsAppPerSecond: 100, pairBurst: 2 },
    });
    await inbox.start();
    await meta.start();
    meta.addAccount(page, true);
    meta.addAccount(phone, true);
    meta.tell({ url: inbox.url() });
  });

  afterEach(async () => {
    await meta.stop();
    await inbox.stop();
  });

  async function call(method: string, path: string, body?: object, token: string = page.token) {
    const response = await fetch(`${meta.url()}/v26.0${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  }

  const text = (to: string, words = 'hello') => ({
    recipient: { id: to },
    messaging_type: 'RESPONSE',
    message: { text: words },
  });
  const whatsApp = (to: string) => ({ messaging_product: 'whatsapp', to, type: 'text', text: { body: 'hello' } });
  const errorOf = (code: number, subcode?: number) => ({
    body: { error: expect.objectContaining({ code, ...(subcode !== undefined && { error_subcode: subcode }) }) },
  });
  const bodies = () => inbox.received().map(({ body }) => body);

  it('knows accounts by their token, until it is revoked', async () => {
    expect(await call('GET', '/me?fields=id,name')).toEqual({ status: 200, body: { id: '100', name: 'Ada’s Shop' } });
    expect(await call('GET', '/300?fields=verified_name', undefined, phone.token)).toMatchObject({ status: 200 });
    expect(await call('GET', '/300', undefined, page.token)).toMatchObject(errorOf(100, 33));
    expect(await call('GET', '/me', undefined, 'nonsense')).toMatchObject({ status: 401, ...errorOf(190) });
    meta.revokeToken(page.token);
    expect(await call('POST', '/me/messages', text('1'))).toMatchObject(errorOf(190));
    expect(await call('GET', `/me?appsecret_proof=00`, undefined, phone.token)).toMatchObject(errorOf(100));
  });

  it.each([
    ['nothing', { recipient: { id: '1' } }],
    ['nobody', { message: { text: 'x' } }],
    ['white space', text('1', ' ')],
    [
      'a text and a file',
      {
        recipient: { id: '1' },
        message: { text: 'x', attachment: { type: 'image', payload: { url: 'https://x.example/a' } } },
      },
    ],
    ['too long a text', text('1', 'x'.repeat(2_001))],
    ['a state with a message', { ...text('1'), sender_action: 'typing_on' }],
  ])('refuses %s as a message', async (_what, body) => {
    expect(await call('POST', '/100/messages', body)).toMatchObject({ status: 400, ...errorOf(100) });
    expect(meta.sent()).toEqual([]);
  });

  it('counts bytes on Instagram, where somebody has another id', async () => {
    meta.lastInbound('200', '55', new Date());
    expect(await call('POST', '/me/messages', text('55', 'ü'.repeat(501)))).toMatchObject(errorOf(100));
    expect(await call('POST', '/me/messages', text('55', 'ü'.repeat(500)))).toMatchObject({ status: 200 });
    expect(meta.sent()).toMatchObject([{ platform: 'INSTAGRAM', accountId: '200' }]);
  });

  it('holds senders to their paces, and counts who breaks them', async () => {
    const image = {
      recipient: { id: '1' },
      message: { attachment: { type: 'video', payload: { url: 'https://x.example/a' } } },
    };
    const many = Array.from({ length: 20 });
    const results = await Promise.all([
      ...many.map(() => call('POST', '/me/messages', text('1'))),
      ...many.map(() => call('POST', '/me/messages', image)),
      ...many.map(() => call('POST', '/300/messages', whatsApp('491701234567'), phone.token)),
    ]);
    for (const code of [613, 80006, 131056]) expect(results).toContainEqual(expect.objectContaining(errorOf(code)));
    const taken = results.filter(({ status }) => status === 200);
    expect(meta.sent()).toHaveLength(taken.length);
    expect(meta.violations()).toBe(results.length - taken.length);
  });

  it('tells of what was sent: signed over the bytes as they are, everything beyond ASCII escaped', async () => {
    await call('POST', '/me/messages', { ...text('1', 'Grüße 👋'), message: { text: 'Grüße 👋', metadata: 'ours' } });
    await eventually(() => expect(inbox.received()).toHaveLength(3));
    const [echo] = inbox.received();
    expect(echo?.raw).toContain(String.raw`Gr\u00fc\u00dfe \ud83d\udc4b`);
    const signature = createHmac('sha256', appSecret)
      .update(echo?.raw ?? '')
      .digest('hex');
    expect(echo?.headers['x-hub-signature-256']).toBe(`sha256=${signature}`);
    const [sent] = meta.sent();
    expect(bodies()).toMatchObject([
      {
        object: 'page',
        entry: [
          {
            id: '100',
            messaging: [{ message: { is_echo: true, app_id: 777, metadata: 'ours', mid: sent?.id, text: 'Grüße 👋' } }],
          },
        ],
      },
      { entry: [{ messaging: [{ sender: { id: '1' }, delivery: { mids: [sent?.id] } }] }] },
      { entry: [{ messaging: [{ sender: { id: '1' }, read: { watermark: expect.any(Number) } }] }] },
    ]);
  });

  it('tells of a WhatsApp message that it was sent, delivered and read', async () => {
    const body = { ...whatsApp('491701234567'), biz_opaque_callback_data: 'ours' };
    await call('POST', '/300/messages', body, phone.token);
    await eventually(() => expect(inbox.received()).toHaveLength(3));
    const status = (name: string) => ({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '400',
          changes: [
            {
              field: 'messages',
              value: {
                metadata: { phone_number_id: '300' },
                statuses: [{ status: name, biz_opaque_callback_data: 'ours' }],
              },
            },
          ],
        },
      ],
    });
    expect(bodies()).toMatchObject(['sent', 'delivered', 'read'].map(status));
  });

  it('lets customers write, and posts it until it is taken', async () => {
    inbox.refuse(2, 503);
    const from = { id: '491701234567', name: 'Grace' };
    const id = await meta.receive({ accountId: '300', from, text: 'hi' });
    expect(bodies()).toMatchObject([
      {
        entry: [
          { changes: [{ value: { contacts: [{ wa_id: '491701234567' }], messages: [{ id, text: { body: 'hi' } }] } }] },
        ],
      },
    ]);
    const mid = await meta.receive({ accountId: '200', from: { id: '55', username: 'grace' }, text: 'hi' });
    expect(bodies()[1]).toMatchObject({ object: 'instagram', entry: [{ messaging: [{ message: { mid } }] }] });
    expect(await meta.postWebhook({ object: 'page', entry: [] })).toBe(200);
  });

  it('lets customers react, edit and take back, on each platform in its words', async () => {
    const from = { id: '491701234567' };
    for (const accountId of ['100', '200', '300']) {
      const about = { accountId, from, messageId: 'a message' };
      await meta.change({ ...about, kind: 'edit', text: 'better', revision: 1 });
      await meta.change({ ...about, kind: 'reaction', emoji: '👍' });
      await meta.change({ ...about, kind: 'reaction', emoji: null });
      if (accountId !== '100') await meta.change({ ...about, kind: 'unsend' });
    }
    const told = bodies().flatMap((body) => splitWebhook(body));
    const kinds = told.map(({ event }) => Object.keys(event as object).at(-1));
    const messenger = ['message_edit', 'reaction', 'reaction'];
    expect(kinds.slice(0, 7)).toEqual([...messenger, ...messenger, 'message']);
    const types = bodies().slice(7) as { entry: { changes: { value: { messages: { type: string }[] } }[] }[] }[];
    const whatsApp = ['edit', 'reaction', 'reaction', 'revoke'];
    expect(types.map(({ entry }) => entry[0]?.changes[0]?.value.messages[0]?.type)).toEqual(whatsApp);
  });

  it('tells what a company writes past the API, and that it was read', async () => {
    for (const [accountId, to] of [
      ['100', '1'],
      ['200', '55'],
      ['300', '491701234567'],
    ] as const) {
      await meta.writeInOwnInbox({ accountId, to, text: 'from the phone' });
    }
    expect(meta.sent()).toEqual([]);
    expect(bodies()).toMatchObject([
      { object: 'page', entry: [{ messaging: [{ message: { is_echo: true, text: 'from the phone' } }] }] },
      { entry: [{ messaging: [{ delivery: {} }] }] },
      { entry: [{ messaging: [{ read: {} }] }] },
      { object: 'instagram', entry: [{ messaging: [{ message: { is_echo: true } }] }] },
      { entry: [{ messaging: [{ read: {} }] }] },
      { entry: [{ changes: [{ field: 'smb_message_echoes', value: { message_echoes: [{ type: 'text' }] } }] }] },
      ...['sent', 'delivered', 'read'].map((status) => ({
        entry: [{ changes: [{ field: 'messages', value: { statuses: [{ status }] } }] }],
      })),
    ]);
  });

  it('calls back for what was sent, and knows people who wrote by another way', async () => {
    await call('POST', '/me/messages', text('1'));
    expect(calledBack).toEqual(meta.sent());
    const known = await call('GET', '/9990000000001?fields=name');
    expect(known).toEqual({ status: 200, body: { id: '9990000000001', name: 'Mina Keller' } });
    expect(await call('GET', '/5?fields=name')).toMatchObject(errorOf(100, 33));
  });

  it('gives an account another token', async () => {
    meta.addAccount({ ...page, token: 'another token' });
    expect(await call('GET', '/me?fields=id')).toMatchObject({ status: 401 });
    expect(await call('GET', '/me?fields=id', undefined, 'another token')).toMatchObject({ body: { id: '100' } });
    expect(meta.isSubscribed('100')).toBe(true);
  });

  it('tells only those who have subscribed, of the fields that they have', async () => {
    expect(await call('POST', '/100/subscribed_apps', { subscribed_fields: 'weather' })).toMatchObject(errorOf(100));
    await call('POST', '/100/subscribed_apps', { subscribed_fields: 'messages' });
    await call('POST', '/me/messages', text('1'));
    await meta.receive({ accountId: '100', from: { id: '1' }, text: 'after it' });
    expect(bodies()).toMatchObject([{ entry: [{ messaging: [{ message: { text: 'after it' } }] }] }]);
    await call('DELETE', '/100/subscribed_apps');
    await expect(meta.receive({ accountId: '100', from: { id: '1' }, text: 'x' })).rejects.toThrow('nobody is told');
  });

  it('hands out files: by a secret address, and of WhatsApp by id to those with a token', async () => {
    const file = meta.addFile({ name: 'a b.txt', mimeType: 'text/plain', bytes: Buffer.from('bytes') });
    expect(await (await fetch(file.url)).text()).toBe('bytes');
    const { body } = await call('GET', `/${file.id}`, undefined, phone.token);
    const { url } = body as { url: string };
    expect((await fetch(url)).status).toBe(401);
    const allowed = await fetch(url, { headers: { authorization: `Bearer ${phone.token}` } });
    expect(await allowed.text()).toBe('bytes');
  });

  it('refuses a body above a megabyte', async () => {
    expect(await call('POST', '/me/messages', text('1', 'x'.repeat(1024 * 1024)))).toMatchObject({ status: 413 });
  });
});
