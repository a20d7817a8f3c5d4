import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, constants, mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isNativeError } from 'node:util/types';
import { FileStoreError } from './errors.ts';
import { assertFileKey } from './fileKey.ts';
import type { FileStore } from './fileStore.ts';

/** Files in a directory of this machine, which is made when it is not there. */
export function createDirectoryStore(directory: string): FileStore {
  const unavailable = (cause: unknown) => FileStoreError.unavailable(directory, cause);

  function pathOf(key: string): string {
    assertFileKey(key);
    return join(directory, key);
  }

  /** Written beside and renamed: nobody reads half a file, and a crash leaves none. A key has no dot, so this is no key. */
  async function place(key: string, fill: (draft: string) => Promise<void>): Promise<void> {
    const path = pathOf(key);
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await fill(draft);
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw unavailable(error);
    }
  }

  return {
    name: 'files',
    put: (key, bytes) => place(key, (draft) => write(draft, bytes)),
    putFile: (key, path) => place(key, (draft) => copy(path, draft)),
    async get(key, range) {
      const path = pathOf(key);
      let file: FileHandle | undefined;
      try {
        file = await open(path);
        const { size } = await file.stat();
        return { stream: file.createReadStream(range), size: range ? range.end - range.start + 1 : size };
      } catch (error) {
        await file?.close();
        if (isMissing(error)) return undefined;
        throw unavailable(error);
      }
    },
    async delete(key) {
      const path = pathOf(key);
      try {
        await rm(path, { force: true });
      } catch (error) {
        throw unavailable(error);
      }
    },
    async start() {
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await access(directory, constants.W_OK);
      } catch (error) {
        throw unavailable(error);
      }
    },
    stop: async () => undefined,
  };
}

/** On the disk when it resolves: a message that says that it has the file outlives a power cut. */
async function write(path: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(bytes);
  await file.sync();
}

async function copy(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createWriteStream(to, { flags: 'wx', mode: 0o600, flush: true }));
}

function isMissing(error: unknown): boolean {
  return isNativeError(error) && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
