import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EmbeddedStackError } from './errors.ts';

/** What a running `npm start` tells the operators' commands of the same machine. */
const runningStack = z.object({
  pid: z.int().positive(),
  publicUrl: z.url(),
  channelsDatabaseUrl: z.string(),
  conversationsDatabaseUrl: z.string(),
  knowledgeDatabaseUrl: z.string(),
  qdrantUrl: z.string(),
  natsUrl: z.string(),
  tokenSecret: z.string(),
  /** Signs what Meta's webhooks bring. */
  metaAppSecret: z.string(),
  /** Pictures that customers of the demo send, where the platforms keep files; none where no stand-in takes their place. */
  pictures: z.object({
    /** By file id. */
    telegram: z.array(z.string()),
    meta: z.array(z.object({ id: z.string(), url: z.url(), mimeType: z.string(), sha256: z.string() })),
  }),
  credentials: z.object({ activeKeyId: z.string(), keys: z.record(z.string(), z.string()) }),
});
export type RunningStack = z.output<typeof runningStack>;

function fileIn(dataDir: string): string {
  return join(dataDir, 'run', 'stack.json');
}

/** Leaves word for the commands; readable by this user only, since it holds credentials. Returns how to take it back. */
export async function announceStack(dataDir: string, stack: RunningStack): Promise<() => Promise<void>> {
  const file = fileIn(dataDir);
  const draft = `${file}.${String(process.pid)}`;
  await writeFile(draft, JSON.stringify(stack), { mode: 0o600 });
  await rename(draft, file);
  return () => rm(file, { force: true });
}

/**
 * The stack that runs on this data directory.
 * @throws {EmbeddedStackError} `NOT_RUNNING` when none does, a killed one included
 */
export async function findRunningStack(dataDir: string): Promise<RunningStack> {
  let stack: RunningStack;
  try {
    stack = runningStack.parse(JSON.parse(await readFile(fileIn(dataDir), 'utf8')));
    process.kill(stack.pid, 0);
  } catch (error) {
    // EPERM means that the process is there and somebody else's.
    if (error instanceof Error && 'code' in error && error.code === 'EPERM') throw error;
    throw EmbeddedStackError.notRunning(dataDir, error);
  }
  return stack;
}
