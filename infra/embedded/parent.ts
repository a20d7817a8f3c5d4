/**
 * Calls `gone` once when the process that started this one has ended, checked twice a second: npm killed with -9 passes no
 * signal on, and what it ran would stay behind without anybody to stop it.
 * @returns what ends the watch
 */
export function watchParent(gone: () => void): () => void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    gone();
  }, 500);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
