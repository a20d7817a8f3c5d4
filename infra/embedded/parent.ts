import { readFileSync } from 'node:fs';

/**
 * Calls `gone` once when npm, which started this process, has ended, checked twice a second: npm killed with -9 passes no
 * signal on, and what it ran would stay behind without anybody to stop it.
 * @returns what ends the watch
 */
export function watchParent(gone: () => void): () => void {
  const before = lineage();
  const timer = setInterval(() => {
    if (lineage() === before) return;
    clearInterval(timer);
    gone();
  }, 500);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

/** Who started this process. npm runs its scripts by a shell, which outlives it: then who started the shell, too. */
function lineage(): string {
  const parent = String(process.ppid);
  const isShell = /^(\S*\/)?sh\0-c\0/.test(proc(parent, 'cmdline'));
  // In "pid (name) state ppid ..." the name may hold spaces and brackets itself.
  return isShell ? `${parent} ${/\) \S (\d+) [^)]*$/.exec(proc(parent, 'stat'))?.[1] ?? ''}` : parent;
}

function proc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // It has just ended.
  }
}
