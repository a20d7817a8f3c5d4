import { parentPort, workerData } from 'node:worker_threads';
import { TextError } from './errors.ts';
import { extract, type Extracted, type FileToRead } from './extract.ts';

/** What the thread says before it ends. */
export type WorkerAnswer =
  | { readonly extracted: Extracted }
  | { readonly refusal: { readonly code: string; readonly message: string } };

async function answer(): Promise<WorkerAnswer> {
  try {
    return { extracted: await extract(workerData as FileToRead) };
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    return { refusal: { code: error.code, message: error.message } };
  }
}

parentPort?.postMessage(await answer());
