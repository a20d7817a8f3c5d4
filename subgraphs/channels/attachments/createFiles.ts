import type { RedisPart } from '#platform/cache/redis.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { createFileStore } from '#platform/files/createFileStore.ts';
import type { FileStore } from '#platform/files/fileStore.ts';
import { createPublicFetch } from '#platform/http/publicFetch.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Pacer } from '#platform/limits/pacer.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ChannelsConfig } from '../config.ts';
import type { FindAccount } from '../credentials/findAccount.ts';
import { createLookupMemory } from '../profiles/lookupMemory.ts';
import { createKeepPicture } from '../profiles/profilePicture.ts';
import { createProfiler, type Profiler } from '../profiles/profiler.ts';
import { createAttachmentKeeper } from './attachmentKeeper.ts';
import { createFetchAttachment, type AccountApis } from './fetchAttachment.ts';
import { createKeepFile, type KeepFile } from './keepFile.ts';

export interface Files {
  readonly store: FileStore;
  readonly keepFile: KeepFile;
  readonly profiler: Profiler;
  /** To be started after the stores, in this order. */
  readonly parts: readonly Part[];
}

/**
 * Copies of what the platforms hold: files of messages, and people's names and pictures.
 *
 * @param options.trustedOrigins Of the platforms' own interfaces, as the operator configured them.
 */
export function createFiles(options: {
  readonly config: ChannelsConfig['files'];
  readonly trustedOrigins: readonly string[];
  readonly accounts: AccountApis;
  readonly nats: NatsPart;
  readonly database: Database<SwitchboardCatalogue>;
  readonly redis: RedisPart;
  readonly pacer: Pacer;
  readonly findAccount: FindAccount;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Files {
  const { config, trustedOrigins, accounts, nats, database, redis, pacer, findAccount, logger, metrics } = options;
  const { maxBytes } = config;
  const store = createFileStore(config.url);
  const fetcher = createPublicFetch({ trustedOrigins });
  const keepFile = createKeepFile({ store, database, maxBytes });
  const fetchAttachment = createFetchAttachment({ fetcher, accounts, findAccount, maxBytes });
  const attachments = createAttachmentKeeper({ nats, database, fetchAttachment, keepFile, logger, metrics });
  const profiler = createProfiler({
    database,
    accounts,
    findAccount,
    memory: createLookupMemory(redis),
    pacer,
    keepPicture: createKeepPicture({ fetcher, keepFile }),
    logger,
    metrics,
  });
  return { store, keepFile, profiler, parts: [store, fetcher, attachments, profiler] };
}
