import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createTokenSigner } from '#platform/files/signedToken.ts';
import { createIdentitySigner, IDENTITY_HEADER } from '#platform/identity/signedIdentity.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { provisionContext } from '#platform/postgres/provision.ts';
import { upload, UPLOAD_PURPOSE } from '#schema/uploads.ts';
import type { ConversationsConfig } from '../config.ts';
import { testRedis } from '#test/stack/index.ts';
import { currentTestRun } from '#test/stack/testRun.ts';
import { createConversations, type Conversations } from '../createConversations.ts';
import { migrations } from '../migrations/index.ts';
import { DAY_MS, pool } from './inbox.ts';

const identitySecret = 'only for tests, and long enough for that';

export interface Answer<Data> {
  readonly data: Data;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

/** The whole service on real stores, asked as the router asks it; without a Redis given, on one of its own. */
export async function startService(
  stores: { readonly postgresUrl: string; readonly natsUrl: string; readonly redisUrl?: string },
  options: Partial<ConversationsConfig> = {},
) {
  const ownRedis = stores.redisUrl === undefined ? await testRedis() : undefined;
  const { appUrl, relayUrl } = await provisionContext({
    adminUrl: stores.postgresUrl,
    context: 'conversations',
    appPassword: 'app',
    relayPassword: 'relay',
    migrations,
    logger,
  });
  const config: ConversationsConfig = {
    host: '127.0.0.1',
    port: 0,
    databaseUrl: appUrl,
    relayDatabaseUrl: relayUrl,
    pool,
    natsUrl: stores.natsUrl,
    identitySecret,
    reopenWithinMs: 3 * DAY_MS,
    snoozePollMs: 60_000,
    redisUrl: stores.redisUrl ?? ownRedis?.url ?? '',
    deviceLifetimeMs: 60_000,
    assignmentSweepMs: 60_000,
    privacyPollMs: 60_000,
    retentionPollMs: 60_000,
    files: {
      url: pathToFileURL(join(currentTestRun().directory, 'files')).href,
      secret: 'signs addresses of files in tests only',
      publicUrl: 'https://inbox.example.com',
    },
    ...options,
  };
  const metrics = createMetrics({ service: 'conversations' });
  const created = createConversations(config, { logger, metrics });
  const service: Conversations = {
    ...created,
    async stop() {
      await created.stop();
      await ownRedis?.close();
    },
  };
  await service.start();
  const sign = createIdentitySigner(identitySecret);

  return {
    service,
    database: service.database,
    /** What the channels sign when an agent has uploaded something. */
    uploads: createTokenSigner({ secret: config.files.secret, purpose: UPLOAD_PURPOSE, model: upload }),
    metrics,
    async ask<Data>(identity: Identity, query: string, variables: object = {}): Promise<Answer<Data>> {
      const response = await fetch(`${service.url()}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [IDENTITY_HEADER]: await sign(identity) },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as Answer<Data>;
    },
    /** A route beside the graph; without an identity, as anybody. */
    async post(identity: Identity | null, path: string, body: object): Promise<{ status: number; body: unknown }> {
      const response = await fetch(`${service.url()}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(identity && { [IDENTITY_HEADER]: await sign(identity) }) },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
    },
    /** The statements that `work` needs, without transaction control. */
    async statements(work: () => Promise<unknown>): Promise<string[]> {
      const seen: string[] = [];
      const stop = service.database.onStatement((text) => seen.push(text));
      try {
        await work();
      } finally {
        stop();
      }
      return withoutPasses(seen).filter((text) => !/^(begin|commit)\b/i.test(text) || /set_config/.test(text));
    },
  };
}

/** Queues are looked at on the side, some time after what calls for it: a session without a viewer, and one statement. */
function withoutPasses(statements: readonly string[]): string[] {
  const isPass = (text: string) => /select p\.id from conversations\.assignment_policies p/.test(text);
  let sessions = statements.filter(isPass).length;
  return statements.filter((text) => {
    if (isPass(text)) return false;
    if (sessions === 0 || !/^begin .* read only; .* select$/s.test(text)) return true;
    sessions -= 1;
    return false;
  });
}
