import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { request } from 'undici';
import { v7 } from 'uuid';
import { createEventBus } from '#platform/events/bus.ts';
import { createEvent, type NewEvent } from '#platform/events/catalogue.ts';
import { listDeadLetters } from '#platform/events/deadLetters.ts';
import { connectNats } from '#platform/events/nats.ts';
import { bearerDefaults } from '#platform/identity/bearerTokens.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { IDENTITY_HEADER, createIdentitySigner } from '#platform/identity/signedIdentity.ts';
import { silentLogger, type Logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { provisionContext } from '#platform/postgres/provision.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { testRedis } from '#test/stack/index.ts';
import { currentTestRun } from '#test/stack/testRun.ts';
import type { ChannelsConfig, MetaConfig } from '../config.ts';
import { createChannels } from '../createChannels.ts';
import { migrations } from '../migrations/index.ts';
import { seedChannels, type SeedCompany } from '../seed.ts';
import { channelSettings } from '../settings.ts';
import { readEvents, type Event } from './readEvents.ts';

let lastBot = 1_000;

/** An app at Meta as tests set it up. */
export const testMeta = {
  appId: '900100200300',
  appSecrets: ['app secret', 'former app secret'],
  instagramAppSecrets: ['instagram app secret'],
  verifyToken: 'typed into the dashboard',
  graphUrl: 'http://graph.invalid',
  instagramUrl: 'http://instagram.invalid',
  version: 'v24.0',
};

/** A company with one bot, as the seed makes them. */
export function newTenant(slug = `company-${v7()}`) {
  const botId = String(++lastBot);
  const channel = {
    id: v7(),
    platform: 'TELEGRAM',
    externalId: botId,
    name: `${slug} support`,
    accessToken: `${botId}:${randomBytes(18).toString('base64url')}`,
    webhookSecret: randomBytes(16).toString('hex'),
    settings: channelSettings.parse({}),
  } as const;
  return {
    company: { id: v7(), slug, name: slug, timeZone: 'Europe/Berlin' },
    channel,
    botId,
    seed(): SeedCompany {
      return { ...this.company, channels: [channel] };
    },
  };
}
export type Tenant = ReturnType<typeof newTenant>;

/** An update of Telegram with one text message. */
export function textUpdate(overrides: { chatId?: number; messageId?: number; text?: string } = {}) {
  const { chatId = 77, messageId = 1, text = 'Hello' } = overrides;
  const from = { id: chatId, is_bot: false, first_name: 'Ada', language_code: 'en' };
  const chat = { id: chatId, type: 'private', first_name: 'Ada' };
  return { update_id: messageId, message: { message_id: messageId, date: 1_760_000_000, chat, from, text } };
}

/** The whole service on real stores, and what a test needs to talk to it from all of its sides. */
export async function openHarness(
  stores: {
    readonly adminUrl: string;
    readonly natsUrl: string;
    readonly telegramApiUrl: string;
    readonly meta?: MetaConfig;
    readonly logger?: Logger;
  },
  overrides: Partial<ChannelsConfig> = {},
) {
  const { logger = silentLogger } = stores;
  const identitySecret = randomBytes(32).toString('hex');
  const urls = await provisionContext({
    adminUrl: stores.adminUrl,
    context: 'channels',
    appPassword: 'app',
    relayPassword: 'relay',
    migrations,
    logger,
  });
  const redis = await testRedis();
  const visitorTokens = { secret: randomBytes(32).toString('hex'), ...bearerDefaults };
  const config: ChannelsConfig = {
    host: '127.0.0.1',
    port: 0,
    publicUrl: 'https://inbox.example.com',
    databaseUrl: urls.appUrl,
    relayDatabaseUrl: urls.relayUrl,
    pool: { max: 8, connectTimeoutMs: 30_000, statementTimeoutMs: 30_000, idleTimeoutMs: 10_000 },
    natsUrl: stores.natsUrl,
    identitySecret,
    credentials: { activeKeyId: 'k1', keys: { k1: randomBytes(32).toString('base64') } },
    telegramApiUrl: stores.telegramApiUrl,
    meta: stores.meta ?? testMeta,
    visitorTokens,
    redisUrl: redis.url,
    files: {
      url: pathToFileURL(await mkdtemp(join(currentTestRun().directory, 'files-'))).href,
      secret: randomBytes(32).toString('hex'),
      maxBytes: 25 * 1024 ** 2,
    },
    ...overrides,
  };
  const open = (pool: Partial<ChannelsConfig['pool']> = {}, others: Partial<ChannelsConfig> = {}) =>
    createChannels(
      { ...config, ...others, pool: { ...config.pool, ...pool } },
      { logger, metrics: createMetrics({ service: 'channels' }) },
    );
  const metrics = createMetrics({ service: 'test' });
  const nats = connectNats({ url: stores.natsUrl, name: 'test', logger, metrics });
  const bus = createEventBus({ nats, metrics });
  const sign = createIdentitySigner(identitySecret);
  const channels = open();
  await nats.start();
  await channels.start();

  const told = (companyId: string) => readEvents({ nats, adminUrl: stores.adminUrl }, companyId);

  return {
    config,
    channels,
    nats,
    /** What visitors' tokens are signed with. */
    visitorTokens,
    /** The same service once more, as another process would run it; the caller starts and stops it. */
    open,
    seed: (...tenants: readonly Tenant[]) =>
      seedChannels(
        channels.database,
        channels.keyring,
        tenants.map((tenant) => tenant.seed()),
      ),
    async webhook(
      tenant: Tenant,
      body: string | Buffer | object,
      secret: string | null = tenant.channel.webhookSecret,
    ) {
      const response = await request(`${channels.url()}/webhooks/telegram/${tenant.channel.id}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(secret !== null && { 'x-telegram-bot-api-secret-token': secret }),
        },
        body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      });
      return { status: response.statusCode, headers: response.headers, body: await response.body.text() };
    },
    /** @param url Of the service. */
    async query(identity: Identity, query: string, variables: object = {}, url = channels.url()) {
      const response = await request(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [IDENTITY_HEADER]: await sign(identity) },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.body.json()) as { data?: Record<string, unknown>; errors?: { message: string }[] };
    },
    /** What was told of a company's messages, oldest first. */
    events: async (companyId: string): Promise<Event[]> =>
      (await told(companyId)).filter(
        ({ type }) => type !== 'channel.connection.changed' && type !== 'channel.company.changed',
      ),
    /** What was told of the company itself, oldest first. */
    companyChanges: async (companyId: string): Promise<Event[]> =>
      (await told(companyId)).filter(({ type }) => type === 'channel.company.changed'),
    /** What was told of its channels, oldest first. */
    connections: async (companyId: string) =>
      (await told(companyId)).filter((event) => event.type === 'channel.connection.changed'),
    deadLetters: (limit?: number) => listDeadLetters(nats, { ...(limit !== undefined && { limit }) }),
    /** Says what another context would say. */
    async publish(companyId: string, event: NewEvent<SwitchboardCatalogue>): Promise<Event> {
      const created = createEvent(catalogue, companyId, event);
      await bus.publish([created]);
      return created;
    },
    async close() {
      await channels.stop();
      await nats.stop();
      await redis.close();
    },
  };
}
export type Harness = Awaited<ReturnType<typeof openHarness>>;
