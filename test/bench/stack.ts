import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findRunningStack, type RunningStack } from '#infra/embedded/runningStack.ts';
import { freePort } from '#infra/embedded/ports.ts';

export interface BenchStack extends RunningStack {
  stop(): Promise<void>;
}

/** What `npm start` runs, with nothing in it, in a process of its own: the benchmark is a client like any other. */
export async function startStack(): Promise<BenchStack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-bench-'));
  const start = fileURLToPath(new URL('../../infra/embedded/start.ts', import.meta.url));
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    DATA_DIR: dataDir,
    PORT: String(await freePort()),
  };
  const child = spawn(process.execPath, [start], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');

  async function stop(): Promise<void> {
    child.kill('SIGTERM');
    await exited;
    await rm(dataDir, { recursive: true, force: true });
  }

  try {
    for await (const chunk of child.stdout) if (String(chunk).includes('Switchboard is ready')) break;
    child.stdout.resume();
    return { ...(await findRunningStack(dataDir)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
