import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { expect, it } from '@jest/globals';

const watcher = `
  import { watchParent } from ${JSON.stringify(new URL('parent.ts', import.meta.url).href)};
  const alive = setInterval(() => {}, 1_000);
  watchParent(() => { console.log('gone'); clearInterval(alive); });
  console.log('watching');`;
const nodeFlags = ['--input-type=module-typescript', '-e'];

/** As npm does it: a process that runs a shell, which runs the script and has more to do after it. */
const throughShell = `
  const { spawn } = require('node:child_process');
  spawn('sh', ['-c', '"$0" "$@"; true', process.execPath, ...${JSON.stringify(nodeFlags)}, process.argv[1]], { stdio: 'inherit' });`;
const directly = `
  require('node:child_process').spawn(process.execPath, [...${JSON.stringify(nodeFlags)}, process.argv[1]], { stdio: 'inherit' });`;

it.each([
  ['directly', directly],
  ['through a shell that stays', throughShell],
])('a process learns that the one which started it %s was killed', async (_how, program) => {
  const parent = spawn(process.execPath, ['-e', program, watcher], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(parent, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface(parent.stdout)) {
    lines.push(line);
    if (line === 'watching') parent.kill('SIGKILL');
  }
  await ended;
  expect(lines).toEqual(['watching', 'gone']);
});
