import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createQdrantServer } from '#infra/embedded/qdrant/server.ts';
import type { TestServer } from './index.ts';
import { currentTestRun } from './testRun.ts';

/** The embedded Qdrant, in this process, of the suite's own. It has no process to kill: `kill9` is its stop. */
export async function testQdrant(): Promise<TestServer> {
  const dataDir = await mkdtemp(join(currentTestRun().directory, 'qdrant-'));
  let server = createQdrantServer({ dataDir, host: '127.0.0.1', port: 0 });
  await server.start();
  const url = server.url();
  return {
    url,
    kill9: async () => server.stop(),
    restart: async () => {
      server = createQdrantServer({ dataDir, host: '127.0.0.1', port: Number(new URL(url).port) });
      await server.start();
    },
    close: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
