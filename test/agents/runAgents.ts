import type { RunningStack } from '#infra/embedded/runningStack.ts';
import { demoPlace, openCompany } from './company.ts';
import { startCustomers } from './customers.ts';
import type { Desk } from './desk.ts';
import { keepBeating, openDesks, work, type Presence, type Shift } from './desks.ts';
import { openEventLog } from './eventLog.ts';
import { connectGraph } from './graph.ts';
import { checkEverything, type Findings } from './invariants/checkEverything.ts';
import { createRandom } from './random.ts';
import { comeToRest } from './rest.ts';
import { createRunLog, type Performance, type RunLog } from './runLog.ts';
import { openTables } from './tables.ts';

export interface RunOptions {
  /** With nothing in it. */
  readonly stack: RunningStack;
  readonly agents: number;
  readonly shift: Shift;
  /** Messages of customers a second. */
  readonly rate: number;
  /** By the same number everybody does the same, as far as what they find before them is the same. */
  readonly seed: number;
  readonly onProgress: (step: string) => void;
}

export interface RunResult {
  readonly performances: readonly Performance[];
  readonly findings: Findings;
  /** Messages that customers wrote. */
  readonly written: number;
  /** How often live subscriptions went on behind their cursors. */
  readonly resumed: number;
}

/** People of one company, each doing at random what people do, while customers write; and then what has to hold. */
export async function runAgents(options: RunOptions): Promise<RunResult> {
  const { stack, seed, shift, onProgress } = options;
  const random = createRandom(seed);
  const place = demoPlace();
  const graph = connectGraph(stack, place.id);
  const events = await openEventLog(stack.natsUrl);
  const tables = openTables(stack.conversationsDatabaseUrl, place.id);
  const log = createRunLog();
  const customers = await startCustomers(stack, random.fork(options.agents), options.rate);
  const desks: Desk[] = [];
  let presence: Presence | undefined;
  const reporting = setInterval(() => onProgress(`${String(doneSoFar(log))} things done`), 1_000);
  try {
    const company = await openCompany(graph, random, options.agents);
    desks.push(...(await openDesks({ graph, company, random, log, cursor: await events.cursor() })));
    presence = keepBeating(desks);
    await work(desks, shift);
    const traffic = await customers.stop();
    // The last that happens is not what customers write, which has everything counted anew.
    await work(desks, { ...shift, durationMs: 0, leastEach: 2 });
    const screens = desks.map(({ screen }) => screen);
    const restless = await comeToRest({ tables, events, screens });
    const told = await events.read(place.id);
    const findings = await checkEverything({ graph, company, desks, tables, told, log, traffic, restless });
    return {
      performances: log.performances(),
      findings,
      written: traffic.acknowledged,
      resumed: screens.reduce((sum, { resumed }) => sum + resumed, 0),
    };
  } finally {
    clearInterval(reporting);
    await Promise.all([presence?.stop(), customers.stop()]);
    await Promise.all(desks.map(({ screen }) => screen.close()));
    await Promise.all([graph.close(), events.close(), tables.close()]);
  }
}

function doneSoFar(log: RunLog): number {
  return log.performances().reduce((sum, { done }) => sum + done, 0);
}
