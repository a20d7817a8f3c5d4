import { pause } from '#platform/lifecycle/backoff.ts';
import { changing } from './actions/changing.ts';
import { beat, present, supervising } from './actions/present.ts';
import { look, reading } from './actions/reading.ts';
import { writing } from './actions/writing.ts';
import type { Colleague, Company } from './company.ts';
import type { Action, Desk } from './desk.ts';
import type { Graph } from './graph.ts';
import type { Random } from './random.ts';
import type { RunLog } from './runLog.ts';
import { openScreen, type LiveFilter } from './screen.ts';

/** Of screens: those that ask for what a list shows, which takes a fetch for each event. */
const FULL_EVERY = 10;
const BEAT_MS = 15_000;
/** At once, of those who sit down. */
const STEP = 10;

type Actions = readonly [Action, ...Action[]];
const [reply, ...others] = [...writing, ...changing, ...reading, ...present] as const;
const everybody: Actions = [reply as Action, ...others];
const supervisors: Actions = [...everybody, ...supervising];

/** Everybody sits down, with an inbox that is live behind the cursor. */
export async function openDesks(options: {
  readonly graph: Graph;
  readonly company: Company;
  readonly random: Random;
  readonly log: RunLog;
  readonly cursor: string;
}): Promise<Desk[]> {
  const { graph, company, random, log, cursor } = options;
  const { colleagues } = company;

  async function sitDown(me: Colleague, n: number): Promise<Desk> {
    const screen = await openScreen({
      url: graph.socketUrl,
      of: me,
      cursor,
      filter: filterOf(me, n),
      isFull: n % FULL_EVERY === 0,
    });
    const desk = { me, company, screen, log, random: random.fork(n), ask: graph.asker(me.token) };
    return { ...desk, rows: [], presence: 'ONLINE', isAway: false };
  }

  const desks: Desk[] = [];
  while (desks.length < colleagues.length) {
    const step = colleagues.slice(desks.length, desks.length + STEP);
    desks.push(...(await Promise.all(step.map((me, n) => sitDown(me, desks.length + n)))));
  }
  return desks;
}

/** Most look at everything, some at what is theirs, their team's or open. */
function filterOf({ id, teamIds: [teamId] }: Colleague, n: number): LiveFilter {
  const filters: LiveFilter[] = [{}, {}, { assigneeId: id }, {}, { status: ['OPEN'] }, ...(teamId ? [{ teamId }] : [])];
  return filters[n % filters.length] ?? {};
}

export interface Shift {
  readonly durationMs: number;
  /** The longest that somebody thinks before they act again. */
  readonly thinkMs: number;
  /** On a machine that has other work as well, everybody stays until they have done so much. */
  readonly leastEach: number;
}

/** Everybody looks at their list and then does one thing after another, until it is time. */
export async function work(desks: readonly Desk[], { durationMs, thinkMs, leastEach }: Shift): Promise<void> {
  const until = Date.now() + durationMs;
  await Promise.all(
    desks.map(async (desk) => {
      const { random, log, me } = desk;
      const actions = me.role === 'SUPERVISOR' ? supervisors : everybody;
      await log.perform('list', () => look(desk));
      for (let done = 1; done < leastEach || Date.now() < until; done++) {
        await pause(random.next() * thinkMs);
        const action = random.weighted(actions);
        await log.perform(action.name, () => action.run(desk));
      }
    }),
  );
}

export interface Presence {
  stop(): Promise<void>;
}

/** Their clients go on saying what they said last, as long as nobody stops them. */
export function keepBeating(desks: readonly Desk[]): Presence {
  const stopping = new AbortController();

  async function beatAll(): Promise<void> {
    while (!stopping.signal.aborted) {
      for (const desk of desks) if (!stopping.signal.aborted) await desk.log.perform('heartbeat', () => beat(desk));
      await pause(BEAT_MS, stopping.signal);
    }
  }

  const beating = beatAll();
  return {
    stop() {
      stopping.abort();
      return beating;
    },
  };
}
