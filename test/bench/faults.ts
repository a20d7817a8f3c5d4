import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { v7 } from 'uuid';
import { grains } from '#analytics/grains.ts';
import { cubes, ROLLUPS, type Cube } from '#analytics/rollups.ts';
import { openNats } from '#analytics/testing/sinkHarness.ts';
import { createNats } from '#infra/embedded/nats.ts';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createRandom, type Random } from '#test/agents/random.ts';
import { freePort } from '#infra/embedded/ports.ts';
import { createLoad, type Load } from './faults/load.ts';
import { processOf, type Victim } from './faults/victim.ts';
import type { Row } from './table.ts';

const COMPANIES = 12;
/** Of a batch: each takes seven statements, which is long for thousands of events on a machine with other things to do. */
const FEWEST_ROWS = 200;
/** Within it everything is counted again, a dead sink's lease included. */
const RECOVERY_LIMIT_MS = 60_000;
/** What is still missing when nothing has come for so long was lost, however busy the machine is otherwise. */
const PATIENCE_MS = 120_000;
const SETTLED_MS = 1_500;
const UNCOUNTED = 'it cannot be counted';
/** Of what the sinks say, what is told where something is wrong. */
const LAST_LINES = 20;
/** A count, at the longest, and the pause before it: when more has passed between two of them, the machine itself stood still. */
const STEP_MS = 15_000;

/**
 * Two sinks, each with its share, ClickHouse's engine and NATS, each a process of its own: one of them, or two, are killed at a
 * random moment while events come in, and started again. Afterwards every event is in every table, once.
 */
export async function faults({ quick, seed }: { readonly quick: boolean; readonly seed: number }): Promise<Row[]> {
  const rounds = quick ? 6 : 50;
  process.stderr.write(`seed ${String(seed)}\n`);
  const random = createRandom(seed);
  const bench = await openBench(random);
  const killed = new Map<string, number>();
  let broken = 0;
  const recoveries: number[] = [];
  try {
    for (let round = 1; round <= rounds; round++) {
      const victims = choose(bench.victims, random);
      const names = victims.map(({ name }) => name).join(' and ');
      process.stderr.write(`${String(round)} of ${String(rounds)}: ${names} `);
      const telling = bench.load.run(1_000 + random.below(1_500));
      await pause(200 + random.below(1_000));
      for (const victim of victims) await victim.kill9();
      await Promise.all([telling, ...victims.map((victim) => victim.start())]);
      const clock = clockOfSteps();
      const wrong = await recount(bench.clickhouse, bench.load, clock);
      recoveries.push(clock());
      for (const { name } of victims) killed.set(name, (killed.get(name) ?? 0) + 1);
      process.stderr.write(`${((recoveries.at(-1) ?? 0) / 1_000).toFixed(1)} s ${wrong.join('; ')}\n`);
      if (wrong.length === 0) continue;
      broken += 1;
      process.stderr.write(`${await bench.said()}\n`);
    }
  } finally {
    await bench.close();
  }
  recoveries.sort((a, b) => a - b);
  const published = [...bench.load.published.values()].reduce((sum, count) => sum + count, 0);
  return [
    { figure: 'rounds', measured: String(rounds), limit: '' },
    ...[...killed].map(([name, times]) => ({ figure: `kill -9 of ${name}`, measured: String(times), limit: '' })),
    { figure: 'events published', measured: String(published), limit: '' },
    { figure: 'of them told again, in other groups', measured: String(bench.load.repeated), limit: '' },
    {
      figure: 'rounds after which raw, ids, rollups and published differed',
      measured: String(broken),
      limit: '0',
      isBroken: broken > 0,
    },
    {
      figure: 'until everything was counted again, p50 / longest s',
      measured: [recoveries[recoveries.length >> 1], recoveries.at(-1)]
        .map((ms = 0) => (ms / 1_000).toFixed(1))
        .join(' / '),
      limit: `${String(RECOVERY_LIMIT_MS / 1_000)}`,
      isBroken: (recoveries.at(-1) ?? 0) > RECOVERY_LIMIT_MS,
    },
  ];
}

