import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { GraphQLFormattedError } from 'graphql';
import type { Identity } from '#platform/identity/identity.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { askForEntities, type EntityQuestion } from '../execution/entityQuestion.ts';
import type { Source, SubgraphAnswer } from '../execution/source.ts';

/**
 * Asks for the entities of many events together. Of what is asked of one subgraph in the same words for the same person, one question
 * is under way at a time, and whatever comes meanwhile is the next one: the busier a company is, the less each of its events costs.
 */
export interface Gathering {
  /** As {@link askForEntities}, in company. */
  ask(question: EntityQuestion): Promise<SubgraphAnswer>;
}

/** Nobody sees that a live update comes so much later; and the first one after a pause does not wait for it. */
const PERIOD_MS = 15;
/** In one question, unless a single event has more of them. */
const MOST_ENTITIES = 100;

interface Asked {
  readonly question: EntityQuestion;
  readonly resolve: (answer: SubgraphAnswer) => void;
  readonly reject: (error: unknown) => void;
}

export function createGathering({ metrics }: { readonly metrics: Metrics }): Gathering {
  const gathered = metrics.histogram(
    'switchboard_router_live_gathered',
    'Fetches of live updates that were made as one',
    [],
    [1, 2, 4, 8, 16, 32, 64, 100],
  );
  /** What is asked in the same words waits in one of these, which is there while something is asked, and a period longer. */
  const queues = new WeakMap<Identity, WeakMap<Source, Map<string, Asked[]>>>();

  function queuesOf({ source }: EntityQuestion, identity: Identity): Map<string, Asked[]> {
    const bySource = queues.get(identity) ?? new WeakMap<Source, Map<string, Asked[]>>();
    queues.set(identity, bySource);
    const byWords = bySource.get(source) ?? new Map<string, Asked[]>();
    bySource.set(source, byWords);
    return byWords;
  }

  /** Until nothing has waited for a period. It never rejects. */
  async function work(byWords: Map<string, Asked[]>, words: string, queue: Asked[]): Promise<void> {
    // Events come in handfuls, and those of one handful belong together.
    await endOfTurn();
    while (queue.length > 0) {
      const period = pause(PERIOD_MS);
      const together = takeSome(queue);
      gathered.observe(together.length);
      await askTogether(together);
      await period;
    }
    // In the same step as the last look: nothing may join a queue that is at its end.
    byWords.delete(words);
  }

  return {
    ask(question) {
      const { identity, signal } = question.scope;
      // What ends with who asked is theirs alone.
      if (!identity || signal) return askForEntities(question);
      const byWords = queuesOf(question, identity);
      const words = `${question.operation.query} ${question.others}`;
      return new Promise((resolve, reject) => {
        const asked = { question, resolve, reject };
        const waiting = byWords.get(words);
        if (waiting) return void waiting.push(asked);
        const queue = [asked];
        byWords.set(words, queue);
        void work(byWords, words, queue);
      });
    },
  };
}

function takeSome(waiting: Asked[]): Asked[] {
  let entities = 0;
  let taken = 0;
  for (const { question } of waiting) {
    entities += question.representations.length;
    if (taken > 0 && entities > MOST_ENTITIES) break;
    taken += 1;
  }
  return waiting.splice(0, taken);
}

async function askTogether(together: readonly Asked[]): Promise<void> {
  const [first] = together;
  if (!first) return;
  const representations = together.flatMap(({ question }) => question.representations);
  try {
    const answer = await askForEntities({ ...first.question, representations });
    let from = 0;
    for (const { question, resolve } of together) {
      const to = from + question.representations.length;
      resolve(together.length === 1 ? answer : partOf(answer, { from, to, of: representations.length }));
      from = to;
    }
  } catch (error) {
    for (const { reject } of together) reject(error);
  }
}

/** What one of several would have been answered alone. What failed of all of them failed for each. */
function partOf(
  { data, errors }: SubgraphAnswer,
  { from, to, of }: { readonly from: number; readonly to: number; readonly of: number },
): SubgraphAnswer {
  const entities = data?.['_entities'];
  const isWhole = Array.isArray(entities) && entities.length === of;
  return {
    data: data && (isWhole ? { _entities: entities.slice(from, to) } : {}),
    errors: errors.flatMap((error): GraphQLFormattedError[] => {
      const [root, index, ...rest] = error.path ?? [];
      if (root === undefined || typeof index !== 'number' || index >= of) return [error];
      return index >= from && index < to ? [{ ...error, path: [root, index - from, ...rest] }] : [];
    }),
  };
}
