import { resolve } from 'node:path';
import { findRunningStack, type RunningStack } from '../runningStack.ts';

/**
 * Runs an operator's command against the stack of this machine: its result goes to standard output, its failure as one
 * sentence to standard error, with exit code 1.
 */
export async function runCommand(command: (stack: RunningStack) => Promise<string>): Promise<void> {
  try {
    const stack = await findRunningStack(resolve(process.env['DATA_DIR'] ?? '.data'));
    process.stdout.write(`${await command(stack)}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
