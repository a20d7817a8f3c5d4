import { Redis, type Command } from 'ioredis';
import { backoff } from '#platform/lifecycle/backoff.ts';
import type { Check, Part } from '#platform/lifecycle/part.ts';
import { withTimeout } from '#platform/lifecycle/withTimeout.ts';
import type { Logger } from '#platform/logging/logger.ts';

const START_LIMIT_MS = 10_000;
/** What Redis does for us takes a millisecond; who waits longer is better off without it. */
const COMMAND_LIMIT_MS = 1_000;
/** A connection that is silent for so long after a command is taken for dead, so that the next commands fail at once. */
const SILENCE_LIMIT_MS = 2_000;

/** Somebody who listens to a channel of Redis' publish and subscribe. */
export interface Subscription {
  readonly channel: string;
  readonly onMessage: (text: string) => void;
  /** Listening begins, or begins again after a gap in which messages were lost. */
  readonly onListening: () => void;
}

export interface RedisPart extends Part {
  /** Commands fail at once while Redis is away, and after a second when it hangs; nothing queues up. */
  readonly client: Redis;
  readonly check: Check;
  /** Listens for as long as the part runs, on a connection of its own. */
  subscribe(subscription: Subscription): void;
}

export class RedisError extends Error {
  override readonly name = 'RedisError';
  readonly code = 'REDIS_UNREACHABLE';

  static unreachable(url: string, cause: unknown): RedisError {
    const { host } = new URL(url);
    return new RedisError(
      `Redis at ${host} did not answer within ${START_LIMIT_MS / 1_000} s: start it, or set REDIS_URL to one that runs.`,
      { cause },
    );
  }

  static away(cause: unknown): RedisError {
    return new RedisError('not connected', { cause });
  }
}

/** Ends a command that is not answered in time, but none that was while this process was too busy to read it. */
class PatientRedis extends Redis {
  override sendCommand(command: Command, stream?: Parameters<Redis['sendCommand']>[1]): unknown {
    const giveUp = (): void => command.reject(new Error('Command timed out'));
    // Timers come before what was received meanwhile, and immediates after it.
    const timer = setTimeout(() => setImmediate(giveUp), COMMAND_LIMIT_MS);
    const isOver = (): void => clearTimeout(timer);
    command.promise.then(isOver, isOver);
    return super.sendCommand(command, stream);
  }
}

/**
 * Connects to Redis and stays connected: after a loss it tries again for ever. `start` throws a {@link RedisError} when there is
 * none after 10 seconds, so that a wrong address is a clear error.
 *
 * @param options.name shown in Redis' `CLIENT LIST`
 */
export function createRedis(options: {
  readonly url: string;
  readonly name: string;
  readonly logger: Logger;
}): RedisPart {
  const { url, name, logger } = options;
  const settings = {
    lazyConnect: true,
    enableOfflineQueue: false,
    // A command that was under way when the connection broke fails; whether to repeat it is its sender's to know.
    maxRetriesPerRequest: 0,
    socketTimeout: SILENCE_LIMIT_MS,
    connectTimeout: SILENCE_LIMIT_MS,
    retryStrategy: (attempt: number) => backoff(attempt, { baseMs: 50, capMs: 2_000 }),
  };
  const client = new PatientRedis(url, { ...settings, connectionName: name });
  const subscriber = new PatientRedis(url, {
    ...settings,
    connectionName: `${name}-subscriber`,
    autoResubscribe: false,
  });
  const subscriptions: Subscription[] = [];

  let lastError: unknown;
  let connected = false;
  let stopped = false;
  client.on('error', (error) => (lastError = error));
  client.on('ready', () => {
    connected = true;
    logger.info({ redis: name }, 'connected to Redis');
  });
  client.on('close', () => {
    if (connected) logger.warn({ redis: name, err: lastError }, 'connection to Redis lost, trying again');
    connected = false;
  });

  subscriber.on('error', (error) => logger.debug({ redis: name, err: error }, 'not listening to Redis'));
  let listening = Promise.resolve();
  subscriber.on('ready', () => {
    listening = listen(subscriptions);
  });
  subscriber.on('message', (channel, text) => {
    for (const subscription of subscriptions) if (subscription.channel === channel) subscription.onMessage(text);
  });

  async function listen(to: readonly Subscription[]): Promise<void> {
    if (to.length === 0 || stopped) return;
    try {
      await subscriber.subscribe(...to.map(({ channel }) => channel));
      for (const { onListening } of to) onListening();
    } catch (error) {
      // The connection broke again, or hangs: a new one is made, which comes here again.
      logger.debug({ redis: name, err: error }, 'not listening to Redis');
      if (!stopped) subscriber.disconnect(true);
    }
  }

  async function stop(): Promise<void> {
    stopped = true;
    connected = false;
    subscriber.disconnect();
    // Lets the commands under way end; where Redis is away there is nobody to say goodbye to.
    if (client.status === 'ready') await client.quit().catch(() => client.disconnect());
    else client.disconnect();
  }

  return {
    name,
    client,
    async check() {
      if (client.status !== 'ready') throw RedisError.away(lastError);
      await client.ping();
    },
    subscribe(subscription) {
      subscriptions.push(subscription);
      if (subscriber.status === 'ready') void listen([subscription]);
    },
    async start() {
      stopped = false;
      try {
        await withTimeout(Promise.all([ready(client), ready(subscriber)]), START_LIMIT_MS, 'no answer in time');
        await listening;
      } catch (error) {
        await stop();
        throw RedisError.unreachable(url, lastError ?? error);
      }
    },
    stop,
  };
}

/** Begins to connect. The first failure rejects `connect`, but it is tried again behind it until `ready`. */
function ready(redis: Redis): Promise<void> {
  return new Promise((resolve) => {
    redis.once('ready', resolve);
    redis.connect().catch(() => undefined);
  });
}
