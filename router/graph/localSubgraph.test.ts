import { beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { createLocalSubgraph as serveLocally, type LocalSubgraph } from '#platform/graphql/localSubgraph.ts';
import { subgraphSchema } from '#platform/graphql/subgraphSchema.ts';
import { openAccess } from '#platform/graphql/testing/openAccess.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import type { RequestScope, SubgraphOperation } from '../execution/source.ts';
import { agent } from '../testing/world.ts';
import { createFlights, type Flights } from './flights.ts';
import { createLocalSubgraph } from './localSubgraph.ts';
import type { Subgraph } from './subgraph.ts';

const typeDefs = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { caller: Caller slow: Int twice(n: Int!): Int }
  type Mutation { touch: Int }
  type Caller { agentId: ID }`;

interface Context {
  readonly identity: Identity;
  readonly signal: AbortSignal;
}

const metrics = createMetrics({ service: 'test' });
let signal: AbortSignal | undefined;
let prepared = 0;
let contextFails = false;
let ready: () => Promise<void>;
let flights: Flights;
let connect: (timeoutMs: number) => Subgraph;
let subgraph: Subgraph;

const resolvers = {
  Query: {
    caller: (_: unknown, __: unknown, { identity }: Context) => identity,
    twice: (_: unknown, { n }: { n: number }) => 2 * n,
    async slow(_: unknown, __: unknown, context: Context) {
      signal = context.signal;
      while (!context.signal.aborted) await setImmediate();
    },
  },
  Mutation: { touch: () => 1 },
};

beforeEach(() => {
  prepared = 0;
  contextFails = false;
  ready = async () => undefined;
  const served = serveLocally({
    schema: subgraphSchema(typeDefs, resolvers),
    access: openAccess(typeDefs),
    context(identity, request) {
      if (contextFails) throw new Error('the database is away');
      return { identity, signal: request.signal, close: async () => undefined };
    },
    logger,
    metrics,
  });
  const local: LocalSubgraph = {
    prepare(query) {
      prepared += 1;
      return served.prepare(query);
    },
  };
  flights = createFlights();
  const service = { local, checks: { database: () => ready(), nats: async () => undefined } };
  connect = (timeoutMs) => createLocalSubgraph({ name: 'near', service, timeoutMs, flights, metrics });
  subgraph = connect(30_000);
});

const operationOf = (query: string, kind: SubgraphOperation['kind'] = 'query'): SubgraphOperation => ({
  kind,
  query,
  bodyHead: '',
});
const ask = (query: string, scope: Partial<RequestScope> = {}) =>
  subgraph.fetch(operationOf(query), '{}', { identity: agent(), requestId: 'r', ...scope });

describe('a subgraph in the same process', () => {
  it('answers who asks, with variables, each time with objects of the caller’s own', async () => {
    const identity = agent();
    const scope = { identity, requestId: 'r' };
    const operation = operationOf('query ($n: Int!) { caller { agentId } twice(n: $n) }');
    const first = await subgraph.fetch(operation, '{"n":2}', scope);
    const second = await subgraph.fetch(operation, '{"n":3}', scope);

    expect([first, second].map(({ data }) => data)).toEqual(
      [4, 6].map((twice) => ({ caller: { agentId: identity.agentId }, twice })),
    );
    expect(first.data?.['caller']).not.toBe(second.data?.['caller']);
    expect(prepared).toBe(1);
  });

  it('is not asked for somebody without an identity', async () => {
    await expect(ask('{ caller { agentId } }', { identity: undefined })).rejects.toMatchObject({
      extensions: { code: 'UNAUTHENTICATED' },
    });
    expect(prepared).toBe(0);
  });

  it('refuses what somebody may not ask for', async () => {
    const { data, errors } = await ask('{ caller { agentId } }', {
      identity: { kind: 'partner', companyId: agent().companyId, partner: 'crm', scopes: [] },
    });
    expect(data).toBeNull();
    expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('that takes too long is given up, and told so', async () => {
    subgraph = connect(200);
    await expect(ask('{ slow }')).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    expect(signal?.aborted).toBe(true);
  });

  it('is told that who asked has left, which is no failure of it', async () => {
    signal = undefined;
    const leaving = new AbortController();
    const asked = ask('{ slow }', { signal: leaving.signal });
    while (!signal) await setImmediate();
    leaving.abort();
    await expect(asked).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE', isAbandoned: true });
    expect((signal as AbortSignal).aborted).toBe(true);
    expect(await metrics.text()).toMatch(/^switchboard_router_subgraph_seconds_count\{[^}]*outcome="left"[^}]*\} 1$/m);
  });

  it('that cannot begin, or is of another version, is away for this operation', async () => {
    await expect(ask('{ nonsense }')).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    contextFails = true;
    await expect(ask('{ caller { agentId } }')).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
  });

  it('is ready when everything is that its service needs', async () => {
    await expect(subgraph.check()).resolves.toBeUndefined();
    ready = async () => {
      throw new Error('away');
    };
    await expect(subgraph.check()).rejects.toThrow('away');
  });

  it('lets nobody join a fetch of another subgraph that began before its mutation', async () => {
    const identity = agent();
    const flight = { companyId: identity.companyId, who: 'ada', what: 'same', onJoin: () => undefined };
    let land: (text: string) => void = () => undefined;
    const before = flights.share(flight, () => new Promise<string>((resolve) => (land = resolve)));
    await subgraph.fetch(operationOf('mutation { touch }', 'mutation'), '{}', { identity, requestId: 'r' });
    const after = flights.share(flight, async () => 'after');
    land('before');

    expect(await Promise.all([before, after])).toEqual(['before', 'after']);
  });
});
