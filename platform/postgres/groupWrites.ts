import type { Catalogue } from '#platform/events/catalogue.ts';
import { createLane } from '#platform/lifecycle/lane.ts';
import { isOutage } from '#platform/lifecycle/outage.ts';
import type { Database, WriteTransaction } from './database.ts';

type Work<C extends Catalogue, T = unknown> = (transaction: WriteTransaction<C>) => Promise<T>;

/** Finds, and locks, what each of several works begins with: one for each of the items, in their order. It leaves nothing in `em`. */
export type Find<C extends Catalogue, Item, Found> = (
  transaction: WriteTransaction<C>,
  items: readonly Item[],
) => Promise<readonly Found[]>;

/** A work in two parts, of which the first can be done for many at once. */
interface Beginning<C extends Catalogue> {
  readonly find: Find<C, unknown, unknown>;
  readonly item: unknown;
  readonly goOn: (transaction: WriteTransaction<C>, found: unknown) => Promise<unknown>;
}

const beginnings = new WeakMap<object, unknown>();

/**
 * A work that begins with finding something: of works that share a transaction and come one after another, all that begin with the same
 * `find` have it called once. Nothing else happens between that and the works; what one of them does must not change what another one found.
 */
export function findFirst<C extends Catalogue, Item, Found, T>(
  find: Find<C, Item, Found>,
  item: Item,
  goOn: (transaction: WriteTransaction<C>, found: Found) => Promise<T>,
): Work<C, T> {
  const alone: Work<C, T> = async (transaction) => goOn(transaction, onlyOne(await find(transaction, [item])));
  beginnings.set(alone, { find, item, goOn });
  return alone;
}

function onlyOne<T>([first, ...more]: readonly T[]): T {
  if (first === undefined || more.length > 0) throw new Error('what was found is not one for each');
  return first;
}

interface Waiting<C extends Catalogue> {
  readonly work: Work<C>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** In one transaction: what one of them locks is locked until the last of them is done. */
const MOST_TOGETHER = 16;

/**
 * The same database, for a consumer that handles many events of a company at once: writes of one company that wait for each other
 * share a transaction, and so its beginning, its end, its disk flush and its way into the outbox. They are done one after the other, in the
 * order of the calls, and each finds what those before it wrote. When one fails, nothing of them is written, and each is tried by
 * itself: the others do not fail with it.
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
          for (const work of await begun(transaction, run)) {
            done.push(await work(transaction));
            // The next one may ask in SQL of its own for what MikroORM would send only at the end.
            await transaction.em.flush();
            // Nor does it have to look through what this one was about.
            transaction.em.clear();
          }
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

function beginningOf<C extends Catalogue>({ work }: Waiting<C>): Beginning<C> | undefined {
  return beginnings.get(work) as Beginning<C> | undefined;
}

/** Works that come one after another and begin with the same. */
function runsOf<C extends Catalogue>(group: readonly Waiting<C>[]): Waiting<C>[][] {
  const runs: Waiting<C>[][] = [];
  let last: unknown;
  for (const one of group) {
    const find = beginningOf(one)?.find;
    if (find && find === last) runs.at(-1)?.push(one);
    else runs.push([one]);
    last = find;
  }
  return runs;
}

/** The works of a run, with what they begin with done for all of them. */
async function begun<C extends Catalogue>(
  transaction: WriteTransaction<C>,
  run: readonly Waiting<C>[],
): Promise<Work<C>[]> {
  const parts = run.flatMap((one) => beginningOf(one) ?? []);
  const [first] = parts;
  if (!first || run.length === 1) return run.map(({ work }) => work);
  const items = parts.map(({ item }) => item);
  const found = await first.find(transaction, items);
  if (found.length !== run.length) throw new Error('what was found is not one for each');
  return parts.map(
    ({ goOn }, index) =>
      (within) =>
        goOn(within, found[index]),
  );
}
