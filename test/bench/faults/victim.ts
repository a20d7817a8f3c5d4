import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Something that can be killed, and started again as it was. */
export interface Victim {
  readonly name: string;
  start(): Promise<void>;
  kill9(): Promise<void>;
  stop(): Promise<void>;
}

/** @param args Asked at each start. */
export function processOf(name: string, file: string, args: () => readonly string[]): Victim {
  let child: ChildProcess | undefined;

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, 'exit');
    ending.kill(signal);
    await gone;
  }

  return {
    name,
    async start() {
      const started = fork(fileURLToPath(new URL(file, import.meta.url)), [...args()]);
      child = started;
      await Promise.race([
        once(started, 'message'),
        once(started, 'exit').then(() => {
          // It may be killed while it starts; otherwise it had a reason of its own.
          if (child === started) throw new Error(`${name} ended by itself`);
        }),
      ]);
    },
    kill9: () => end('SIGKILL'),
    stop: () => end('SIGKILL'),
  };
}
