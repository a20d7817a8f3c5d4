/** Does something at once when it is asked to, and again for what is asked meanwhile, but never more often than once in a period. */
export interface Throttle {
  ask(): void;
  stop(): void;
}

/** @param work must not reject. What is asked while it runs is done after it. */
export function createThrottle(periodMs: number, work: () => Promise<void>): Throttle {
  let asked = false;
  let running = false;
  let stopped = false;
  let notBefore = 0;
  let timer: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    timer = undefined;
    asked = false;
    running = true;
    notBefore = performance.now() + periodMs;
    await work();
    running = false;
    if (asked) plan();
  }

  function plan(): void {
    if (running || stopped || timer) return;
    timer = setTimeout(() => void run(), Math.max(0, notBefore - performance.now()));
  }

  return {
    ask() {
      asked = true;
      plan();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
