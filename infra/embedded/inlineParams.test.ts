import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import fc from 'fast-check';
import { testClickHouse } from '#test/stack/index.ts';
import { inlineParams } from './inlineParams.ts';

let engine: { client: ClickHouseClient; close(): Promise<void> };
beforeAll(async () => {
  engine = await testClickHouse();
});
afterAll(() => engine?.close());

const rowsOf = async (query: string, query_params: Record<string, unknown>): Promise<unknown[]> => {
  const result = await engine.client.query({ query, query_params, format: 'JSONEachRow' });
  return result.json();
};

describe('values in the text of a statement', () => {
  test('are what was given, whatever characters are in them', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.string({
        unit: fc.constantFrom(`'`, '\\', '"', '`', '{', '}', ':', ',', '[', ']', '\n', '\t', 'x', '--', '/*', '*/'),
      }),
    );
    await fc.assert(
      fc.asyncProperty(text, fc.array(text, { maxLength: 4 }), async (one, several) => {
        const rows = await rowsOf('SELECT {one:String} AS one, {several:Array(String)} AS several', { one, several });
        expect(rows).toEqual([{ one, several }]);
      }),
      { numRuns: 200 },
    );
  });

  test('have the type that their place says', async () => {
    const id = '0190a6f0-1c1e-7cc1-8a53-3f5c0d1f2a3b';
    const sql = `SELECT {id:UUID} AS id, {ids:Array(UUID)} AS ids, toString({big:UInt64}) AS big, toString({few:Array(UInt64)}) AS few,
      {at:DateTime64(3, 'UTC')} AS at, toTypeName(at) AS type, {below:Int64} AS below, {part:Float64} AS part`;
    const at = '2026-03-01 09:30:00.125';
    const params = { id, ids: [id], big: 18446744073709551615n, few: ['7', 8, 9n], at, below: -3, part: 0.25 };
    expect(await rowsOf(sql, params)).toEqual([
      {
        id,
        ids: [id],
        big: '18446744073709551615',
        few: '[7,8,9]',
        at,
        type: `DateTime64(3, 'UTC')`,
        below: -3,
        part: 0.25,
      },
    ]);
  });

  test('go to no place in a literal, a name or a comment', () => {
    const query = `SELECT '{a:String}', 'it\\'s {a:String}', \`{a:String}\` /* {a:String} */ -- {a:String}
      , {a:String}`;
    const inlined = inlineParams(query, { a: `{a:String}` });
    expect(inlined).toBe(query.replace(/\{a:String\}$/, `CAST('{a:String}', 'String')`));
  });

  test('stay the engine’s to read where they are of a kind that it alone knows, and are missed where none is given', async () => {
    expect(inlineParams('SELECT * FROM {table:Identifier}', { table: 'system.one' })).toBeUndefined();
    expect(inlineParams('SELECT {a:Nullable(String)}', { a: null })).toBeUndefined();
    expect(await rowsOf('SELECT dummy FROM system.{table:Identifier}', { table: 'one' })).toEqual([{ dummy: 0 }]);
    await expect(rowsOf('SELECT {one:String}, {other:String}', { one: 'here' })).rejects.toThrow(/other/);
  });

  test('let statements run side by side', async () => {
    const ends: string[] = [];
    const ask = async (name: string, seconds: number): Promise<void> => {
      await rowsOf('SELECT {name:String}, sleep({seconds:UInt8})', { name, seconds });
      ends.push(name);
    };
    await Promise.all([ask('slow', 3), ask('quick', 0)]);
    expect(ends).toEqual(['quick', 'slow']);
  });
});
