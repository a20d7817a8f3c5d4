import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { RedisPart } from './redis.ts';

/** Memory is bounded by the number of entries, so none of them may be large; larger ones are loaded each time, and counted. */
const MAX_VALUE_BYTES = 256 * 1024;
/** Entries that were made together shall not all end together. */
const TTL_JITTER = 0.1;
/** Deletions owed to Redis while it is away; beyond it the oldest are left to their time to live. */
const MAX_OWED = 10_000;

export interface Cache {
  /**
   * The value under the key: from memory, else from Redis, else from `load`, which runs once however many ask at a time, and whose
   * failure is everybody's and is not kept. Values must survive JSON and are shared: do not change them. `schema` reads what another
   * version of this program may have written; what does not fit is loaded anew.
   */
  get<T>(key: string, schema: z.ZodType<T>, load: () => Promise<T>): Promise<T>;
  /** Makes the key stale here at once, in Redis and in other processes as soon as Redis is told, which is made up for if it is away. */
  delete(key: string): Promise<void>;
}

export interface CacheOptions {
  readonly redis: RedisPart;
  readonly metrics: Metrics;
  /** Keeps the keys of several caches apart; equal in all processes that share one. */
  readonly namespace: string;
  readonly memory: { readonly maxEntries: number };
  /** How long a value is kept at most; up to a tenth less, by chance. */
  readonly ttlMs: number;
  readonly logger: Logger;
}

interface Entry {
  readonly value: unknown;
  readonly expiresAt: number;
}
const entrySchema = z.object({ value: z.unknown(), expiresAt: z.number() });

/** A read under way. A deletion meanwhile makes its result one to hand out but not to keep. */
interface Flight {
  stale: boolean;
}

/**
 * A cache in memory before one in Redis. Redis is a help, not a need: while it is away, memory and `load` answer.
 * Create it before `redis` is started.
 */
export function createCache(options: CacheOptions): Cache {
  const { redis, metrics, namespace, ttlMs, logger } = options;
  const channel = `switchboard:${namespace}:deleted`;
  /** Before each message, all of one length: what this process published itself it need not hear. */
  const self = randomUUID();
  const memory = new LRUCache<string, Entry>({ max: options.memory.maxEntries });
  const flights = new Map<string, { readonly flight: Flight; readonly result: Promise<unknown> }>();
  const owed = new Set<string>();

  const reads = metrics.counter('switchboard_cache_reads_total', 'Values read, by where they were', [
    'namespace',
    'from',
  ]);
  const failures = metrics.counter('switchboard_cache_failures_total', 'What the cache could not do', [
    'namespace',
    'operation',
  ]);
  const redisKey = (key: string) => `switchboard:${namespace}:${key}`;

  function failed(operation: 'read' | 'parse' | 'write' | 'too_large' | 'delete', key: string, error?: unknown): void {
    failures.inc({ namespace, operation });
    logger.debug({ err: error, namespace, key, operation }, 'the cache did not help');
  }

  function forget(key: string): void {
    memory.delete(key);
    const underWay = flights.get(key);
    if (!underWay) return;
    underWay.flight.stale = true;
    // Who asks from now on starts a load of their own, which sees what the deletion was about.
    flights.delete(key);
  }

  redis.subscribe({
    channel,
    onMessage(text) {
      if (!text.startsWith(self)) forget(text.slice(self.length));
    },
    onListening() {
      // Deletions may have passed unheard, also of what is being loaded.
      for (const key of flights.keys()) forget(key);
      memory.clear();
    },
  });
  redis.client.on('ready', () => {
    for (const key of owed) void deleteFromRedis(key);
  });

  async function readRedis<T>(key: string, schema: z.ZodType<T>): Promise<{ value: T; expiresAt: number } | undefined> {
    // What is owed a deletion there is known to be stale.
    if (owed.has(key)) return undefined;
    let text: string | null;
    try {
      text = await redis.client.get(redisKey(key));
    } catch (error) {
      failed('read', key, error);
      return undefined;
    }
    if (text === null) return undefined;
    try {
      const { value, expiresAt } = entrySchema.parse(JSON.parse(text));
      return { value: schema.parse(value), expiresAt };
    } catch (error) {
      failed('parse', key, error);
      return undefined;
    }
  }

  /** Never rejects: nobody waits for it. */
  async function writeRedis(key: string, text: string, leftMs: number, flight: Flight): Promise<void> {
    try {
      await redis.client.set(redisKey(key), text, 'PX', leftMs);
      if (flight.stale) await redis.client.del(redisKey(key));
    } catch (error) {
      failed('write', key, error);
    }
  }

  async function deleteFromRedis(key: string): Promise<void> {
    owed.add(key);
    try {
      const results = await redis.client
        .multi()
        .del(redisKey(key))
        .publish(channel, self + key)
        .exec();
      const error = results?.find(([problem]) => problem)?.[0];
      if (error) throw error;
      owed.delete(key);
    } catch (error) {
      failed('delete', key, error);
      const [oldest] = owed;
      if (owed.size > MAX_OWED && oldest !== undefined) owed.delete(oldest);
    }
  }

  function keep(key: string, value: unknown, flight: Flight): void {
    const leftMs = Math.ceil(ttlMs * (1 - Math.random() * TTL_JITTER));
    const entry = { value, expiresAt: Date.now() + leftMs };
    const text = JSON.stringify(entry);
    if (Buffer.byteLength(text) > MAX_VALUE_BYTES) return failed('too_large', key);
    memory.set(key, entry, { ttl: leftMs });
    void writeRedis(key, text, leftMs, flight);
  }

  async function fetch<T>(key: string, schema: z.ZodType<T>, load: () => Promise<T>, flight: Flight): Promise<T> {
    const found = await readRedis(key, schema);
    const leftMs = found ? found.expiresAt - Date.now() : 0;
    if (found && leftMs > 0) {
      reads.inc({ namespace, from: 'redis' });
      if (!flight.stale) memory.set(key, found, { ttl: leftMs });
      return found.value;
    }
    const value = await load();
    reads.inc({ namespace, from: 'load' });
    if (!flight.stale) keep(key, value, flight);
    return value;
  }

  return {
    async get<T>(key: string, schema: z.ZodType<T>, load: () => Promise<T>): Promise<T> {
      const entry = memory.get(key);
      if (entry) {
        reads.inc({ namespace, from: 'memory' });
        return entry.value as T;
      }
      const underWay = flights.get(key);
      if (underWay) return (await underWay.result) as T;

      const flight: Flight = { stale: false };
      const result = fetch(key, schema, load, flight);
      flights.set(key, { flight, result });
      try {
        return await result;
      } finally {
        if (!flight.stale) flights.delete(key);
      }
    },

    async delete(key) {
      forget(key);
      await deleteFromRedis(key);
    },
  };
}
