import type { Problem } from '../problems.ts';
import type { Deferral, Run, Step } from '../run.ts';

/** A part that is there, with what went wrong while it was fetched. */
export interface ArrivedPart {
  readonly id: string;
  readonly problems: readonly Problem[];
  /** None is missing any more. */
  readonly isLast: boolean;
}

/** What of one execution comes later, and what has come. */
export interface RunningDeferral extends Deferral {
  /** Whether anything comes that was not taken yet. */
  hasParts(): boolean;
  /** Each part once it is there, none before the part that it stands in; ends when none is missing any more. */
  arrivals(): AsyncGenerator<ArrivedPart, void, undefined>;
  /** Who waited has left: what is missing is let go, and none arrives any more. */
  leave(): void;
}

/** @param runOf Makes the run of a part: in the same data, with problems of its own. */
export function createDeferral(
  runOf: (part: { readonly problems: Problem[]; readonly deferral: Deferral }) => Run,
): RunningDeferral {
  const fetches = new Map<string, PromiseWithResolvers<void>>();
  const arrived: Omit<ArrivedPart, 'isLast'>[] = [];
  let missing = 0;
  let isOver = false;
  let news = Promise.withResolvers<void>();

  function fetchOf(id: string): PromiseWithResolvers<void> {
    const known = fetches.get(id) ?? Promise.withResolvers<void>();
    fetches.set(id, known);
    return known;
  }

  /** @param parent When the part is there that these stand in; undefined for those that stand in no other. */
  function deferralWithin(parent: Promise<void> | undefined, earlier: Promise<void>): Deferral {
    async function take(id: string, before: Promise<void>, fetch: Step): Promise<void> {
      const problems: Problem[] = [];
      const arrival = Promise.withResolvers<void>();
      await fetch(runOf({ problems, deferral: deferralWithin(arrival.promise, before) }));
      await parent;
      arrived.push({ id, problems });
      missing -= 1;
      arrival.resolve();
      news.resolve();
    }

    return {
      get isOver() {
        return isOver;
      },
      earlier,
      fetched: (id) => fetchOf(id).resolve(),
      whenFetched: async (ids) => void (await Promise.all(ids.map(async (id) => fetchOf(id).promise))),
      later(id, before, fetch) {
        missing += 1;
        // Steps never reject.
        void take(id, before, fetch);
      },
    };
  }

  const hasParts = (): boolean => !isOver && (missing > 0 || arrived.length > 0);

  return Object.assign(deferralWithin(undefined, Promise.resolve()), {
    hasParts,
    leave() {
      isOver = true;
      news.resolve();
    },
    async *arrivals() {
      while (hasParts()) {
        const part = arrived.shift();
        if (part) {
          yield { ...part, isLast: !hasParts() };
          continue;
        }
        await news.promise;
        news = Promise.withResolvers();
      }
    },
  });
}
