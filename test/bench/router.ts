import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { v7 } from 'uuid';
import { createNats } from '#infra/embedded/nats.ts';
import { createRedis } from '#infra/embedded/redis.ts';
import { bearerDefaults, signBearerToken } from '#platform/identity/bearerTokens.ts';
import { startProcess, type BenchProcess } from './childProcess.ts';
import type { GatewayStart } from './router/gatewayStart.ts';
import { rivalSupergraphSdl, supergraphSdl } from './router/graph.ts';
import { load, type Load } from './router/load.ts';
import { routerOperations, type RouterOperation } from './router/operations.ts';
import type { Row } from './table.ts';

const run = promisify(execFile);
const here = (file: string) => fileURLToPath(new URL(`./router/${file}`, import.meta.url));

/** Ours first: the others are measured against it. */
const routers = [
  { name: 'Switchboard', file: here('ourProcess.ts') },
  { name: '@apollo/gateway', file: here('rivals/stock.js') },
  { name: 'Hive Gateway', file: here('rivals/hive.js') },
];
const TOKENS = 5_000;
const tokenSecret = 'the secret of the tokens of this benchmark';

interface Measured extends Load {
  readonly cpuMs: number;
  readonly fetches: number;
}

/** The same graph and subgraphs behind our router and others, each in a process of its own, one after another. */
export async function router({ quick }: { readonly quick: boolean }): Promise<Row[]> {
  const durationMs = quick ? 2_000 : 10_000;
  await installRivals();
  const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-bench-'));
  const log = (): void => undefined;
  const stores = [createNats({ dataDir, log }), createRedis({ dataDir, log })] as const;
  const [nats, redis] = stores;
  await Promise.all(stores.map((store) => store.start()));
  const subgraphs = await startProcess<{ urls: Record<string, string> }>(here('subgraphProcess.ts'));
  try {
    const { urls } = subgraphs.ready;
    const supergraphFile = join(dataDir, 'supergraph.graphql');
    await writeFile(supergraphFile, supergraphSdl);
    const start: GatewayStart = {
      urls,
      supergraphFile,
      rivalSupergraphSdl: rivalSupergraphSdl(urls),
      natsUrl: nats.url(),
      redisUrl: redis.url(),
      tokenSecret,
    };
    const tokens = await signTokens();
    const answers = new Map<string, unknown>();
    const measured: Record<string, Measured>[] = [];
    for (const { name, file } of routers) {
      const gateway = await startProcess<{ url: string }>(file, { start });
      try {
        measured.push(await measureAll(name, gateway, { subgraphs, tokens, durationMs, answers }));
      } finally {
        await gateway.stop();
      }
    }
    return rowsOf(measured);
  } finally {
    await subgraphs.stop();
    await Promise.all(stores.map((store) => store.stop()));
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** They are not among the product's dependencies: only this benchmark knows them. */
async function installRivals(): Promise<void> {
  if (existsSync(here('rivals/node_modules'))) return;
  process.stderr.write('installing the other routers ');
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here('rivals') });
  process.stderr.write('\r\x1b[K');
}

async function signTokens(): Promise<string[]> {
  const companyId = v7();
  const options = { ...bearerDefaults, secret: tokenSecret, expiresInSeconds: 3_600 };
  return Promise.all(
    Array.from({ length: TOKENS }, () =>
      signBearerToken({ kind: 'agent', companyId, agentId: v7(), role: 'AGENT', scopes: [] }, options),
    ),
  );
}

interface Setting {
  readonly subgraphs: BenchProcess<unknown>;
  readonly tokens: readonly string[];
  readonly durationMs: number;
  /** Of the first router, by operation: every router has to give the same. */
  readonly answers: Map<string, unknown>;
}

async function measureAll(
  name: string,
  gateway: BenchProcess<{ url: string }>,
  { subgraphs, tokens, durationMs, answers }: Setting,
): Promise<Record<string, Measured>> {
  const measured: Record<string, Measured> = {};
  let turn = 0;
  for (const operation of routerOperations) {
    const body = JSON.stringify({ query: operation.query, variables: operation.variables });
    const { data, bytes: expected } = await askOnce(gateway.ready.url, operation, body, tokens[0] ?? '');
    if (!answers.has(operation.name)) answers.set(operation.name, data);
    if (!isDeepStrictEqual(answers.get(operation.name), data)) {
      throw new Error(`${name} answers ${operation.name} in another way than ${routers[0]?.name ?? ''}`);
    }
    for (const [who, tokenOf] of [
      ['one identity', () => tokens[0]],
      ['another identity each time', () => tokens[turn++ % tokens.length]],
    ] as const) {
      const figure = `${operation.name}, ${who}`;
      process.stderr.write(`\r\x1b[K${name}: ${figure} `);
      const ask = { url: gateway.ready.url, body, authorization: () => `Bearer ${tokenOf() ?? ''}`, expected };
      // The first seconds compile code and open connections.
      await load({ ...ask, durationMs: durationMs / 3 });
      const before = await usage(gateway, subgraphs);
      const result = await load({ ...ask, durationMs });
      const after = await usage(gateway, subgraphs);
      measured[figure] = {
        ...result,
        cpuMs: (after.cpu - before.cpu) / 1_000 / result.count,
        fetches: (after.requests - before.requests) / result.count,
      };
    }
  }
  process.stderr.write('\r\x1b[K');
  return measured;
}

async function usage(gateway: BenchProcess<unknown>, subgraphs: BenchProcess<unknown>) {
  const [{ cpu }, { requests }] = await Promise.all([
    gateway.ask<{ cpu: number }>(),
    subgraphs.ask<{ requests: number }>(),
  ]);
  return { cpu, requests };
}

async function askOnce(
  url: string,
  { name }: RouterOperation,
  body: string,
  token: string,
): Promise<{ readonly data: unknown; readonly bytes: number }> {
  const response = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body,
  });
  const text = await response.body.text();
  const { data, errors } = JSON.parse(text) as { data: unknown; errors?: unknown };
  if (errors !== undefined) throw new Error(`${name} failed: ${JSON.stringify(errors)}`);
  return { data, bytes: Buffer.byteLength(text) };
}

function rowsOf([ours = {}, ...rivals]: readonly Record<string, Measured>[]): Row[] {
  return Object.entries(ours).flatMap(([figure, own]) => [
    { figure: `${figure}: a second, p50 / p99 ms, CPU ms, fetches`, measured: '', limit: '' },
    { figure: `  ${routers[0]?.name ?? ''}`, measured: textOf(own), limit: '' },
    ...rivals.map((rival, index) => {
      const theirs = rival[figure];
      return {
        figure: `  ${routers[index + 1]?.name ?? ''}`,
        measured: theirs ? textOf(theirs) : '',
        limit: theirs ? comparison(own, theirs) : '',
      };
    }),
  ]);
}

/** On a small machine whoever asks and the subgraphs take processor time from a quick router: what an operation costs it says more. */
function comparison(own: Measured, theirs: Measured): string {
  const times = own.perSecond / theirs.perSecond;
  const share = (100 * own.cpuMs) / theirs.cpuMs;
  return `ours is ${times.toFixed(1)} times as fast, with ${share.toFixed(0)} % of the processor`;
}

function textOf({ perSecond, p50, p99, cpuMs, fetches }: Measured): string {
  const times = `${p50.toFixed(1)} / ${p99.toFixed(1)}`;
  return `${perSecond.toFixed(0).padStart(5)}  ${times.padStart(15)}  ${cpuMs.toFixed(2).padStart(6)}  ${fetches.toFixed(1).padStart(5)}`;
}
