import { LRUCache } from 'lru-cache';
import { v7 } from 'uuid';
import type { z } from 'zod';
import type { RedisPart } from '#platform/cache/redis.ts';
import { inOneTurn } from '#platform/lifecycle/inOneTurn.ts';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Span } from '../queries/segments.ts';
import { lastChange, type Changes } from './changes.ts';
import { readChanges } from './changesInRedis.ts';
import { endTurn, findOrBegin, type Named, type Wanted } from './entriesInRedis.ts';

/** What is told makes answers stale; this is for what was told to nobody, as Redis was away. */
const KEPT_MS = 300_000;
/** For so long an answer is good while nobody can say whether it still is. */
const ALONE_MS = 2_000;
const MOST_ENTRIES = 1_000;
/** Memory is bounded by the number of entries, so none of them may be large. */
const MOST_CHARACTERS = 256 * 1024;
/** Whoever works out what others wait for has less time than this. */
const PATIENCE_MS = 6_000;
/** For so long figures that change while they are worked out are worked out again: not where that is slow, and would be slower for it. */
const AGAIN_MS = 250;

/** What is asked. */
export interface Question<T> extends Named {
  /** Of which time: only what changes there makes the answer stale. */
  readonly span: Span;
  readonly schema: z.ZodType<T>;
}

/** Answers about figures, kept until what they are about has changed. */
export interface FigureCache {
  /**
   * The answer of now: from memory, else from Redis, else from `load`, which runs once for all who ask in all processes. It has seen
   * everything that was told before the call, and answers that are asked for at the same moment have seen the same: what changes while
   * they are worked out has them worked out again, unless that takes longer than a moment. Answers must survive JSON and are shared: do not
   * change them.
   */
  get<T>(question: Question<T>, load: () => Promise<T>): Promise<T>;
}

interface Entry {
  readonly value: unknown;
  /** Everything that was told until then is in it; 0 where nobody could say. */
  readonly seenAt: number;
  readonly loadedAt: number;
}

/** An answer that is worked out. */
interface Flight {
  readonly seenAt: number;
  readonly result: Promise<unknown>;
}

/** Those who ask at the same moment about a company. */
interface Round {
  readonly changes: Promise<Changes | undefined>;
  /** Of those whose answers had to be worked out, by their span. */
  readonly results: Map<string, Promise<unknown>[]>;
}

/**
 * Redis says when figures of which hours have changed, and every answer says up to when it has seen that: so none is shown that is
 * stale, whoever has it, and whatever was heard or not. While Redis is away each process answers for itself, for a moment.
 */
