import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process that answers each thing it is asked with one message, in order. */
export interface Child {
  ask<T>(question: object): Promise<T>;
  stop(): Promise<void>;
}

/** @param file by its way from here; it uses {@link answer}. */
export function startChild(file: string, args: readonly string[] = []): Child {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [...args], { execArgv: ['--expose-gc'] });
  const exited = once(child, 'exit');
  return {
    async ask<T>(question: object) {
      const answered = once(child, 'message');
      child.send(question);
      const [answer] = (await Promise.race([answered, exited])) as [T];
      if (child.exitCode !== null) throw new Error(`${file} ended with ${String(child.exitCode)}`);
      return answer;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** The child's side: what it does for each kind of question, until its parent lets go of it. */
export function answer<Q extends { readonly kind: string }>(work: (question: Q) => Promise<object>): void {
  process.on('message', (question) => {
    void work(question as Q).then(
      (result) => process.send?.(result),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
        process.exit(1);
      },
    );
  });
  process.on('disconnect', () => process.exit(0));
}
