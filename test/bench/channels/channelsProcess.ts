import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pause } from '#platform/lifecycle/backoff.ts';

const main = fileURLToPath(new URL('../../../subgraphs/channels/main.ts', import.meta.url));

export type ChannelsProcess = ReturnType<typeof createChannelsProcess>;

/** The channels service in a process of its own, as production runs it. */
export function createChannelsProcess(url: string, env: Readonly<Record<string, string>>) {
  let child: ChildProcess | undefined;

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null) return;
    const exited = once(ending, 'exit');
    ending.kill(signal);
    await exited;
  }

  return {
    url,
    async start(): Promise<void> {
      child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'ignore', 'inherit'] });
      for (let tries = 0; tries < 600; tries++) {
        const ready = await fetch(`${url}/health/ready`).catch(() => undefined);
        if (ready?.ok) return;
        await pause(50);
      }
      throw new Error('the channels service did not become ready within 30 seconds');
    },
    stop: () => end('SIGTERM'),
    /** As when the machine's memory runs out: nothing of it is tidied up. */
    kill: () => end('SIGKILL'),
  };
}
