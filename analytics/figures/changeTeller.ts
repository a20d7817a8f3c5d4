import type { RedisPart } from '#platform/cache/redis.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { figuresSubject, type FiguresSignal } from '#schema/events/signals.ts';
import { HOUR_MS, type Change } from './changes.ts';
import { tellChanges } from './changesInRedis.ts';

/** What is owed to Redis while it is away; beyond it the oldest are left to their time to live. */
const MOST_OWED = 10_000;

/**
 * Says that figures have become others: first to Redis, by which everybody recognises what is stale, then to who looks at them. Never
 * rejects; what Redis cannot be told is made up for as soon as it is back.
 */
export type TellChanges = (changes: readonly Change[]) => Promise<void>;

/** Create it before `redis` is started. */
export function createChangeTeller(options: {
  readonly redis: RedisPart;
  readonly nats: NatsPart;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): TellChanges {
  const { redis, nats, logger } = options;
  const told = options.metrics.counter(
    'switchboard_analytics_figure_changes_total',
    'Companies of which was said that their figures have changed',
    ['outcome'],
  );
  const owed = new Map<string, Change>();

  function owe(change: Change): void {
    const { companyId } = change;
    const before = owed.get(companyId);
    owed.delete(companyId);
    owed.set(companyId, before ? bothOf(before, change) : change);
    const [oldest] = owed.keys();
    if (owed.size > MOST_OWED && oldest !== undefined) owed.delete(oldest);
  }

  async function pay(): Promise<void> {
    const changes = [...owed.values()];
    if (changes.length === 0) return;
    owed.clear();
    try {
      await tellChanges(redis.client, changes);
      told.inc({ outcome: 'told' }, changes.length);
    } catch (error) {
      for (const change of changes) owe(change);
      told.inc({ outcome: 'owed' }, changes.length);
      logger.debug({ err: error, companies: owed.size }, 'Redis could not be told whose figures have changed');
    }
  }

  redis.client.on('ready', () => void pay());

  return async (changes) => {
    for (const change of changes) owe(change);
    await pay();
    // Who is away asks again by themselves once they are back.
    if (!nats.connected) return;
    for (const change of changes) {
      nats.connection.publish(figuresSubject(change.companyId), JSON.stringify(signalOf(change)));
    }
  };
}

function bothOf(one: Change, other: Change): Change {
  const hours = one.hours && other.hours && new Set([...one.hours, ...other.hours]);
  return { companyId: one.companyId, hours };
}

function signalOf({ hours }: Change): FiguresSignal {
  if (!hours || hours.size === 0) return { span: null };
  return { span: { from: Math.min(...hours), to: Math.max(...hours) + HOUR_MS } };
}
