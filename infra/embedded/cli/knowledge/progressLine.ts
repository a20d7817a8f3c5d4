const EVERY_MS = 500;
/** Where nobody watches, a line now and then says that it goes on. */
const LOG_EVERY_MS = 10_000;

/** Says on standard error how far something is: in place in a terminal, else a line now and then. */
export function createProgressLine() {
  const isTerminal = process.stderr.isTTY;
  let shownAt = -Infinity;
  return {
    show(what: string, done: number, all?: number): void {
      const now = performance.now();
      if (now - shownAt < (isTerminal ? EVERY_MS : LOG_EVERY_MS) && done !== all) return;
      shownAt = now;
      const text = `${what} ${done}${all === undefined ? '' : ` of ${all}`}`;
      process.stderr.write(isTerminal ? `\r\u001b[K${text}` : `${text}\n`);
    },
    clear(): void {
      if (isTerminal) process.stderr.write('\r\u001b[K');
    },
  };
}
