import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { createNats } from '#infra/embedded/nats.ts';
import { createRedis } from '#infra/embedded/redis.ts';
import { createEventBus } from '#platform/events/bus.ts';
import { createEvent } from '#platform/events/catalogue.ts';
import { connectNats } from '#platform/events/nats.ts';
import { bearerDefaults, signBearerToken } from '#platform/identity/bearerTokens.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { routerDefaults, type RouterConfig } from '#router/config.ts';
import { startKeyKeeper } from '#router/testing/keyKeeper.ts';
import { startTestGraph } from '#router/testing/subgraphs.ts';
import { agent, messageCreated } from '#router/testing/world.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import { eventually } from '#test/stack/eventually.ts';
import type { Row } from '../table.ts';
import { startChild } from './child.ts';
import type { Received } from './clientsProcess.ts';
import type { Usage } from './routerProcess.ts';

const SOCKETS = 10_000;
/** At which every socket gets as much as is asked of one router: five events a second. */
const STEADY_EVENTS_PER_SECOND = 5;
const query = `subscription { inboxUpdates {
  cursor kind occurredAt conversation { id number channel { name } mood } message { id text }
} }`;
/** The router has all sockets by then; it needs some milliseconds for each. */
const SUBSCRIBED_WITHIN_MS = 60_000;
const everything = { connections: 1_000_000, operations: 1_000_000, messagesPerSecond: 1_000_000 };

/**
 * Ten thousand sockets on one router process, their clients in another: all of them equal, so that an event is executed and
 * serialised once; and, beside it, each by itself, as who executes for each subscriber has it.
 */
export async function manySockets({ quick }: { readonly quick: boolean }): Promise<Row[]> {
  const bench = await openBench();
  try {
    const shared = await bench.run({
      sockets: SOCKETS,
      people: 1,
      steadySeconds: quick ? 5 : 20,
      burst: quick ? 20 : 50,
    });
    const naive = await bench.run({
      sockets: quick ? SOCKETS / 10 : SOCKETS,
      people: SOCKETS,
      steadySeconds: 0,
      burst: quick ? 3 : 2,
    });
    const kilobytes = (bytes: number): string => (bytes / shared.sockets / 1_024).toFixed(1);
    return [
      { figure: 'sockets on one router', measured: String(shared.sockets), limit: String(SOCKETS) },
      {
        figure: `event to socket at ${String(STEADY_EVENTS_PER_SECOND)} events a second, p50 / p99 ms`,
        measured: `${String(shared.steady.p50)} / ${String(shared.steady.p99)}`,
        limit: `${String(STEADY_EVENTS_PER_SECOND * SOCKETS)} deliveries a second`,
      },
      { figure: 'deliveries a second, at most', measured: perSecond(shared.burst), limit: '50000' },
      { figure: 'processor per delivery, µs', measured: (shared.cpuPerDelivery * 1e6).toFixed(1), limit: '' },
      {
        figure: 'memory per socket, KB in use / of the machine',
        measured: `${kilobytes(shared.heapBytes)} / ${kilobytes(shared.residentBytes)}`,
        limit: '25',
      },
      { figure: 'executions per event', measured: shared.executionsPerEvent.toFixed(0), limit: '1' },
      { figure: 'lost', measured: String(shared.lost), limit: '0' },
      {
        figure: `each by itself, ${String(naive.sockets)} sockets: deliveries a second`,
        measured: perSecond(naive.burst),
        limit: 'its rival',
      },
      {
        figure: 'each by itself: event to socket, p50 / p99 ms',
        measured: `${String(naive.burst.p50)} / ${String(naive.burst.p99)}`,
        limit: 'its rival',
      },
      { figure: 'each by itself: executions per event', measured: naive.executionsPerEvent.toFixed(0), limit: '' },
    ];
  } finally {
    await bench.close();
  }
}

function perSecond({ deliveries, seconds }: Received): string {
  return (deliveries / seconds).toFixed(0);
}

interface Load {
  readonly sockets: number;
  /** Sockets of one person get equal answers. */
  readonly people: number;
  readonly steadySeconds: number;
  /** Events at once. */
  readonly burst: number;
}

