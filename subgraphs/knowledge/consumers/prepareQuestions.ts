import { createEventConsumer } from '#platform/events/eventConsumer.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { PASSAGES } from '../bot/createBot.ts';
import { commonQuestions } from '../queries/commonQuestions.ts';
import { indexState } from '../queries/indexState.ts';
import type { PassageSearch } from '../search/passageSearch.ts';

/** So many questions of a company are looked up before somebody asks them. */
const PREPARED = 30;
/** An import changes the documents again and again: it is waited for, but not for ever. */
const SETTLE_MS = 1_000;
const LONGEST_SETTLE_MS = 15_000;
/** How often it is looked whether nobody waits any more. */
const LOOK_MS = 20;

/**
 * Looks up what is asked most of a company once its documents have changed, so that who asks first is answered from memory. One
 * question after another, and none while somebody waits for one of theirs. What is lost by a restart is looked up when it is asked.
 */
export function createPreparation(options: {
  readonly nats: NatsPart;
  readonly database: Database<SwitchboardCatalogue>;
  readonly search: PassageSearch;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { nats, database, search, logger, metrics } = options;
  const prepared = metrics.counter(
    'switchboard_knowledge_prepared_questions_total',
    'Common questions that were looked up before they were asked',
    ['outcome'],
  );
  const changed = new Map<string, { readonly since: number; readonly timer: NodeJS.Timeout }>();
  let stopping = new AbortController();
  let work: Promise<void> = Promise.resolve();

  function noteChange(companyId: string): void {
    const known = changed.get(companyId);
    clearTimeout(known?.timer);
    const since = known?.since ?? performance.now();
    const waitMs = Math.max(0, Math.min(SETTLE_MS, since + LONGEST_SETTLE_MS - performance.now()));
    const begin = () => {
      changed.delete(companyId);
      work = work.then(() => prepare(companyId, stopping.signal));
    };
    changed.set(companyId, { since, timer: setTimeout(begin, waitMs) });
  }

  async function prepare(companyId: string, signal: AbortSignal): Promise<void> {
    try {
      for (const query of await read(companyId, (sql) => commonQuestions(sql, companyId, PREPARED))) {
        while (search.isBusy && !signal.aborted) await pause(LOOK_MS, signal);
        // It begins anew for what has changed again meanwhile.
        if (signal.aborted || changed.has(companyId)) return;
        const state = await read(companyId, (sql) => indexState(sql, companyId));
        await search.find({ companyId, query, first: PASSAGES, state, background: { signal } });
        prepared.inc({ outcome: 'prepared' });
      }
    } catch (error) {
      if (signal.aborted) return;
      prepared.inc({ outcome: 'failed' });
      logger.warn({ err: error, companyId }, 'common questions could not be looked up: who asks first waits for it');
    }
  }

  async function read<T>(companyId: string, query: (sql: Sql) => Promise<T>): Promise<T> {
    const session = database.session(companyId);
    try {
      return await session.read(query);
    } finally {
      await session.close();
    }
  }

  const consumer = createEventConsumer({
    nats,
    durable: 'knowledge-preparation',
    filterSubject: 'events.knowledge.>',
    catalogue,
    handlers: {
      'knowledge.document.indexed': async ({ companyId }) => noteChange(companyId),
      'knowledge.document.removed': async ({ companyId }) => noteChange(companyId),
    },
    concurrency: 1,
    logger,
    metrics,
  });

  return {
    name: 'common questions',
    async start() {
      stopping = new AbortController();
      await consumer.start();
    },
    async stop() {
      await consumer.stop();
      stopping.abort();
      for (const { timer } of changed.values()) clearTimeout(timer);
      changed.clear();
      await work;
    },
  };
}
