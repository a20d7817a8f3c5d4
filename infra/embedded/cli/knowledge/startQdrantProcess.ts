import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Payloads of a few hundred thousand passages, which are strings and objects; vectors are outside of it. */
const HEAP_MB = 8_192;

/** An embedded Qdrant in a process of its own, so that it works while this one embeds; with its data in a temporary directory. */
export async function startQdrantProcess(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-qdrant-'));
  const child = fork(fileURLToPath(new URL('./qdrantProcess.ts', import.meta.url)), [dataDir], {
    execArgv: [`--max-old-space-size=${HEAP_MB}`],
  });
  const exited = once(child, 'exit');
  const [url] = (await Promise.race([once(child, 'message'), exited])) as [unknown];
  if (typeof url !== 'string') throw new Error('The embedded Qdrant did not start: see what it said above.');
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await exited;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
