import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgresServer, type TestServer } from '#test/stack/index.ts';
import { newTenant, openHarness, textUpdate, type Harness } from '../testing/harness.ts';

describe('the webhook of Telegram', () => {
  let postgres: TestServer;
  let natsServer: TestServer;
  let harness: Harness;
  const acme = newTenant();
  const globex = newTenant();

  beforeAll(async () => {
    [postgres, natsServer] = await Promise.all([testPostgresServer(), testNats()]);
    const telegramApiUrl = 'http://telegram.invalid';
    harness = await openHarness({ adminUrl: postgres.url, natsUrl: natsServer.url, telegramApiUrl });
    await harness.seed(acme, globex);
  });

  afterAll(async () => {
    await harness.close();
    await Promise.all([postgres.close(), natsServer.close()]);
  });

  const texts = async (companyId: string) =>
    (await harness.events(companyId)).map((event) => event.type === 'channel.message.received' && event.data.text);

  it('answers 200 and tells the message to the company whose channel it is, and to nobody else', async () => {
    const tenant = newTenant();
    await harness.seed(tenant);
    const answer = await harness.webhook(tenant, textUpdate({ text: 'Where is my parcel?' }));
    expect(answer).toMatchObject({ status: 200, body: '' });
    const [event] = await eventually(async () => {
      const events = await harness.events(tenant.company.id);
      expect(events).toHaveLength(1);
      return events;
    });
    expect(event).toMatchObject({
      type: 'channel.message.received',
      companyId: tenant.company.id,
      actor: { kind: 'contact', id: '77' },
      data: { channelId: tenant.channel.id, externalMessageId: '77:1', text: 'Where is my parcel?' },
    });
    expect(await harness.events(globex.company.id)).toEqual([]);
  });

  it('tells a message once, though it comes fifty times at once and again later', async () => {
    const tenant = newTenant();
    await harness.seed(tenant);
    const update = textUpdate({ text: 'only once' });
    const answers = await Promise.all(Array.from({ length: 50 }, () => harness.webhook(tenant, update)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await harness.webhook(tenant, update);
    await harness.webhook(tenant, textUpdate({ messageId: 2, text: 'the last' }));
    await eventually(async () => expect(await texts(tenant.company.id)).toContain('the last'));
    expect(await texts(tenant.company.id)).toEqual(['only once', 'the last']);
  });

  it('tells messages of one number in two chats, and of two companies, apart', async () => {
    const [one, two] = [newTenant(), newTenant()];
    await harness.seed(one, two);
    await harness.webhook(one, textUpdate({ chatId: 1 }));
    await harness.webhook(one, textUpdate({ chatId: 2 }));
    await harness.webhook(two, textUpdate({ chatId: 1 }));
    await eventually(async () => {
      expect(await harness.events(one.company.id)).toHaveLength(2);
      expect(await harness.events(two.company.id)).toHaveLength(1);
    });
  });

  it('keeps a chat’s messages in their order', async () => {
    const tenant = newTenant();
    await harness.seed(tenant);
    for (let messageId = 1; messageId <= 30; messageId++) {
      await harness.webhook(tenant, textUpdate({ messageId, text: String(messageId) }));
    }
    await eventually(async () => expect(await texts(tenant.company.id)).toHaveLength(30));
    expect(await texts(tenant.company.id)).toEqual(Array.from({ length: 30 }, (_, index) => String(index + 1)));
  });

  it.each([
    ['a wrong secret', 'wrong', 401],
    ['an empty secret', '', 401],
    ['no secret', null, 401],
    ['the secret of another channel', globex.channel.webhookSecret, 401],
    ['its own secret', acme.channel.webhookSecret, 200],
  ])('answers to %s', async (_what, secret, status) => {
    expect((await harness.webhook(acme, textUpdate(), secret)).status).toBe(status);
  });

  it('knows a channel by its id in capitals too', async () => {
    const tenant = newTenant();
    await harness.seed(tenant);
    const shouted = { ...tenant, channel: { ...tenant.channel, id: tenant.channel.id.toUpperCase() } };
    expect((await harness.webhook(shouted, textUpdate({ text: 'loud' }))).status).toBe(200);
    await eventually(async () => expect(await texts(tenant.company.id)).toEqual(['loud']));
  });

  it('knows no channel but its own', async () => {
    const stranger = newTenant();
    expect((await harness.webhook(stranger, textUpdate())).status).toBe(404);
    const nonsense = {
      ...stranger,
      channel: { ...stranger.channel, id: `${v7()}' or true --`.replaceAll(' ', '%20') },
    };
    expect((await harness.webhook(nonsense, textUpdate())).status).toBe(404);
  });

  it('asks Postgres once for a channel, known or not, however often it is named', async () => {
    const [known, unknown] = [newTenant(), newTenant()];
    await harness.seed(known);
    let lookups = 0;
    const stop = harness.channels.database.onStatement((text) => {
      if (text.includes('channel_for_webhook')) lookups += 1;
    });
    for (let count = 0; count < 5; count++) {
      await Promise.all([known, known, unknown, unknown].map((tenant) => harness.webhook(tenant, textUpdate())));
    }
    stop();
    expect(lookups).toBe(2);
  });

  it('refuses a body above a megabyte, and takes one just below', async () => {
    const tooLarge = await harness.webhook(acme, textUpdate({ text: 'x'.repeat(1024 * 1024) }));
    expect(tooLarge.status).toBe(413);
    const large = await harness.webhook(acme, ' '.repeat(1024 * 1024 - 10));
    expect(large.status).toBe(200);
  });

  it.each([
    ['that is not JSON', Buffer.from('{"update_id": 1, \xff', 'latin1'), /not JSON/],
    ['that is empty', '', /not JSON/],
    ['that is no update', '[1]', /not an update/],
    ['of a kind that has no rule', { update_id: 5, poll: { id: '7' } }, /kind poll/],
    [
      'of a message that has no rule',
      { update_id: 6, message: { message_id: 1, date: 1, chat: { id: 1, type: 'private' }, hologram: {} } },
      /no rule for a message of .*hologram/,
    ],
  ])('answers 200 to a body %s and parks it as it came', async (_what, body, reason) => {
    const tenant = newTenant();
    await harness.seed(tenant);
    expect((await harness.webhook(tenant, body)).status).toBe(200);
    const letter = await eventually(async () => {
      const letters = await harness.deadLetters();
      const found = letters.find(({ subject }) => subject === `ingest.telegram.${tenant.channel.id}`);
      expect(found).toBeDefined();
      return found;
    });
    expect(letter?.reason).toMatch(reason);
    const kept = Buffer.isBuffer(body) ? body.toString() : typeof body === 'string' ? body : JSON.stringify(body);
    expect(letter?.body).toBe(kept);
  });

  it('answers 503 while NATS is away, and loses nothing of what it answered 200', async () => {
    const tenant = newTenant();
    await harness.seed(tenant);
    expect((await harness.webhook(tenant, textUpdate({ messageId: 1, text: 'before' }))).status).toBe(200);
    await natsServer.kill9();
    const refused = await eventually(async () => {
      const answer = await harness.webhook(tenant, textUpdate({ messageId: 2, text: 'meanwhile' }));
      expect(answer.status).toBe(503);
      return answer;
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    await natsServer.restart();
    await eventually(async () => {
      const answer = await harness.webhook(tenant, textUpdate({ messageId: 2, text: 'meanwhile' }));
      expect(answer.status).toBe(200);
    });
    await eventually(async () => expect(await texts(tenant.company.id)).toEqual(['before', 'meanwhile']));
  });

  it('goes on for channels it knows while Postgres is away, and tells their messages once it is back', async () => {
    const [known, unknown] = [newTenant(), newTenant()];
    await harness.seed(known, unknown);
    expect((await harness.webhook(known, textUpdate({ messageId: 1, text: 'before' }))).status).toBe(200);
    await eventually(async () => expect(await texts(known.company.id)).toEqual(['before']));
    await postgres.kill9();
    expect((await harness.webhook(known, textUpdate({ messageId: 2, text: 'meanwhile' }))).status).toBe(200);
    expect((await harness.webhook(known, textUpdate({ messageId: 2, text: 'meanwhile' }), 'wrong')).status).toBe(401);
    expect((await harness.webhook(unknown, textUpdate())).status).toBe(503);
    await postgres.restart();
    await eventually(async () => expect(await texts(known.company.id)).toEqual(['before', 'meanwhile']));
    expect((await harness.webhook(unknown, textUpdate())).status).toBe(200);
  });
});
