import { createHistogram } from 'node:perf_hooks';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Agent, request } from 'undici';
import { bearerDefaults, signBearerToken } from '#platform/identity/bearerTokens.ts';
import { createIdentitySigner, IDENTITY_HEADER } from '#platform/identity/signedIdentity.ts';
import { naivePage, operations, type Operation } from './inbox/operations.ts';
import type { Ready } from './inbox/platformProcess.ts';
import { seededInbox, type Seeded } from './inbox/seed.ts';
import { startProcess } from './childProcess.ts';
import type { Row } from './table.ts';

const MAX_STATEMENTS = 8;
const IN_FLIGHT = 8;
const benchDirectory = fileURLToPath(new URL('../../.data/bench', import.meta.url));

/**
 * What an agent's screens ask, in a company of 50 agents with 200,000 conversations and two million messages: one request
 * after another for how long each takes, then eight at once for how many there can be, through the router and at the
 * subgraph; and the same page from an inbox that is written with a statement for each field.
 */
export async function inbox({ quick }: { readonly quick: boolean }): Promise<Row[]> {
  const conversations = quick ? 20_000 : 200_000;
  const seeded = await seededInbox({ dataDir: join(benchDirectory, `inbox-${String(conversations)}`), conversations });
  const platform = await startPlatform(seeded.dataDir);
  try {
    const budget = quick ? { requests: 40, throughputMs: 700 } : { requests: 200, throughputMs: 3_000 };
    return await measureAll(platform, seeded, budget);
  } finally {
    await platform.stop();
  }
}

interface Budget {
  readonly requests: number;
  readonly throughputMs: number;
}

type Running = Awaited<ReturnType<typeof startPlatform>>;
/** Sends one request of an operation in some agent's name. */
type Ask = (operation: Operation) => Promise<void>;

async function startPlatform(dataDir: string) {
  const child = await startProcess<Ready>(fileURLToPath(new URL('./inbox/platformProcess.ts', import.meta.url)), {
    args: [dataDir],
  });
  return {
    ...child.ready,
    statements: async () => (await child.ask<{ statements: number }>()).statements,
    stop: async () => child.stop(),
  };
}

async function measureAll(platform: Running, { company }: Seeded, budget: Budget): Promise<Row[]> {
  const dispatcher = new Agent({ connections: IN_FLIGHT });
  const { companyId, agentIds } = company;
  const identities = agentIds.map(
    (agentId) => ({ kind: 'agent', companyId, agentId, role: 'AGENT', scopes: [] }) as const,
  );
  const options = { ...bearerDefaults, secret: platform.secrets.token, expiresInSeconds: 3_600 };
  const tokens = await Promise.all(identities.map((identity) => signBearerToken(identity, options)));
  const sign = createIdentitySigner(platform.secrets.identity);
  let turn = 0;

  async function post<T>(url: string, headers: Record<string, string>, query: string, variables: object): Promise<T> {
    const { body } = await request(`${url}/graphql`, {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await body.json()) as { data: T; errors?: unknown };
    if (errors !== undefined) throw new Error(`${query} failed: ${JSON.stringify(errors)}`);
    return data;
  }
  const byRouter: Ask = async ({ query, variables }) => {
    const agent = turn++ % agentIds.length;
    const headers = { authorization: `Bearer ${tokens[agent] ?? ''}` };
    await post(platform.router, headers, query, variables(agentIds[agent] ?? ''));
  };
  const atSubgraph: Ask = async ({ query, variables }) => {
    const identity = identities[turn++ % identities.length];
    if (!identity) throw new Error('the company has no agents');
    await post(platform.subgraph, { [IDENTITY_HEADER]: await sign(identity) }, query, variables(identity.agentId));
  };
  const naively: Ask = async ({ query, variables }) => {
    await post(platform.naive, {}, query, variables(agentIds[turn++ % agentIds.length] ?? ''));
  };

  const { conversations } = await post<{ conversations: { edges: { node: { id: string } }[] } }>(
    platform.router,
    { authorization: `Bearer ${tokens[0] ?? ''}` },
    '{ conversations(first: 100, filter: { status: [OPEN] }) { edges { node { id } } } }',
    {},
  );
  const ids = conversations.edges.map(({ node }) => node.id);
  // The first seconds compile code, open connections and fill caches.
  for (let warm = 0; warm < budget.requests / 4; warm++) {
    for (const operation of operations(company, ids, 'name')) await byRouter(operation);
  }
  const rows: Row[] = [
    { figure: 'p50 / p95 / p99 ms, a second, statements', measured: '', limit: 'p95 through the router' },
  ];
  for (const [place, ask, channel] of [
    ['router', byRouter, 'id name platform status'],
    ['subgraph', atSubgraph, 'id'],
  ] as const) {
    for (const operation of operations(company, ids, channel)) {
      rows.push(await measure(`${place}: ${operation.name}`, ask, operation, platform, budget));
    }
  }
  const naive: Operation = {
    name: 'list, open',
    query: naivePage,
    variables: (agentId) => ({ status: 'OPEN', companyId, agentId }),
    limitMs: undefined,
  };
  rows.push(await measure('a statement for each field: list, open', naively, naive, platform, budget));
  await dispatcher.close();
  return rows;
}

async function measure(
  figure: string,
  ask: Ask,
  operation: Operation,
  platform: Running,
  budget: Budget,
): Promise<Row> {
  process.stderr.write(`\r\x1b[K${figure} `);
  for (let warm = 0; warm < 10; warm++) await ask(operation);
  const before = await platform.statements();
  const latency = createHistogram();
  for (let sent = 0; sent < budget.requests; sent++) {
    const since = performance.now();
    await ask(operation);
    latency.record(Math.max(1, Math.round((performance.now() - since) * 1_000)));
  }
  const statements = ((await platform.statements()) - before) / budget.requests;
  const perSecond = await throughput(() => ask(operation), budget.throughputMs);
  process.stderr.write('\r\x1b[K');
  const ms = (percentile: number): string => (latency.percentile(percentile) / 1_000).toFixed(1);
  return {
    figure,
    measured: `${ms(50)} / ${ms(95)} / ${ms(99)}  ${perSecond.toFixed(0).padStart(5)}  ${statements.toFixed(1).padStart(5)}`,
    limit: limitOf(operation, figure),
  };
}

function limitOf({ name, limitMs }: Operation, figure: string): string {
  if (limitMs === undefined || !figure.startsWith('router')) return '';
  return name.startsWith('list') ? `${String(limitMs)}, ${String(MAX_STATEMENTS)} statements` : String(limitMs);
}

async function throughput(ask: () => Promise<void>, durationMs: number): Promise<number> {
  const startedAt = performance.now();
  let answered = 0;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (performance.now() - startedAt < durationMs) {
        await ask();
        answered += 1;
      }
    }),
  );
  return answered / ((performance.now() - startedAt) / 1_000);
}