async function openBench(random: Random) {
  const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-faults-'));
  const nats = createNats({ dataDir, log: () => undefined });
  await nats.start();
  const port = await freePort();
  const url = `http://127.0.0.1:${String(port)}`;
  const engine = processOf('ClickHouse', './clickhouseProcess.ts', () => [join(dataDir, 'analytics'), String(port)]);
  await engine.start();
  const connection = await openNats(nats.url());
  const log = join(dataDir, 'sinks.log');
  const sinks = ['one sink', 'the other sink'].map((name) =>
    processOf(name, './sinkProcess.ts', () => [url, nats.url(), String(FEWEST_ROWS + random.below(3_000)), log]),
  );
  await Promise.all(sinks.map((sink) => sink.start()));
  const server: Victim = {
    name: 'NATS',
    start: () => nats.start(),
    kill9: () => nats.kill9(),
    stop: () => nats.stop(),
  };
  const clickhouse = createClient({ url, request_timeout: 10_000, log: { level: ClickHouseLogLevel.OFF } });
  const companies = Array.from({ length: COMPANIES }, () => v7());
  const metrics = createMetrics({ service: 'bench' });
  return {
    victims: [...sinks, engine, server],
    load: createLoad({ nats: connection, metrics, companies, random }),
    clickhouse,
    async said() {
      const lines = (await readFile(log, 'utf8')).trimEnd().split('\n');
      return lines.slice(-LAST_LINES).join('\n');
    },
    async close() {
      for (const sink of sinks) await sink.stop();
      await clickhouse.close();
      await engine.stop();
      await connection.stop();
      await nats.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** One of them, and in one of four rounds a second one. */
function choose(victims: readonly Victim[], random: Random): Victim[] {
  const first = random.below(victims.length);
  const second = random.happens(0.25) ? random.below(victims.length) : first;
  return [...new Set([first, second])].flatMap((index) => victims[index] ?? []);
}

/** Milliseconds since it was made, as long as it is looked at often: it does not go on while the machine stands still. */
function clockOfSteps(): () => number {
  let [last, passed] = [performance.now(), 0];
  return () => {
    const now = performance.now();
    passed += Math.min(now - last, STEP_MS);
    last = now;
    return passed;
  };
}

/** What is not counted once, of everything that was published, when nothing has come for long, and a while after it was right. */
async function recount(clickhouse: ClickHouseClient, { published }: Load, clock: () => number): Promise<string[]> {
  // Where nothing can be counted, nothing is known to be right.
  const ask = () => wrongOf(clickhouse, published).catch((error: unknown) => [`${UNCOUNTED}: ${String(error)}`]);
  let [known, since] = ['', clock()];
  for (let attempt = 1; ; attempt++) {
    const wrong = await ask();
    if (wrong.length === 0) {
      await pause(SETTLED_MS);
      return ask();
    }
    if (wrong.join() !== known && !wrong[0]?.startsWith(UNCOUNTED)) [known, since] = [wrong.join(), clock()];
    if (clock() - since > PATIENCE_MS) return wrong;
    await pause(backoff(attempt, { capMs: 500 }));
  }
}

/** What each table has of each company: the rollups once in each of the cubes in which every event stands once. */
const whole = (Object.keys(cubes) as Cube[]).filter((cube) => cube !== 'label');
const counted = ['raw', 'ids', ...grains.flatMap(({ name }) => whole.map((cube) => `${name} ${cube}`))];
const counting = `SELECT toString(company_id) AS company, groupArray(concat(what, ' ', toString(n))) AS counts FROM (
    SELECT company_id, 'raw' AS what, count() AS n FROM analytics.events GROUP BY company_id
    UNION ALL SELECT company_id, 'ids', uniqExact(event_id) FROM analytics.events GROUP BY company_id
    UNION ALL SELECT company_id, concat(toString(grain), ' ', cube), sum(events) FROM ${ROLLUPS}
      WHERE cube != 'label' GROUP BY company_id, grain, cube
  ) GROUP BY company_id`;

async function wrongOf(clickhouse: ClickHouseClient, published: ReadonlyMap<string, number>): Promise<string[]> {
  const result = await clickhouse.query({ query: counting, format: 'JSONEachRow' });
  const rows = await result.json<{ company: string; counts: string[] }>();
  const found = new Map(rows.map(({ company, counts }) => [company, counts.toSorted()]));
  return [...published].flatMap(([company, count]) => {
    const expected = counted.map((what) => `${what} ${String(count)}`).toSorted();
    const got = found.get(company) ?? [];
    if (count === 0 || got.join() === expected.join()) return [];
    return [`${company} has ${got.join(', ')} of ${String(count)}`];
  });
}
