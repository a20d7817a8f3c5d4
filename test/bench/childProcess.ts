import { fork } from 'node:child_process';
import { once } from 'node:events';

const STOP_LIMIT_MS = 20_000;

/** A process of a benchmark that says when it is ready and answers questions. */
export interface BenchProcess<Ready> {
  readonly ready: Ready;
  /** What it answers to the one question that it knows. */
  ask<Answer>(): Promise<Answer>;
  stop(): Promise<void>;
}

/** @param start sent to it as its first message. */
export async function startProcess<Ready extends object>(
  file: string,
  { args = [], start }: { readonly args?: readonly string[]; readonly start?: object } = {},
): Promise<BenchProcess<Ready>> {
  const child = fork(file, args);
  const exited = once(child, 'exit');
  if (start) child.send(start);
  const [ready] = (await Promise.race([once(child, 'message'), exited])) as [Ready | number];
  if (typeof ready !== 'object') throw new Error(`${file} ended before it was ready`);
  return {
    ready,
    async ask<Answer>() {
      child.send('?');
      const [answer] = (await once(child, 'message')) as [Answer];
      return answer;
    },
    async stop() {
      child.kill('SIGTERM');
      const giveUp = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      await exited;
      clearTimeout(giveUp);
    },
  };
}
