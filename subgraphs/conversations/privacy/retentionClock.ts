import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { eraseExpired } from '../commands/eraseExpired.ts';

const BATCH = 100;

export interface RetentionOptions {
  readonly database: Database<SwitchboardCatalogue>;
  readonly pollMs: number;
  /** What time it is. */
  readonly now: () => Date;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Erases what companies do not want to keep any longer, conversation by conversation, in the background: oldest first, in
 * short steps, and beside as many others as like.
 */
export function createRetentionClock(options: RetentionOptions): Part {
  const { database, pollMs, now, logger, metrics } = options;
  const messages = metrics.counter(
    'switchboard_retention_messages_total',
    'Messages whose contents were kept long enough',
  );
  const conversations = metrics.counter(
    'switchboard_retention_conversations_total',
    'Conversations that were gone through',
  );
  const waiting = metrics.gauge('switchboard_retention_waiting', `Conversations that are due, ${BATCH} meaning more`);
  let stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  async function findExpired(at: Date) {
    return database.lookup(
      (sql) => sql<{ companyId: string; id: string }>`
        select company_id as "companyId", id from conversations.expired_contents(${at}, ${BATCH})`,
    );
  }

  /** Returns whether it was erased to the end, here. */
  async function eraseAll(
    conversation: { readonly companyId: string; readonly id: string },
    at: Date,
  ): Promise<boolean> {
    while (!stopping.signal.aborted) {
      const step = await eraseExpired(database, conversation, at);
      messages.inc(step?.messages ?? 0);
      if (!step || step.isDone) return step !== undefined;
    }
    return false;
  }

  async function eraseForever(): Promise<void> {
    for (let failed = 0; !stopping.signal.aborted;) {
      try {
        const at = now();
        const expired = await findExpired(at);
        waiting.set(expired.length);
        let erased = 0;
        for (const conversation of expired) if (await eraseAll(conversation, at)) erased += 1;
        conversations.inc(erased);
        failed = 0;
        // A full batch has more behind it; one of which nothing was ours is in somebody else's hands.
        if (expired.length < BATCH || erased === 0) await pause(pollMs, stopping.signal);
      } catch (error) {
        failed += 1;
        logger.warn({ err: error, failed }, 'contents could not be erased after their time, will try again');
        await pause(backoff(failed, { capMs: 60_000 }), stopping.signal);
      }
    }
  }

  return {
    name: 'retention clock',
    async start() {
      stopping = new AbortController();
      loop = eraseForever();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}
