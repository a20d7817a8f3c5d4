import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createFileStore } from '#platform/files/createFileStore.ts';
import type { FileStore } from '#platform/files/fileStore.ts';
import { currentTestRun } from '#test/stack/testRun.ts';

/** A place for files of the suite's own. */
export async function openFiles(): Promise<FileStore> {
  const store = createFileStore(pathToFileURL(await mkdtemp(join(currentTestRun().directory, 'files-'))).href);
  await store.start();
  return store;
}
