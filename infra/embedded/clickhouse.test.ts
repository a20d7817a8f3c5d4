import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { testClickHouse } from '#test/stack/index.ts';
import { currentTestRun } from '#test/stack/testRun.ts';

describe('the embedded ClickHouse', () => {
  let engine: { client: ClickHouseClient; close(): Promise<void> };

  beforeAll(async () => {
    engine = await testClickHouse();
  });
  afterAll(() => engine.close());

  const ask = async (query: string) => (await engine.client.query({ query, format: 'JSONEachRow' })).json();

  test('gives out nothing of an answer that failed half way with the next ones', async () => {
    const failing = `SELECT number, throwIf(number = 200000) FROM numbers(300000) SETTINGS max_block_size = 1000, max_threads = 1`;
    for (let time = 0; time < 5; time += 1) {
      await expect(ask(failing)).rejects.toThrow(/throwIf/);
      expect(await ask(`SELECT 'clean' AS answer`)).toEqual([{ answer: 'clean' }]);
    }
  });

  test('answers some statements while another takes its time', async () => {
    const ended: string[] = [];
    const long = ask(
      `SELECT sum(cityHash64(number, number)) FROM numbers(10000000000) SETTINGS max_execution_time = 1, max_threads = 1`,
    ).catch(() => ended.push('long'));
    await ask('SELECT 1').then(() => ended.push('short'));
    await long;
    expect(ended).toEqual(['short', 'long']);
  });

  test('answers more at once than it has connections', async () => {
    const asked = Array.from({ length: 100 }, (_, n) => ask(`SELECT ${String(n)} AS n`));
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 100 }, (_, n) => [{ n }]));
  });

  test('takes nothing from standard input, and waits for nothing there', async () => {
    const program = `
      import { createClickHouse } from '${new URL('./clickhouse.ts', import.meta.url).href}';
      const clickhouse = createClickHouse(process.argv[1]);
      await clickhouse.start();
      const client = clickhouse.client();
      await client.command({ query: 'CREATE TABLE rows (n UInt32) ENGINE = MergeTree ORDER BY n' });
      const insert = (n) => client.insert({ table: 'rows', values: [{ n }], format: 'JSONEachRow' });
      for (let n = 0; n < 600; n += 12) await Promise.all(Array.from({ length: 12 }, (_, i) => insert(n + i)));
      const result = await client.query({ query: 'SELECT count(), max(n) FROM rows', format: 'CSV' });
      process.stdout.write(await result.text());
      await clickhouse.stop();`;
    const directory = await mkdtemp(join(currentTestRun().databases, 'input-'));
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program, directory], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    // Stays open behind it.
    child.stdin.write('{"n":1000000}\n');
    const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    expect(output).toBe('600,599\n');
  });
});
