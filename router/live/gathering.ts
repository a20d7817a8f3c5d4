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

/** What is asked in the same words. */
interface Queue {
  readonly waiting: Asked[];
  isWorking: boolean;
  notBefore: number;
}

export function createGathering({ metrics }: { readonly metrics: Metrics }): Gathering {
  const gathered = metrics.histogram(
    'switchboard_router_live_gathered',
    'Fetches of live updates that were made as one',
    [],
    [1, 2, 4, 8, 16, 32, 64, 100],
  );
  /** For as long as somebody has a subscription with that identity. */
  const queues = new WeakMap<Identity, WeakMap<Source, Map<string, Queue>>>();

  function queueOf({ source, operation, others }: EntityQuestion, identity: Identity): Queue {
    const bySource = queues.get(identity) ?? new WeakMap<Source, Map<string, Queue>>();
    queues.set(identity, bySource);
    const byWords = bySource.get(source) ?? new Map<string, Queue>();
    bySource.set(source, byWords);
    const words = `${operation.query} ${others}`;
    const queue = byWords.get(words) ?? { waiting: [], isWorking: false, notBefore: 0 };
    byWords.set(words, queue);
    return queue;
  }

  /** Until nothing waits. It never rejects. */
  async function work(queue: Queue): Promise<void> {
    queue.isWorking = true;
    while (queue.waiting.length > 0) {
      const waitMs = queue.notBefore - performance.now();
      // Events come in handfuls, and those of one handful belong together.
      await (waitMs > 0 ? pause(waitMs) : endOfTurn());
      queue.notBefore = performance.now() + PERIOD_MS;
      const together = takeSome(queue.waiting);
      gathered.observe(together.length);
      await askTogether(together);
    }
    queue.isWorking = false;
  }

  return {
    ask(question) {
      const { identity } = question.scope;
      if (!identity) return askForEntities(question);
      const queue = queueOf(question, identity);
      return new Promise((resolve, reject) => {
        queue.waiting.push({ question, resolve, reject });
        if (!queue.isWorking) void work(queue);
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
