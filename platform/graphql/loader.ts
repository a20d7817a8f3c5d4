import DataLoader from 'dataloader';

/** Keeps one statement's parameters within what a planner still handles well. */
const MAX_BATCH = 500;

/**
 * A loader for one request: many loads of one tick become one `batch`, and every key is loaded once. `batch` answers a map by the
 * key's text; what it leaves out loads as null. `keyOf` makes that text of keys that are more than one value.
 */
export function createLoader<K, V>(
  batch: (keys: readonly K[]) => Promise<ReadonlyMap<string, V>>,
  keyOf: (key: K) => string = String,
): DataLoader<K, V | null, string> {
  return new DataLoader<K, V | null, string>(
    async (keys) => {
      const found = await batch(keys);
      return keys.map((key) => found.get(keyOf(key)) ?? null);
    },
    { cacheKeyFn: keyOf, maxBatchSize: MAX_BATCH },
  );
}