async function openBench() {
  const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-bench-'));
  const log = (): void => undefined;
  const stores = [createNats({ dataDir, log }), createRedis({ dataDir, log })] as const;
  await Promise.all(stores.map((store) => store.start()));
  const [natsServer, redis] = stores;
  const identitySecret = randomBytes(32).toString('hex');
  const secret = randomBytes(32).toString('hex');
  const graph = await startTestGraph(identitySecret);
  const keys = await startKeyKeeper(identitySecret, graph.servers[0]?.url);
  const supergraphFile = join(dataDir, 'supergraph.graphql');
  await writeFile(supergraphFile, graph.supergraphSdl);
  const config: RouterConfig = {
    ...routerDefaults,
    http: { host: '127.0.0.1', port: 0, trustProxy: false, bodyLimit: 1024 ** 2 },
    production: true,
    supergraphFile,
    subgraphs: {
      ...Object.fromEntries(graph.servers.map(({ name, url }) => [name, url])),
      conversations: keys.url(),
      analytics: keys.url(),
    },
    natsUrl: natsServer.url(),
    redisUrl: redis.url(),
    bearer: { secret, ...bearerDefaults },
    identitySecret,
    graphiql: undefined,
    // All clients are one process at one address, and many of them one person.
    rates: { agentPerMinute: 1_000_000, addressPerMinute: 1_000_000 },
    sockets: { ...routerDefaults.sockets, perUser: everything, perAddress: everything },
  };
  const metrics = createMetrics({ service: 'bench' });
  const nats = connectNats({ url: natsServer.url(), name: 'bench', logger, metrics });
  await nats.start();
  const bus = createEventBus({ nats, metrics });

  async function tokensOf(people: number, companyId: string): Promise<string[]> {
    const options = { secret, ...bearerDefaults, expiresInSeconds: 3_600 };
    // Agents of equal rights share executions: to be by itself, each has a right that nobody else has.
    const rightsOf = (n: number) => (people === 1 ? [] : [`bench:${String(n)}`]);
    return Promise.all(
      Array.from({ length: people }, (_, n) => signBearerToken(agent({ companyId, scopes: rightsOf(n) }), options)),
    );
  }

  return {
    async run({ sockets, people, steadySeconds, burst }: Load) {
      const router = startChild('./routerProcess.ts');
      const clients = startChild('./clientsProcess.ts');
      const { url } = await router.ask<{ url: string }>({ kind: 'start', config });
      const counted = async (metric: string): Promise<number> => {
        const text = await (await fetch(`${url}/metrics`)).text();
        return Number(new RegExp(`^${metric}\\{[^}]*\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
      };
      const companyId = v7();
      const publish = async (count: number): Promise<void> =>
        bus.publish(Array.from({ length: count }, () => createEvent(catalogue, companyId, messageCreated())));
      try {
        const idle = await router.ask<Usage>({ kind: 'usage' });
        const tokens = await tokensOf(Math.min(people, sockets), companyId);
        await clients.ask({ kind: 'open', url: `${url.replace('http', 'ws')}/graphql`, query, tokens, count: sockets });
        await eventually(async () => {
          const subscribed = await counted('switchboard_router_live_subscriptions');
          if (subscribed < sockets) throw new Error('sockets are missing');
        }, SUBSCRIBED_WITHIN_MS);
        const full = await router.ask<Usage>({ kind: 'usage' });

        // The first events compile code.
        await clients.ask({ kind: 'begin' });
        await publish(1);
        await clients.ask<Received>({ kind: 'await', deliveries: sockets, limitMs: 120_000 });

        const executedBefore = await counted('switchboard_router_live_executions_total');
        await clients.ask({ kind: 'begin' });
        const events = steadySeconds * STEADY_EVENTS_PER_SECOND;
        for (let sent = 0; sent < events; sent++) {
          await publish(1);
          await pause(1_000 / STEADY_EVENTS_PER_SECOND);
        }
        const awaitAll = (count: number): Promise<Received> =>
          clients.ask<Received>({ kind: 'await', deliveries: count * sockets, limitMs: 120_000 });
        const steady = await awaitAll(events);

        await clients.ask({ kind: 'begin' });
        const before = await router.ask<Usage>({ kind: 'usage' });
        await publish(burst);
        const atOnce = await awaitAll(burst);
        const after = await router.ask<Usage>({ kind: 'usage' });
        const executed = (await counted('switchboard_router_live_executions_total')) - executedBefore;
        return {
          sockets,
          steady,
          burst: atOnce,
          lost: (events + burst) * sockets - steady.deliveries - atOnce.deliveries,
          executionsPerEvent: executed / (events + burst),
          heapBytes: full.heapBytes - idle.heapBytes,
          residentBytes: full.residentBytes - idle.residentBytes,
          cpuPerDelivery: (after.cpuSeconds - before.cpuSeconds) / atOnce.deliveries,
        };
      } finally {
        await clients.stop();
        await router.stop();
      }
    },

    async close(): Promise<void> {
      await nats.stop();
      await Promise.all([keys.stop(), ...graph.servers.map((server) => server.stop())]);
      await Promise.all(stores.map((store) => store.stop()));
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
