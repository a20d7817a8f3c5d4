import type { Catalogue } from '#platform/events/catalogue.ts';
import type { WriteTransaction } from './database.ts';

export type Work<C extends Catalogue, T> = (transaction: WriteTransaction<C>) => Promise<T>;

/** Does for several works at once what each would do for its item: what came of it, one for each of the items, in their order. */
export type Take<C extends Catalogue, Item, Taken> = (
  transaction: WriteTransaction<C>,
  items: readonly Item[],
) => Promise<readonly Taken[]>;

/** Gives what the work comes to, or its next step. */
type GoOn<C extends Catalogue, Taken, T> = (transaction: WriteTransaction<C>, taken: Taken) => Promise<T | Step<C, T>>;

/** Where a work stands before something that several can do at once, with how it goes on from there. */
export class Step<C extends Catalogue, T> {
  readonly take: Take<C, unknown, unknown>;
  readonly item: unknown;
  readonly goOn: GoOn<C, unknown, T>;

  constructor(take: Take<C, unknown, unknown>, item: unknown, goOn: GoOn<C, unknown, T>) {
    this.take = take;
    this.item = item;
    this.goOn = goOn;
  }
}

export function step<C extends Catalogue, Item, Taken, T>(
  take: Take<C, Item, Taken>,
  item: Item,
  goOn: GoOn<C, Taken, T>,
): Step<C, T> {
  return new Step(take as Take<C, unknown, unknown>, item, goOn as GoOn<C, unknown, T>);
}

const firstSteps = new WeakMap<object, unknown>();

/**
 * A work in steps: of works that share a transaction and come one after another, all that stand before the same step take it at once, and
 * each goes on by itself from there to the next. What one of them does on its way must not change what another one is told by a step;
 * who asks in SQL of their own for what others may have changed in `em` sends that first.
 */
export function inSteps<C extends Catalogue, T>(first: Step<C, T>): Work<C, T> {
  const work: Work<C, T> = async (transaction) => (await finish(transaction, [first]))[0] as T;
  firstSteps.set(work, first);
  return work;
}

export function firstStepOf<C extends Catalogue>(work: Work<C, unknown>): Step<C, unknown> | undefined {
  return firstSteps.get(work) as Step<C, unknown> | undefined;
}

/** What the works come to whose first steps these are, in their order. */
export async function finish<C extends Catalogue, T>(
  transaction: WriteTransaction<C>,
  first: readonly Step<C, T>[],
): Promise<T[]> {
  const results: (T | Step<C, T>)[] = [...first];
  for (;;) {
    const next = results.find((result) => result instanceof Step);
    if (!next) return results as T[];
    const together = [...results.entries()].flatMap(([index, result]) =>
      result instanceof Step && result.take === next.take ? [{ index, result }] : [],
    );
    const taken = await next.take(
      transaction,
      together.map(({ result }) => result.item),
    );
    if (taken.length !== together.length) throw new Error('what came of a step is not one for each');
    for (const [at, { index, result }] of together.entries()) {
      results[index] = await result.goOn(transaction, taken[at]);
    }
    // The next step may ask in SQL for what MikroORM would send only at the end.
    await transaction.em.flush();
  }
}
