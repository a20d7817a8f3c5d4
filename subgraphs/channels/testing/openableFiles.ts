import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createFileStore } from '#platform/files/createFileStore.ts';
import { createPublicFetch } from '#platform/http/publicFetch.ts';
import { currentTestRun } from '#test/stack/testRun.ts';
import { createOpenFile } from '../attachments/openFile.ts';
import { startFileServer } from './fileServer.ts';

/** Files in a store and at the addresses of a server, and what opens them. */
export async function openableFiles() {
  const directory = await mkdtemp(join(currentTestRun().directory, 'files-'));
  const server = await startFileServer();
  const store = createFileStore(pathToFileURL(directory).href);
  const fetcher = createPublicFetch({ trustedOrigins: [server.url] });
  for (const part of [store, fetcher]) await part.start();
  return {
    openFile: createOpenFile({ store, fetcher }),
    server,
    /** Gives the file's key. */
    async keep(bytes: Uint8Array): Promise<string> {
      const key = `company/${randomUUID()}`;
      await store.put(key, bytes, { contentType: 'application/octet-stream' });
      return key;
    },
    async close() {
      for (const part of [fetcher, store]) await part.stop();
      await server.close();
      await rm(directory, { recursive: true });
    },
  };
}
