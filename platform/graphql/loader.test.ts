import { describe, expect, test } from '@jest/globals';
import { createLoader } from './loader.ts';

describe('a loader', () => {
  test('asks once for all keys of a tick, whatever their order, and gives null for what is missing', async () => {
    const batches: (readonly string[])[] = [];
    const loader = createLoader(async (keys: readonly string[]) => {
      batches.push(keys);
      return new Map([
        ['b', 2],
        ['a', 1],
      ]);
    });

    await expect(Promise.all(['a', 'b', 'a', 'c'].map((key) => loader.load(key)))).resolves.toEqual([1, 2, 1, null]);
    expect(batches).toEqual([['a', 'b', 'c']]);
  });

  test('knows keys of several values by their text', async () => {
    const loader = createLoader(
      async (keys: readonly { conversation: string; agent: string }[]) =>
        new Map(keys.map((key) => [`${key.conversation}/${key.agent}`, key.agent.length])),
      ({ conversation, agent }) => `${conversation}/${agent}`,
    );

    await expect(
      Promise.all([
        loader.load({ conversation: 'c', agent: 'anna' }),
        loader.load({ conversation: 'c', agent: 'bo' }),
        loader.load({ conversation: 'c', agent: 'anna' }),
      ]),
    ).resolves.toEqual([4, 2, 4]);
  });

  test('splits what is too much for one statement', async () => {
    const sizes: number[] = [];
    const loader = createLoader(async (keys: readonly number[]) => {
      sizes.push(keys.length);
      return new Map(keys.map((key) => [String(key), key]));
    });
    await loader.loadMany(Array.from({ length: 1_200 }, (_, index) => index));

    expect(sizes).toEqual([500, 500, 200]);
  });

  test('fails every load of a batch that fails', async () => {
    const loader = createLoader(() => Promise.reject(new Error('the store is away')));
    const loads = await Promise.allSettled([loader.load('a'), loader.load('b')]);

    expect(loads.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
