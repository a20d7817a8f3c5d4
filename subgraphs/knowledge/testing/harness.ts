import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { request } from 'undici';
import { v7 } from 'uuid';
import { createFileStore } from '#platform/files/createFileStore.ts';
import { createTokenSigner } from '#platform/files/signedToken.ts';
import type { Identity, Role } from '#platform/identity/identity.ts';
import { IDENTITY_HEADER, createIdentitySigner } from '#platform/identity/signedIdentity.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { provisionContext } from '#platform/postgres/provision.ts';
import { upload, UPLOAD_PURPOSE } from '#schema/uploads.ts';
import { currentTestRun } from '#test/stack/testRun.ts';
import type { EmbeddingsConfig } from '../config.ts';
import { createKnowledge } from '../createKnowledge.ts';
import { migrations } from '../migrations/index.ts';

const identitySecret = 'a secret that only the tests know, 32+';
const filesSecret = 'another one that only the tests know, 32+';
const sign = createIdentitySigner(identitySecret);
const uploads = createTokenSigner({ secret: filesSecret, purpose: UPLOAD_PURPOSE, model: upload });

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
  readonly redisUrl: string;
  readonly qdrantUrl: string;
  readonly trustedSites?: readonly string[];
  readonly embeddings?: EmbeddingsConfig;
}) {
  const directory = await mkdtemp(join(currentTestRun().directory, 'uploads-'));
  const filesUrl = pathToFileURL(directory).href;
  const passwords = { appPassword: 'app', relayPassword: 'relay' };
  const { appUrl, relayUrl } = await provisionContext({
    adminUrl: stores.adminUrl,
    context: 'knowledge',
    ...passwords,
    migrations,
    logger,
  });
  const metrics = createMetrics({ service: 'knowledge' });
  const knowledge = createKnowledge(
    {
      host: '127.0.0.1',
      port: 0,
      identitySecret,
      databaseUrl: appUrl,
      relayDatabaseUrl: relayUrl,
      pool: { max: 5, connectTimeoutMs: 30_000, statementTimeoutMs: 30_000, idleTimeoutMs: 10_000 },
      natsUrl: stores.natsUrl,
      redisUrl: stores.redisUrl,
      files: { url: filesUrl, secret: filesSecret },
      trustedSites: stores.trustedSites,
      qdrant: { url: stores.qdrantUrl },
      embeddings: stores.embeddings,
    },
    { logger, metrics },
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

  const store = createFileStore(filesUrl);
  await store.start();

  /** Keeps a file as channels does. @returns the id of the upload */
  async function uploadFile(
    { companyId }: Identity,
    bytes: Uint8Array,
    file: { readonly name: string; readonly mimeType: string },
  ): Promise<string> {
    const id = v7();
    const fileKey = `uploads/${id}`;
    await store.put(fileKey, bytes, { contentType: file.mimeType });
    const kept = { companyId, id, fileKey, kind: 'FILE', size: bytes.length, ...file } as const;
    return uploads.sign(kept, new Date(Date.now() + 60_000));
  }

  return {
    knowledge,
    metrics,
    store,
    uploadFile,
    ask: async (identity: Identity, query: string, variables: object = {}) =>
      post({ [IDENTITY_HEADER]: await sign(identity) }, query, variables),
    askUnsigned: (query: string) => post({}, query, {}),
  };
}
