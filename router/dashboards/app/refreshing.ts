/** However much happens: what is asked is kept ready for that long anyway. */
const SOONEST_MS = 2_000;
/** By then what has happened is counted, also where the inbox knew it first. */
const COUNTED_MS = 6_000;
/** Ranges that end now move on, whatever happens. */
const LATEST_MS = 60_000;

/**
 * Decides when the page asks again: soon after news, again when they are counted for sure, and now and then. Never for a page that nobody
 * sees; it asks as soon as somebody does.
 */
export function createRefreshing(refresh: () => Promise<void>) {
  let last = performance.now();
  let soon: ReturnType<typeof setTimeout> | undefined;
  let counted: ReturnType<typeof setTimeout> | undefined;
  let isWanted = false;

  function run(): void {
    isWanted = document.hidden;
    if (isWanted) return;
    last = performance.now();
    void refresh();
  }
  function seen(): void {
    if (!document.hidden && isWanted) run();
  }
  document.addEventListener('visibilitychange', seen);
  const moving = setInterval(run, LATEST_MS);

  return {
    news(): void {
      soon ??= setTimeout(
        () => {
          soon = undefined;
          run();
        },
        Math.max(0, last + SOONEST_MS - performance.now()),
      );
      clearTimeout(counted);
      counted = setTimeout(run, COUNTED_MS);
    },
    stop(): void {
      clearTimeout(soon);
      clearTimeout(counted);
      clearInterval(moving);
      document.removeEventListener('visibilitychange', seen);
    },
  };
}
