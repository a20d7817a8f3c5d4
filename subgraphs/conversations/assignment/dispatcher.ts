import { createKeyedQueue } from '#platform/events/keyedQueue.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { assignNext } from '../commands/assignNext.ts';
import type { PresenceStore } from '../presence/presenceStore.ts';
import { policiesWithQueue } from '../queries/assignment.ts';

/** Gives out what waits. */
export interface Dispatcher {
  /** Until nobody of the company waits for whom there is an agent. All who ask before it begins share one pass. */
  dispatch(companyId: string): Promise<void>;
}

/** Each takes a connection of the pool. */
const COMPANIES_AT_ONCE = 4;
/** Where customers write all the time, each message would look at the queues; nobody sees that some of them share a look. */
const PASS_EVERY_MS = 200;

export function createDispatcher(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly presence: Pick<PresenceStore, 'isCurrent'>;
  readonly metrics: Metrics;
}): Dispatcher {
  const { database, presence, metrics } = options;
  const assigned = metrics.counter(
    'switchboard_assignment_assigned_total',
    'Conversations given to agents by a policy',
  );
  const paused = metrics.counter(
    'switchboard_assignment_paused_total',
    'Passes that gave out nothing, as it was not known who is there',
  );
  const queue = createKeyedQueue({ concurrency: COMPANIES_AT_ONCE });
  /** Passes that have not begun. */
  const waiting = new Map<string, Promise<void>>();
  /** Of companies of which one has begun just now. */
  const resting = new Map<string, Promise<void>>();

  async function empty(companyId: string): Promise<void> {
    for (const { id } of await waitingPolicies(companyId)) {
      for (let given = true; given;) {
        // Asked each time: a queue may take minutes.
        if (!(await presence.isCurrent())) return paused.inc();
        given = await assignNext(database, companyId, id);
        if (given) assigned.inc();
      }
    }
  }

  async function waitingPolicies(companyId: string): Promise<readonly { readonly id: string }[]> {
    const session = database.session(companyId);
    try {
      return await session.read((sql) => policiesWithQueue(sql, companyId));
    } finally {
      await session.close();
    }
  }

  function begin(companyId: string): Promise<void> {
    return new Promise((resolve, reject) => {
      void queue.add(companyId, async () => {
        // What happens from now on may be about what this pass has looked at already.
        waiting.delete(companyId);
        resting.set(
          companyId,
          pause(PASS_EVERY_MS).then(() => void resting.delete(companyId)),
        );
        await empty(companyId).then(resolve, reject);
      });
    });
  }

  return {
    dispatch(companyId) {
      const known = waiting.get(companyId);
      if (known) return known;
      const pass = (resting.get(companyId) ?? Promise.resolve()).then(() => begin(companyId));
      waiting.set(companyId, pass);
      return pass;
    },
  };
}
