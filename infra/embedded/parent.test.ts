import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { expect, it } from '@jest/globals';

it('a process learns that the one which started it was killed', async () => {
  const child = `
    import { watchParent } from ${JSON.stringify(new URL('parent.ts', import.meta.url).href)};
    const alive = setInterval(() => {}, 1_000);
    watchParent(() => { console.log('gone'); clearInterval(alive); });
    console.log('watching');`;
  // The shell stays, as npm does, since it has a further command to run.
  const parent = spawn('sh', ['-c', '"$0" --input-type=module-typescript -e "$1"; true', process.execPath, child], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  for await (const line of createInterface(parent.stdout)) {
    lines.push(line);
    if (line === 'watching') parent.kill('SIGKILL');
  }
  if (parent.signalCode === null) await once(parent, 'exit');
  expect(lines).toEqual(['watching', 'gone']);
});