export function createFigureCache(options: {
  readonly redis: RedisPart;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): FigureCache {
  const { redis, logger } = options;
  const self = v7();
  const memory = new LRUCache<string, Entry>({ max: MOST_ENTRIES, ttl: KEPT_MS });
  const flights = new Map<string, Flight>();
  const rounds = new Map<string, Round>();
  const find = inOneTurn(
    () => '',
    (wanted: readonly Wanted[]) => findOrBegin(redis.client, wanted),
  );
  const reads = options.metrics.counter(
    'switchboard_analytics_figures_total',
    'Figures asked for, by where they were',
    ['from'],
  );
  const failures = options.metrics.counter(
    'switchboard_analytics_figures_alone_total',
    'What of figures this process did without Redis, which was away',
    ['operation'],
  );

  function failed(operation: 'changes' | 'find' | 'keep', error: unknown): undefined {
    failures.inc({ operation });
    logger.debug({ err: error, operation }, 'figures without Redis');
  }

  /** Those who ask at the same moment ask once; who comes later may have heard of more. */
  function roundOf(companyId: string): Round {
    const known = rounds.get(companyId);
    if (known) return known;
    const changes = Promise.resolve().then(() => {
      rounds.delete(companyId);
      return readChanges(redis.client, companyId).catch((error: unknown) => failed('changes', error));
    });
    const round: Round = { changes, results: new Map() };
    rounds.set(companyId, round);
    return round;
  }

  /**
   * Whether figures of a span became others while they were worked out. All of a round find it out together: else some of them would
   * have seen it, and others not.
   */
  async function isOvertaken(
    { results }: Round,
    { companyId, span }: Question<unknown>,
    flight: Flight,
  ): Promise<boolean> {
    const name = `${span.from} ${span.to}`;
    const ofSpan = results.get(name) ?? [];
    results.set(name, ofSpan);
    ofSpan.push(flight.result);
    await flight.result;
    await Promise.allSettled(ofSpan);
    const changes = await roundOf(companyId).changes;
    return changes !== undefined && lastChange(changes, span) > flight.seenAt;
  }

  function isFresh({ seenAt, loadedAt }: Entry, changes: Changes | undefined, span: Span): boolean {
    return changes ? seenAt >= lastChange(changes, span) : Date.now() - loadedAt < ALONE_MS;
  }

  function remember({ companyId, key }: Named, value: unknown, seenAt: number): void {
    memory.set(nameOf(companyId, key), { value, seenAt, loadedAt: Date.now() });
  }

  /** @returns the answer, and as the text that it is kept by; undefined when it is too large for that */
  async function alone<T>(question: Named, seenAt: number, load: () => Promise<T>) {
    const value = await load();
    reads.inc({ from: 'load' });
    const text = JSON.stringify(value);
    if (text.length > MOST_CHARACTERS) return { value, text: undefined };
    remember(question, value, seenAt);
    return { value, text };
  }

  /** What others have worked out, or work out now; undefined: it is for the caller to do, who has the turn. */
  async function found<T>(
    question: Question<T>,
    { needed, turn }: Omit<Wanted, 'question'>,
  ): Promise<{ value: T } | undefined> {
    const until = performance.now() + PATIENCE_MS;
    for (let attempt = 1; performance.now() < until; attempt++) {
      const answer = await find({ question, needed, turn });
      if (answer.is === 'yours') return undefined;
      if (answer.is === 'there') {
        const { data, success } = question.schema.safeParse(JSON.parse(answer.text));
        // Another version of this program has kept it.
        if (!success) return undefined;
        remember(question, data, answer.seenAt);
        reads.inc({ from: 'redis' });
        return { value: data };
      }
      await pause(backoff(attempt, { baseMs: 4, capMs: 50 }));
    }
    return undefined;
  }

  async function shared<T>(question: Question<T>, changes: Changes, load: () => Promise<T>): Promise<T> {
    const { now: seenAt } = changes;
    const turn = { seenAt, name: self };
    const end = (answer?: { text: string; leftMs: number }) =>
      endTurn(redis.client, { question, turn }, answer).catch((error: unknown) => failed('keep', error));
    let there: { value: T } | undefined;
    try {
      there = await found(question, { needed: lastChange(changes, question.span), turn });
    } catch (error) {
      failed('find', error);
      return (await alone(question, seenAt, load)).value;
    }
    if (there) return there.value;
    try {
      const { value, text } = await alone(question, seenAt, load);
      void end(text === undefined ? undefined : { text, leftMs: KEPT_MS });
      return value;
    } catch (error) {
      void end();
      throw error;
    }
  }

  /** One that is under way and sees what it has to, else a new one. */
  function flightOf<T>(question: Question<T>, changes: Changes | undefined, load: () => Promise<T>): Flight {
    const name = nameOf(question.companyId, question.key);
    const underWay = flights.get(name);
    if (underWay && underWay.seenAt >= (changes ? lastChange(changes, question.span) : 0)) return underWay;
    const result = changes ? shared(question, changes, load) : alone(question, 0, load).then(({ value }) => value);
    const flight: Flight = { seenAt: changes?.now ?? 0, result };
    flights.set(name, flight);
    const end = () => {
      if (flights.get(name) === flight) flights.delete(name);
    };
    result.then(end, end);
    return flight;
  }

  return {
    async get<T>(question: Question<T>, load: () => Promise<T>): Promise<T> {
      const { companyId, key, span } = question;
      const until = performance.now() + AGAIN_MS;
      for (;;) {
        const round = roundOf(companyId);
        const changes = await round.changes;
        const entry = memory.get(nameOf(companyId, key));
        if (entry && isFresh(entry, changes, span)) {
          reads.inc({ from: 'memory' });
          // Under one key there is one kind of answer.
          return entry.value as T;
        }
        const flight = flightOf(question, changes, load);
        const isOld = changes && (await isOvertaken(round, question, flight));
        if (!isOld || performance.now() > until) return (await flight.result) as T;
      }
    },
  };
}

function nameOf(companyId: string, key: string): string {
  return `${companyId} ${key}`;
}
