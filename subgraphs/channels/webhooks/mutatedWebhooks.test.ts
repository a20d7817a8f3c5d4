import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Agent, request } from 'undici';
import { v7 } from 'uuid';
import { INGEST } from '#platform/events/streams.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import { seedChannels } from '../seed.ts';
import { channelSettings } from '../settings.ts';
import { openHarness, testMeta, type Harness } from '../testing/harness.ts';
import { mutated } from '../testing/mutations.ts';
import { readFixtures } from '../testing/platformFixtures.ts';

const WEBHOOKS = 10_000;
const CONCURRENCY = 32;
const telegramSecret = 'telegram-secret';

/** The accounts that the fixtures are of. */
const accounts = [
  { platform: 'MESSENGER', externalId: '104921837264518' },
  { platform: 'INSTAGRAM', externalId: '17841405822304914' },
  { platform: 'TELEGRAM', externalId: '4242' },
  { platform: 'WHATSAPP', externalId: '106540352242922' },
] as const;
const [messenger, instagram, , whatsapp] = accounts;

interface Webhook {
  readonly to: 'telegram' | 'meta';
  readonly body: Buffer;
}

const eventsOf = (platform: string) => readFixtures(platform).map(({ event }) => event);

/** As the platforms wrap their events; what is in the wrapping is changed as well. */
const metaBodies = [
  ...eventsOf('messenger').map((event) => ({
    object: 'page',
    entry: [{ id: messenger.externalId, time: 1, messaging: [event] }],
  })),
  ...eventsOf('instagram').map((event) => ({
    object: 'instagram',
    entry: [{ id: instagram.externalId, time: 1, messaging: [event] }],
  })),
  ...eventsOf('whatsapp').map((event) => ({
    object: 'whatsapp_business_account',
    entry: [{ id: whatsapp.externalId, changes: [event] }],
  })),
];

/** Some bytes of a body replaced: what comes over a bad line, or from somebody who tries. */
const damaged = (bodies: fc.Arbitrary<unknown>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(bodies, fc.option(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), { freq: 15 }))
    .map(([value, damages]) => {
      const body = Buffer.from(JSON.stringify(value) ?? '');
      for (const [at, byte] of damages ?? []) if (body.length > 0) body[at % body.length] = byte;
      return body;
    });

const webhook: fc.Arbitrary<Webhook> = fc.oneof(
  damaged(mutated(eventsOf('telegram'))).map((body) => ({ to: 'telegram' as const, body })),
  { weight: 2, arbitrary: damaged(mutated(metaBodies)).map((body) => ({ to: 'meta' as const, body })) },
);

describe('ten thousand webhooks with something wrong in them', () => {
  let postgres: TestPostgres;
  let natsServer: TestServer;
  let harness: Harness;
  const agent = new Agent({ connections: CONCURRENCY });
  const companyId = v7();
  const telegramChannel = v7();

  beforeAll(async () => {
    [postgres, natsServer] = await Promise.all([testPostgres(), testNats()]);
    const telegramApiUrl = 'http://telegram.invalid';
    harness = await openHarness({ adminUrl: postgres.adminUrl, natsUrl: natsServer.url, telegramApiUrl });
    await seedChannels(harness.channels.database, harness.channels.keyring, [
      {
        id: companyId,
        slug: 'mutated',
        name: 'Mutated',
        timeZone: 'UTC',
        channels: accounts.map((account) => ({
          ...account,
          id: account.platform === 'TELEGRAM' ? telegramChannel : v7(),
          name: account.platform,
          accessToken: `${account.externalId}:AAEexample-of-a-bot-token_123`,
          webhookSecret: telegramSecret,
          settings: channelSettings.parse({}),
        })),
      },
    ]);
  });

  afterAll(async () => {
    await agent.close();
    await harness.close();
    await Promise.all([postgres.close(), natsServer.close()]);
  });

  /** Comes again, as platforms do, while it could not be kept: a busy NATS may take its time. */
  async function post(webhook: Webhook): Promise<number> {
    for (;;) {
      const status = await postOnce(webhook);
      if (status !== 503) return status;
    }
  }

  async function postOnce({ to, body }: Webhook): Promise<number> {
    const [secret = ''] = testMeta.appSecrets;
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const [path, mark] =
      to === 'meta'
        ? ['meta', { 'x-hub-signature-256': signature }]
        : [`telegram/${telegramChannel}`, { 'x-telegram-bot-api-secret-token': telegramSecret }];
    const response = await request(`${harness.channels.url()}/webhooks/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...mark },
      body,
      dispatcher: agent,
    });
    await response.body.dump();
    return response.statusCode;
  }

  /** How many messages a consumer brought to each end. */
  async function outcomes(): Promise<Map<string, Record<string, number>>> {
    const { body } = await request(`${harness.channels.url()}/metrics`);
    const found = new Map<string, Record<string, number>>();
    for (const [, consumer = '', outcome = '', count] of (await body.text()).matchAll(
      /^switchboard_consumer_messages_total\{consumer="([\w-]+)",outcome="(\w+)".*\} (\d+)$/gm,
    )) {
      found.set(consumer, { ...found.get(consumer), [outcome]: Number(count) });
    }
    return found;
  }

  it('are all answered 200, and each is told, of nobody, or parked: none is gone', async () => {
    const seed = Date.now() % 2 ** 31;
    process.stdout.write(`mutated webhooks: seed ${String(seed)}\n`);
    const webhooks = fc.sample(webhook, { numRuns: WEBHOOKS, seed });
    const statuses = new Map<number, number>();
    const queue = webhooks.values();
    await Promise.all(
      Array.from({ length: CONCURRENCY }, async () => {
        for (const next of queue) {
          const status = await post(next);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
      }),
    );
    expect(Object.fromEntries(statuses)).toEqual({ 200: WEBHOOKS });

    await eventually(async () => {
      const { state } = await harness.nats.manager.streams.info(INGEST.name);
      expect(state.messages).toBe(0);
    });

    const ended = await outcomes();
    const given = new Map<string, number>();
    for await (const { name, delivered } of harness.nats.manager.consumers.list(INGEST.name)) {
      given.set(name, delivered.consumer_seq);
    }
    // What was given out, once or again after a time, came to an end, and no other.
    const ends = [...ended]
      .filter(([name]) => given.has(name))
      .map(([name, { handled = 0, ignored = 0, parked = 0 }]) => [name, handled + ignored + parked]);
    expect(Object.fromEntries(ends)).toEqual(Object.fromEntries([...given].filter(([, count]) => count > 0)));
    const of = (to: Webhook['to']) => webhooks.filter((one) => one.to === to).length;
    expect(given.get('channels-normalise')).toBeGreaterThanOrEqual(of('telegram'));
    expect(given.get('channels-normalise-meta')).toBeGreaterThanOrEqual(of('meta'));
    // Some of everything, or the test would say little.
    const parked = Map.groupBy(await harness.deadLetters(2 * WEBHOOKS), ({ durable }) => durable);
    for (const name of ['channels-normalise', 'channels-normalise-meta']) {
      expect(ended.get(name)).toMatchObject({ handled: expect.any(Number) });
      expect(parked.get(name)?.length).toBeGreaterThan(100);
    }
  });
});
