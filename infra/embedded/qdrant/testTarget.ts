import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createQdrantServer } from './server.ts';

/** A server to run the contract tests against. */
export interface TestTarget {
  readonly url: string;
  close(): Promise<void>;
}

/** The Qdrant at `QDRANT_URL`, or without it an embedded one of its own in a temporary directory. */
export async function startTestTarget(): Promise<TestTarget> {
  const url = process.env['QDRANT_URL'];
  if (url) return { url: url.replace(/\/$/, ''), close: async () => undefined };
  const dataDir = await mkdtemp(join(tmpdir(), 'qdrant-'));
  const server = createQdrantServer({ dataDir, host: '127.0.0.1', port: 0 });
  await server.start();
  return {
    url: server.url(),
    close: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}
