import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { Catalogue } from '#platform/events/catalogue.ts';
import { createLane } from '#platform/lifecycle/lane.ts';
import { isOutage } from '#platform/lifecycle/outage.ts';
import type { Database, WriteTransaction } from './database.ts';
import { finish, firstStepOf, type Work } from './together.ts';

interface Waiting<C extends Catalogue> {
  readonly work: Work<C, unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** In one transaction: what one of them locks is locked until the last of them is done. */
const MOST_TOGETHER = 32;

/**
 * The same database, for a consumer that handles many events of a company at once: writes of one company that wait for each other
 * share a transaction, and so its beginning, its end, its disk flush and its way into the outbox. They are done one after the other, in the
 * order of the calls, and each finds what those before it wrote; those that take steps together do so step by step. When one fails, nothing
 * of them is written, and each is tried by itself: the others do not fail with it.
 *
 * A company has one transaction at a time: two would wait for each other's counters and agents, and meet deadlocks.
 *
 * @param options.transactions At once, of all companies: each takes a connection of the pool.
 */
export function groupWrites<C extends Catalogue>(
  database: Database<C>,
  options: { readonly transactions: number },
): Database<C> {
  const lane = createLane(options.transactions);
  const companies = new Map<string, Waiting<C>[]>();

  async function alone(companyId: string, { work, resolve, reject }: Waiting<C>): Promise<void> {
    await database.write(companyId, work).then(resolve, reject);
  }

  async function together(companyId: string, group: readonly Waiting<C>[]): Promise<void> {
    const [first] = group;
    if (!first) return;
    if (group.length === 1) return alone(companyId, first);
    try {
      const results = await database.write(companyId, async (transaction) => {
        const done: unknown[] = [];
        for (const run of runsOf(group)) {
          done.push(...(await workOn(transaction, run)));
          // The next one may ask in SQL of its own for what MikroORM would send only at the end.
          await transaction.em.flush();
          // Nor does it have to look through what this one was about.
          transaction.em.clear();
        }
        return done;
      });
      for (const [index, { resolve }] of group.entries()) resolve(results[index]);
    } catch (error) {
      if (isOutage(error)) for (const { reject } of group) reject(error);
      else for (const one of group) await alone(companyId, one);
    }
  }

  /** Until nothing of the company waits; it never rejects. */
  async function work(companyId: string, waiting: Waiting<C>[]): Promise<void> {
    // Events come in handfuls, and those of one handful belong together.
    await endOfTurn();
    while (waiting.length > 0) await lane.take(() => together(companyId, waiting.splice(0, MOST_TOGETHER)));
    companies.delete(companyId);
  }

  return {
    ...database,
    write<T>(companyId: string, job: (transaction: WriteTransaction<C>) => Promise<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        const one = { work: job, resolve: resolve as (result: unknown) => void, reject };
        const waiting = companies.get(companyId);
        if (waiting) return void waiting.push(one);
        const queue = [one];
        companies.set(companyId, queue);
        void work(companyId, queue);
      });
    },
  };
}

/** Works that come one after another and begin with the same step. */
function runsOf<C extends Catalogue>(group: readonly Waiting<C>[]): Work<C, unknown>[][] {
  const runs: Work<C, unknown>[][] = [];
  let last: unknown;
  for (const { work } of group) {
    const step = firstStepOf(work)?.take;
    if (step && step === last) runs.at(-1)?.push(work);
    else runs.push([work]);
    last = step;
  }
  return runs;
}

async function workOn<C extends Catalogue>(
  transaction: WriteTransaction<C>,
  run: readonly Work<C, unknown>[],
): Promise<readonly unknown[]> {
  const [first] = run;
  if (first && run.length === 1) return [await first(transaction)];
  return finish(
    transaction,
    run.flatMap((work) => firstStepOf(work) ?? []),
  );
}
