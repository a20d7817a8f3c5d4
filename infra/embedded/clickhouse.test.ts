import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { testClickHouse } from '#test/stack/index.ts';

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
});
