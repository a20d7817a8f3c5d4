import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { TextError } from './errors.ts';
import { extract, type Extracted, type FileToRead } from './extract.ts';
import type { WorkerAnswer } from './extractWorker.ts';

/** Beyond it somebody has made the file so. */
const TIME_LIMIT_MS = 60_000;
const MEMORY_LIMIT_MB = 512;

/**
 * Reads a file in a thread of its own: one that is broken, or made to be endless, costs its minute and nobody else's.
 * Text is read at once.
 *
 * @throws TextError
 */
export async function readFile(file: FileToRead, limits: { readonly timeMs?: number } = {}): Promise<Extracted> {
  if (file.format !== 'PDF' && file.format !== 'DOCX') return extract(file);
  const { timeMs = TIME_LIMIT_MS } = limits;
  const worker = new Worker(new URL('./extractWorker.ts', import.meta.url), {
    workerData: file,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MB },
    // What a parser has to say about a file is in the answer.
    stdout: true,
    stderr: true,
  });
  const [timeout, ended] = [AbortSignal.timeout(timeMs), new AbortController()];
  const signal = AbortSignal.any([timeout, ended.signal]);
  try {
    const [answer] = (await Promise.race([
      once(worker, 'message', { signal }),
      once(worker, 'exit', { signal }).then(() => Promise.reject(TextError.tooMuchWork())),
    ])) as [WorkerAnswer];
    if ('refusal' in answer) throw TextError.from(answer.refusal);
    return answer.extracted;
  } catch (error) {
    if (error instanceof TextError) throw error;
    if (timeout.aborted || isOutOfMemory(error)) throw TextError.tooMuchWork();
    throw TextError.unreadable(file.format, error instanceof Error ? error.message : String(error), error);
  } finally {
    ended.abort();
    await worker.terminate();
  }
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
