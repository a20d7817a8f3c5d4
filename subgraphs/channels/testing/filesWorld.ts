import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { v7 } from 'uuid';
import { createRedis } from '#platform/cache/redis.ts';
import type { NewEvent } from '#platform/events/catalogue.ts';
import { createPacer } from '#platform/limits/pacer.ts';
import { silentLogger, type Logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createContextStores } from '#platform/postgres/contextStores.ts';
import { provisionContext } from '#platform/postgres/provision.ts';
import { createKeyring } from '#platform/secrets/keyring.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Attachment } from '#schema/events/values.ts';
import { testNats, testPostgres, testRedis } from '#test/stack/index.ts';
import { currentTestRun } from '#test/stack/testRun.ts';
import { createPublicFetch } from '#platform/http/publicFetch.ts';
import { createKeepPicture } from '../profiles/profilePicture.ts';
import type { FileStore } from '#platform/files/fileStore.ts';
import { createFiles } from '../attachments/createFiles.ts';
import { tellingFiles } from '../attachments/tellingFiles.ts';
import { createFileRemover } from '../attachments/fileRemover.ts';
import { createFindAccount } from '../credentials/findAccount.ts';
import { entities } from '../entities/index.ts';
import { migrations } from '../migrations/index.ts';
import type { AccountApi } from '../platforms/account.ts';
import type { Data } from '../platforms/inbound.ts';
import { seedChannels } from '../seed.ts';
import { startFileServer } from './fileServer.ts';
import { newTenant } from './harness.ts';
import { readEvents } from './readEvents.ts';

export type FilesWorld = Awaited<ReturnType<typeof openFilesWorld>>;

export const maxBytes = 100_000;

/**
 * What keeps files and looks people up, on stores of its own, and a platform that has both. The file server is trusted, the
 * account calls are up to the test.
 */
export async function openFilesWorld(
  account: Partial<Pick<AccountApi, 'profile' | 'fileAddress'>> = {},
  options: { readonly filesUrl?: string; readonly logger?: Logger } = {},
) {
  const { logger = silentLogger } = options;
  const [postgres, natsServer, redisServer, server] = await Promise.all([
    testPostgres(),
    testNats(),
    testRedis(),
    startFileServer(),
  ]);
  const urls = await provisionContext({
    adminUrl: postgres.adminUrl,
    context: 'channels',
    appPassword: 'app',
    relayPassword: 'relay',
    migrations,
    logger,
  });
  const metrics = createMetrics({ service: 'channels' });
  const fileMetrics = createMetrics({ service: 'remover' });
  const config = {
    databaseUrl: urls.appUrl,
    relayDatabaseUrl: urls.relayUrl,
    pool: { max: 8, connectTimeoutMs: 30_000, statementTimeoutMs: 30_000, idleTimeoutMs: 10_000 },
    natsUrl: natsServer.url,
  };
  const stores = createContextStores({ context: 'channels', config, entities, catalogue, logger, metrics });
  const { nats, database } = stores;
  const redis = createRedis({ url: redisServer.url, name: 'test', logger });
  const keyring = createKeyring({ activeKeyId: 'k1', keys: { k1: randomBytes(32).toString('base64') } });
  const directory = await mkdtemp(join(currentTestRun().directory, 'files-'));
  const { store, keepFile, profiler, parts } = createFiles({
    config: { url: options.filesUrl ?? pathToFileURL(directory).href, secret: 'of no use here', maxBytes },
    trustedOrigins: [server.url],
    accounts: { TELEGRAM: { ...silentAccount, ...account } },
    nats,
    database,
    redis,
    pacer: createPacer({ redis, logger, metrics }),
    findAccount: createFindAccount(database, keyring),
    logger,
    metrics,
  });
  const fetcher = createPublicFetch({ trustedOrigins: [server.url] });
  const started = [...stores.parts, redis, fetcher, ...parts];
  for (const part of started) await part.start();
  return {
    database,
    store,
    keepFile,
    profiler,
    keepPicture: createKeepPicture({ fetcher, keepFile, database }),
    server,
    redis: redis.client,
    redisServer,
    /** What of a metric's lines is counted, by their labels. */
    async counted(name: string): Promise<string[]> {
      return (await metrics.text()).split('\n').filter((line) => line.startsWith(`${name}{`));
    },
    /** What removes files, as another process has it; the caller starts and stops it. */
    remover: (from: Pick<FileStore, 'delete'> = store) =>
      createFileRemover({ store: from, database, logger, metrics: fileMetrics }),
    async tenant() {
      const tenant = newTenant();
      await seedChannels(database, keyring, [tenant.seed()]);
      return tenant;
    },
    /** Tells what is told of messages when platforms have told of them. */
    async tell(companyId: string, ...events: readonly NewEvent<SwitchboardCatalogue>[]): Promise<void> {
      await database.write(companyId, async ({ publish }) => events.forEach(tellingFiles(publish)));
    },
    events: (companyId: string) => readEvents({ nats, adminUrl: postgres.adminUrl }, companyId),
    async bytesOf(fileKey: string | null | undefined): Promise<Buffer | undefined> {
      const opened = await store.get(fileKey ?? 'nothing');
      return opened && buffer(opened.stream);
    },
    async close() {
      for (const part of started.toReversed()) await part.stop();
      await Promise.all([postgres, natsServer, redisServer, server].map((one) => one.close()));
    },
  };
}

const silentAccount: AccountApi = {
  verify: () => Promise.reject(new Error('not asked')),
  register: () => Promise.reject(new Error('not asked')),
  unregister: () => Promise.reject(new Error('not asked')),
  profile: async () => undefined,
  fileAddress: () => Promise.reject(new Error('not asked')),
};

/** An attachment as an adapter tells it. */
export function attachmentOf(overrides: Partial<Attachment> = {}): Attachment {
  const nothing = { url: null, platformFileId: null, name: null, mimeType: null, size: null, fileKey: null };
  return { id: v7(), kind: 'IMAGE', ...nothing, latitude: null, longitude: null, ...overrides };
}

/** What the channels tell when somebody wrote; every call another message. */
export function messageReceived(
  channelId: string,
  overrides: Partial<Data<'channel.message.received'>> = {},
): NewEvent<SwitchboardCatalogue> & { type: 'channel.message.received' } {
  return {
    type: 'channel.message.received',
    actor: { kind: 'contact' },
    data: {
      channelId,
      threadExternalId: '77',
      platform: 'TELEGRAM',
      externalMessageId: v7(),
      contact: { externalId: '77', name: 'Ada', username: null, languageCode: null, phone: null },
      sentAt: new Date().toISOString(),
      text: null,
      attachments: [],
      replyToExternalId: null,
      ...overrides,
    },
  };
}
