import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Collection } from './collection.ts';

describe('a collection', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'collection-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  const open = async () => {
    const params = { dense: { d: { size: 2, distance: 'Dot' as const } }, sparse: {} };
    return Collection.open(directory, params, pino({ enabled: false }));
  };
  const points = Array.from({ length: 100 }, (_, id) => ({ id, vectors: { d: [id, 1] }, payload: {} }));

  it('does not grow in memory with points that replace one another', async () => {
    const collection = await open();
    for (let round = 0; round < 60; round++) await collection.upsert(points);
    // 6000 were written; the dead ones go whenever the log is compacted.
    expect(Math.max(...collection.segment.matching(undefined))).toBeLessThan(2200);
    await collection.close();
  });

  it('numbers its operations on when the last one left nothing in the compacted log', async () => {
    const collection = await open();
    for (let round = 0; round < 20; round++) await collection.upsert(points);
    expect(await collection.delete({ ids: [1] })).toBe(21);
    await collection.close();
    const reopened = await open();
    expect(reopened.segment.size).toBe(99);
    expect(await reopened.delete({ ids: [] })).toBe(22);
    await reopened.close();
  });

  it('refuses writes once it is closed, in words for the client', async () => {
    const collection = await open();
    await collection.close();
    await expect(collection.upsert(points)).rejects.toThrow('the data could not be written');
  });
});
