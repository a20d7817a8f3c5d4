import type { TrafficResult } from '#infra/embedded/demo/traffic.ts';
import type { Company } from '../company.ts';
import type { Desk } from '../desk.ts';
import type { Told } from '../eventLog.ts';
import type { Graph } from '../graph.ts';
import type { RunLog } from '../runLog.ts';
import type { Tables } from '../tables.ts';
import { checkCapacities } from './assignments.ts';
import { checkCounts } from './counts.ts';
import { checkHistories } from './histories.ts';
import type { Invariant } from './invariant.ts';
import { checkLiveUpdates } from './liveUpdates.ts';
import { checkMessages } from './messages.ts';

/** Of a run that is over. */
export interface Run {
  readonly graph: Graph;
  readonly company: Company;
  readonly desks: readonly Desk[];
  readonly tables: Tables;
  readonly told: readonly Told[];
  readonly log: RunLog;
  readonly traffic: TrafficResult;
  /** What did not come to its end. */
  readonly restless: readonly string[];
}

/** By what they are about. */
export interface Findings {
  readonly errors: readonly Invariant[];
  readonly live: readonly Invariant[];
  readonly counts: readonly Invariant[];
  readonly messages: readonly Invariant[];
  readonly histories: readonly Invariant[];
  readonly capacities: readonly Invariant[];
}

export async function checkEverything(run: Run): Promise<Findings> {
  const { tables, told, log, traffic, desks, restless } = run;
  const screens = desks.map(({ me, screen }) => [me.id, screen] as const);
  const watches = desks.flatMap(({ screen }) => screen.watches);
  const done = log.performances().reduce((sum, performance) => sum + performance.done, 0);
  const ended = desks.flatMap(({ screen }) => screen.problems);
  const { acknowledgedIds, neverAcknowledgedIds } = traffic;
  return {
    errors: [
      { name: 'nobody meets an error', checked: done, broken: log.problems },
      { name: 'every webhook is taken', checked: traffic.sent, broken: neverAcknowledgedIds },
      { name: 'what was begun comes to its end', checked: told.length, broken: restless },
    ],
    live: [
      { name: 'no live subscription ends by itself', checked: watches.length, broken: ended },
      ...checkLiveUpdates(watches, told),
    ],
    counts: await checkCounts({ ...run, screens: new Map(screens) }),
    messages: await checkMessages({ tables, told, acknowledgedIds, sent: log.sent }),
    histories: await checkHistories(tables, told),
    capacities: await checkCapacities(run),
  };
}
