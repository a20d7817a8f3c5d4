import { randomBytes } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import { request } from 'undici';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import { IDENTITY_HEADER, createIdentitySigner } from '#platform/identity/signedIdentity.ts';
import { silentLogger, type Logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createAnalytics } from '../createAnalytics.ts';
import { intercepted, type Statement } from './intercepted.ts';
import { openNats } from './sinkHarness.ts';

/** An agent of a company. */
export function agentOf(companyId: string): Identity {
  return { kind: 'agent', companyId, agentId: v7(), role: 'SUPERVISOR', scopes: [] };
}

/** The same client, which writes down what is asked of it. */
export function listening(client: ClickHouseClient, asked: Statement[]): ClickHouseClient {
  return intercepted(client, async ({ method, statement, run }) => {
    if (method === 'query') asked.push(statement);
    return run();
  });
}

/** The whole service on real stores. @param stores.hasClickHouseUsers As of a server; the embedded engine has none. */
export async function openService(stores: {
  readonly clickhouse: ClickHouseClient;
  readonly natsUrl: string;
  readonly redisUrl: string;
  readonly hasClickHouseUsers?: boolean;
  readonly logger?: Logger;
}) {
  const identitySecret = randomBytes(32).toString('hex');
  const { clickhouse, natsUrl, redisUrl, hasClickHouseUsers = false, logger = silentLogger } = stores;
  const sign = createIdentitySigner(identitySecret);
  const analytics = createAnalytics(
    { host: '127.0.0.1', port: 0, natsUrl, redisUrl, identitySecret },
    { clickhouse, hasClickHouseUsers, logger, metrics: createMetrics({ service: 'analytics' }) },
  );
  await analytics.start();
  const nats = await openNats(natsUrl);

  return {
    analytics,
    nats,
    /** The headers of a request in somebody's name. */
    signed: async (identity: Identity) => ({ [IDENTITY_HEADER]: await sign(identity) }),
    async query<T>(identity: Identity | undefined, query: string, variables: object = {}) {
      const headers = {
        'content-type': 'application/json',
        ...(identity && { [IDENTITY_HEADER]: await sign(identity) }),
      };
      const body = JSON.stringify({ query, variables });
      const response = await request(`${analytics.url()}/graphql`, { method: 'POST', headers, body });
      return (await response.body.json()) as {
        readonly data?: T | null;
        readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
      };
    },
    async readiness() {
      const response = await request(`${analytics.url()}/health/ready`);
      return { status: response.statusCode, body: await response.body.json() };
    },
    async close() {
      await analytics.stop();
      await nats.stop();
    },
  };
}
