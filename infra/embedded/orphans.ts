import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedStackError } from './errors.ts';

/** How to recognise the processes of one store: by program, and by words in the command line that no other start has. */
export interface Mark {
  readonly program: string;
  readonly words: string;
}

/** Words that are one argument from end to end: a path may also be the end of a longer one. */
export function wholeArgument(text: string): string {
  return `\0${text}\0`;
}

const patience = 5_000;

/**
 * Ends what a killed start left running, so that two servers never share a directory: `signal` first, SIGKILL after 5 seconds.
 * Recognised by command line, never by a remembered process id, which may belong to somebody else by now.
 * @throws {EmbeddedStackError} `ORPHAN_STAYS` when something survives SIGKILL for 5 seconds or belongs to another user
 */
export async function endOrphans(mark: Mark, signal: NodeJS.Signals): Promise<void> {
  for (const each of [signal, 'SIGKILL'] as const) {
    for (const pid of await marked(mark)) send(pid, each);
    const deadline = Date.now() + patience;
    while ((await marked(mark)).length > 0 && Date.now() < deadline) await delay(20);
  }
  const left = await marked(mark);
  if (left.length > 0) throw EmbeddedStackError.orphanStays(mark.program, left);
}

/** Process ids of the running processes that carry the mark. */
export async function marked(mark: Mark): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ((await carries(pid, mark)) ? [pid] : [])));
  return found.flat();
}

async function carries(pid: number, mark: Mark): Promise<boolean> {
  try {
    const line = await readFile(`/proc/${String(pid)}/cmdline`, 'utf8');
    return basename(line.split('\0', 1)[0] ?? '').startsWith(mark.program) && line.includes(mark.words);
  } catch {
    return false; // It ended while we looked.
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself, or is not ours to end: the look that follows tells which.
  }
}
