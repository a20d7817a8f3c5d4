import { randomBytes } from 'node:crypto';
import { createEventBus } from '#platform/events/bus.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { openChannels } from './channels/channelsStack.ts';
import { connectAccounts, type BenchAccount } from './channels/connectAccounts.ts';
import { createWriter, type Written } from './delivery/messages.ts';
import { watchOutcomes } from './delivery/outcomes.ts';
import { passTime } from './delivery/passTime.ts';
import { createPlatforms, limits, platforms, type DeliveryPlatform } from './delivery/platforms.ts';
import { judge, type Verdict } from './delivery/verdict.ts';
import type { Row } from './table.ts';

/** Without an outcome for so long, messages count as lost. */
const DRAIN_LIMIT_MS = 240_000;
const KILL_LIMIT_MS = 30_000;

/**
 * Two processes send for two accounts of each of three platforms, which hold them to their limits: at a tenth of what these
 * allow, to see how long a message takes; then all at once, platform by platform and together, to see how near they come to
 * what is allowed; and so again, with one of the processes killed on the way.
 */
export async function delivery({ quick }: { readonly quick: boolean }): Promise<Row[]> {
  const bench = await openBench(quick);
  try {
    // The first seconds compile code and open connections.
    await bench.run({ share: 0.1, seconds: 3 });
    const steady = await bench.run({ share: 0.1, seconds: quick ? 6 : 30 });
    const seconds = quick ? 2 : 10;
    const floods: Run[] = [];
    for (const platform of platforms) floods.push(await bench.run({ share: Infinity, seconds, only: platform }));
    floods.push(await bench.run({ share: Infinity, seconds }));
    bench.tellOfSends();
    const killed = await bench.run({ share: Infinity, seconds: seconds / 2, kill: true });
    const verdicts = [steady, ...floods, killed].map(({ verdict }) => verdict);
    const sum = (of: (verdict: Verdict) => number): string => String(verdicts.map(of).reduce((a, b) => a + b));
    return [
      {
        figure: `event to platform at ${steady.rate.toFixed(0)} a second, p50 / p99 ms`,
        measured: `${String(steady.verdict.p50)} / ${String(steady.verdict.p99)}`,
        limit: '',
      },
      ...floods.map(({ name, rate, allowed }) => ({
        figure: `${name}, messages a second until all are sent`,
        measured: rate.toFixed(1),
        limit: String(allowed),
      })),
      {
        figure: 'kill -9 of one process, sent / unconfirmed',
        measured: `${String(killed.verdict.sent)} / ${String(killed.verdict.unconfirmed)}`,
        limit: String(killed.written),
      },
      { figure: 'messages in all runs, sent', measured: sum(({ sent }) => sent), limit: '' },
      { figure: 'limits broken', measured: String(bench.violations()), limit: '0' },
      { figure: 'out of their order', measured: sum(({ disordered }) => disordered), limit: '0' },
      {
        figure: 'lost / doubled',
        measured: `${sum(({ lost }) => lost)} / ${sum(({ doubled }) => doubled)}`,
        limit: '0 / 0',
      },
    ];
  } finally {
    await bench.close();
  }
}

interface Run {
  readonly name: string;
  readonly written: number;
  readonly verdict: Verdict;
  /** Messages a second until the last of them is told as sent. */
  readonly rate: number;
  /** The most that the platforms take. */
  readonly allowed: number;
}

async function openBench(quick: boolean) {
  const app = { id: '1', secret: randomBytes(16).toString('hex') };
  const standins = createPlatforms(app);
  await standins.start();
  const channels = await openChannels({ app, processes: 2, env: standins.env() });
  const { nats, database, processes } = channels;
  const accounts = await connectAccounts(channels, platforms);
  accounts.forEach((account) => standins.know(account));
  const outcomes = await watchOutcomes(nats);
  const writer = createWriter(createEventBus({ nats, metrics: createMetrics({ service: 'bench' }) }));

  const companyIds = [...new Set(accounts.map(({ companyId }) => companyId))];
  const hasOutcome = ({ messageId }: Written): boolean => outcomes.of(messageId) !== undefined;

  /** One process dies when so many messages more are at the platforms. */
  async function killAfter(count: number): Promise<void> {
    const last = standins.taken().length + count;
    for (let waited = 0; standins.taken().length < last && waited < KILL_LIMIT_MS; waited += 20) await pause(20);
    await processes[1]?.kill();
  }

  /**
   * @param options.share Of what the platforms allow, at which messages are written; Infinity: all at once.
   * @param options.seconds How long that takes at least at what they allow.
   */
  async function run(options: {
    readonly share: number;
    readonly seconds: number;
    readonly only?: DeliveryPlatform;
    readonly kill?: true;
  }): Promise<Run> {
    const { share, seconds, only, kill } = options;
    const senders = accounts.filter(({ platform }) => !only || platform === only);
    const allowed = senders.reduce((sum, account) => sum + limitOf(account), 0);
    const startedAt = Date.now();
    const killing = kill ? killAfter((allowed * seconds) / 3) : Promise.resolve();
    const written = await writer.write(
      senders.map((account) => {
        const limit = limitOf(account);
        return { account, perSecond: limit * share, count: Math.round(limit * Math.min(share, 1) * seconds) };
      }),
    );
    await killing;
    for (const deadline = Date.now() + DRAIN_LIMIT_MS; !written.every(hasOutcome) && Date.now() < deadline;) {
      const done = written.filter(hasOutcome).length;
      process.stderr.write(`\r${String(done)} of ${String(written.length)} messages `);
      if (kill && quick) await passTime(database, companyIds);
      await pause(100);
    }
    process.stderr.write('\r\x1b[K');
    const lastAt = Math.max(...written.map(({ messageId }) => outcomes.of(messageId)?.at ?? Infinity));
    return {
      name: only ?? 'all together',
      written: written.length,
      verdict: judge(written, outcomes, standins.taken()),
      rate: written.length / ((lastAt - startedAt) / 1_000),
      allowed,
    };
  }

  return {
    run,
    violations: standins.violations,
    /** By the process that is not killed. */
    tellOfSends: () => standins.tell(processes[0]?.url ?? ''),
    async close() {
      await outcomes.stop();
      await channels.close();
      await standins.stop();
    },
  };
}

function limitOf({ platform }: BenchAccount): number {
  return platform === 'INSTAGRAM' ? 0 : limits[platform];
}
