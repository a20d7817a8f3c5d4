import { request } from 'undici';
import { v7 } from 'uuid';
import type { Identity, Role } from '#platform/identity/identity.ts';
import { IDENTITY_HEADER, createIdentitySigner } from '#platform/identity/signedIdentity.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { provisionContext } from '#platform/postgres/provision.ts';
import type { EmbeddingsConfig } from '../config.ts';
import { createKnowledge } from '../createKnowledge.ts';
import { migrations } from '../migrations/index.ts';

const identitySecret = 'a secret that only the tests know, 32+';
const sign = createIdentitySigner(identitySecret);

export interface Answer {
  readonly status: number;
  readonly data: Record<string, unknown>;
  readonly errors: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

export function agentOf(companyId: string, role: Role = 'ADMIN'): Identity {
  return { kind: 'agent', companyId, agentId: v7(), role, scopes: [] };
}

/** The whole service on stores of the caller's, asked as the router asks it. */
export async function startKnowledge(stores: {
  readonly adminUrl: string;
  readonly natsUrl: string;
  readonly qdrantUrl: string;
  readonly embeddings?: EmbeddingsConfig;
}) {
  const passwords = { appPassword: 'app', relayPassword: 'relay' };
  const { appUrl, relayUrl } = await provisionContext({
    adminUrl: stores.adminUrl,
    context: 'knowledge',
    ...passwords,
    migrations,
    logger,
  });
  const knowledge = createKnowledge(
    {
      host: '127.0.0.1',
      port: 0,
      identitySecret,
      databaseUrl: appUrl,
      relayDatabaseUrl: relayUrl,
      pool: { max: 5, connectTimeoutMs: 2_000, statementTimeoutMs: 5_000, idleTimeoutMs: 10_000 },
      natsUrl: stores.natsUrl,
      qdrant: { url: stores.qdrantUrl },
      embeddings: stores.embeddings,
    },
    { logger, metrics: createMetrics({ service: 'knowledge' }) },
  );
  await knowledge.start();

  async function post(headers: Record<string, string>, query: string, variables: object): Promise<Answer> {
    const response = await request(`${knowledge.url()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.body.json()) as Partial<Answer>;
    return { status: response.statusCode, data: data ?? {}, errors: errors ?? [] };
  }

  return {
    knowledge,
    ask: async (identity: Identity, query: string, variables: object = {}) =>
      post({ [IDENTITY_HEADER]: await sign(identity) }, query, variables),
    askUnsigned: (query: string) => post({}, query, {}),
  };
}
