import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '#test/stack/eventually.ts';
import { createWebhookInbox, type WebhookInbox } from '#test/standins/webhookInbox.ts';
import { createAnswers } from './demo/answers.ts';
import { demoPersonId } from './demo/people.ts';
import { demoBot, demoChannels, demoMetaToken } from './demoChannels.ts';
import { demoCompanies } from './roster.ts';
import { createDemoGraph, createDemoTelegram, demoMeta, registerBots } from './standins.ts';
import { startStandins } from './startStandins.ts';

const secret = 'of this data directory';
const publicUrl = 'https://switchboard.example';
const customer = demoPersonId(7);
const stranger = '4917012345';

describe('the stand-ins of npm start', () => {
  let inbox: WebhookInbox;
  const undo: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    inbox = createWebhookInbox();
    await inbox.start();
    undo.push(() => inbox.stop());
  });

  afterEach(async () => {
    for (const step of undo.splice(0).toReversed()) await step();
  });

  const [acme] = demoCompanies;
  const routerUrl = () => new URL(inbox.url()).origin;
  const bodies = () => inbox.received().map(({ body }) => body);

  /** Customers who answer everything at once: with a reaction, then with a text. */
  function answering() {
    const numbers = [0, 0, 0.1, 0, 0, 0.9];
    const answers = createAnswers({ waitMs: [0, 0], random: () => numbers.shift() ?? 0.5 });
    undo.push(() => answers.stop());
    return answers;
  }

  async function post(url: string, body: object, token?: string): Promise<unknown> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
    return response.json();
  }

  it('let the demo’s customers, and nobody else, answer what a bot sends', async () => {
    if (!acme) throw new Error('the demo has no company');
    const telegram = createDemoTelegram(answering());
    await telegram.start();
    undo.push(() => telegram.stop());
    await registerBots(telegram.url(), secret, routerUrl());
    const { accessToken, webhookSecret } = demoBot(secret, acme);
    const send = (chat_id: string) => post(`${telegram.url()}/bot${accessToken}/sendMessage`, { chat_id, text: 'Hi' });
    await send(stranger);
    await send(customer);
    await eventually(() => expect(inbox.received()).toHaveLength(1));
    const from = { id: Number(customer) };
    expect(bodies()).toMatchObject([{ message_reaction: { user: from, message_id: telegram.sent()[1]?.messageId } }]);
    await eventually(async () => {
      await send(customer);
      expect(bodies()[1]).toMatchObject({ message: { from, text: expect.any(String) } });
    });
    expect(inbox.received()[0]?.headers['x-telegram-bot-api-secret-token']).toBe(webhookSecret);
  });

  it('let them answer what an account at Meta sends, and tell their names', async () => {
    const { channelId = '', phoneNumberId = '' } = acme?.whatsapp ?? {};
    const graph = createDemoGraph(secret, answering());
    await graph.start();
    undo.push(() => graph.stop());
    graph.tell({ url: inbox.url(), receipts: false });
    const token = demoMetaToken(secret, channelId);
    const send = (to: string) =>
      post(
        `${graph.url()}/v24.0/${phoneNumberId}/messages`,
        { messaging_product: 'whatsapp', to, type: 'text', text: { body: 'Hi' } },
        token,
      );
    await send(stranger);
    await send(customer);
    await eventually(() => expect(inbox.received()).toHaveLength(1));
    const told = (message: object) => ({ entry: [{ changes: [{ value: { messages: [message] } }] }] });
    const reaction = { message_id: graph.sent()[1]?.id };
    expect(bodies()).toMatchObject([told({ from: customer, type: 'reaction', reaction })]);
    await eventually(async () => {
      await send(customer);
      expect(bodies()[1]).toMatchObject(told({ from: customer, type: 'text' }));
    });
    const person = await fetch(`${graph.url()}/v24.0/${customer}?fields=name`, {
      headers: { authorization: `Bearer ${demoMetaToken(secret, acme?.messenger?.channelId ?? '')}` },
    });
    expect(await person.json()).toMatchObject({ name: expect.stringMatching(/\S \S/) });
  });

  it('take the tokens that were seeded at an earlier start, of every account', async () => {
    for (let start = 1; start <= 2; start++) {
      const graph = createDemoGraph(secret);
      await graph.start();
      for (const company of demoCompanies) {
        for (const { platform, externalId, accessToken } of demoChannels(company, { secret, publicUrl })) {
          if (platform === 'TELEGRAM' || platform === 'WEB_CHAT') continue;
          const response = await fetch(`${graph.url()}/v24.0/${externalId}`, {
            headers: { authorization: `Bearer ${accessToken ?? ''}` },
          });
          expect([platform, response.status]).toEqual([platform, 200]);
          expect(graph.isSubscribed(externalId)).toBe(true);
        }
      }
      await graph.stop();
    }
  });

  it('have pictures to send, where they are fetched from', async () => {
    const standins = await startStandins({ secret, telegramApiUrl: undefined, meta: undefined });
    undo.push(() => standins.stop());
    const { pictures, meta, telegramApiUrl, sent } = standins;
    expect(pictures.telegram.length).toBe(pictures.meta.length);
    for (const { url, mimeType } of pictures.meta) {
      expect(new URL(url).origin).toBe(meta.graphUrl);
      expect((await fetch(url)).headers.get('content-type')).toBe(mimeType);
    }
    expect(sent.map(({ address }) => address)).toEqual([`${telegramApiUrl}/sent`, `${meta.graphUrl}/sent`]);
    for (const { address } of sent) expect(await (await fetch(address)).json()).toEqual({ sent: [] });
  });

  it('stay away where a platform is given', async () => {
    const meta = { ...demoMeta(secret, 'https://graph.facebook.com'), appId: '1' };
    const standins = await startStandins({ secret, telegramApiUrl: 'https://api.telegram.org', meta });
    undo.push(() => standins.stop());
    await standins.tell(routerUrl());
    expect(standins).toMatchObject({
      telegramApiUrl: 'https://api.telegram.org',
      meta,
      sent: [],
      pictures: { telegram: [], meta: [] },
    });
  });
});
