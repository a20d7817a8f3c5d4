import { spawn, type ChildProcess } from 'node:child_process';
import { once as event } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { NatsPart } from '#platform/events/nats.ts';
import { testNats, type TestServer } from '#test/stack/index.ts';
import { fact } from '../testing/facts.ts';
import { once, openNats, publish } from '../testing/sinkHarness.ts';

/** Fifty are in `npm run bench -- faults`. */
const KILLS = 3;
const EVENTS_A_KILL = 600;

let server: TestServer;
let nats: NatsPart;
let directory: string;
let child: ChildProcess;

beforeEach(async () => {
  [server, directory] = await Promise.all([testNats(), mkdtemp(join(tmpdir(), 'switchboard-sink-'))]);
  nats = await openNats(server.url);
});

afterEach(async () => {
  child?.kill('SIGKILL');
  await nats?.stop();
  await server?.close();
  await rm(directory, { recursive: true, force: true });
});

/** Starts the process and gives what it says to have counted until `enough`. */
async function runUntil(companyId: string, enough: (found: Record<string, number>) => boolean) {
  const program = join(import.meta.dirname, '../testing/sinkProcess.ts');
  child = spawn(process.execPath, [program, directory, server.url, companyId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!child.stdout) throw new Error('a child with a pipe has one');
  for await (const line of createInterface({ input: child.stdout })) {
    const found = JSON.parse(line) as Record<string, number>;
    if (enough(found)) return found;
  }
  throw new Error('the process ended by itself');
}

async function kill(): Promise<void> {
  const gone = event(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  // As if its lease had aged out.
  await nats.manager.streams.purge('LEASE_ANALYTICS_SINK');
}

test('counts every event once though its process is killed again and again while it writes', async () => {
  const company = v7();
  let published = 0;
  for (let round = 0; round < KILLS; round++) {
    // Two months, so that a batch is written in several parts of each table.
    const months = [1, 2].map((month) => fact('received', { at: new Date(Date.UTC(2026, month, 1 + round)) }));
    await publish(nats, company, Array.from({ length: EVENTS_A_KILL / 2 }, () => months).flat());
    const before = published;
    published += EVENTS_A_KILL;
    await runUntil(company, ({ events = 0 }) => events > before);
    await setTimeout(Math.random() * 150);
    await kill();
  }
  const found = await runUntil(company, ({ by_day: days = 0 }) => days >= published);
  expect(found).toEqual(once(published));
});
