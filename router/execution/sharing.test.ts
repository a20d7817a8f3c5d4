import { beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { routerDefaults } from '../config.ts';
import { createFlights } from '../graph/flights.ts';
import { createGraphVersion } from '../graph/graphVersion.ts';
import { createSnapshot } from '../graph/snapshot.ts';
import { sha256 } from '../operations/documents.ts';
import { fair } from '../testing/compareShop.ts';
import { shopSources, shopSupergraph } from '../testing/shop.ts';
import { agent } from '../testing/world.ts';
import { createExecutor, type Executor } from './executor.ts';
import type { RequestScope, Source } from './source.ts';

const snapshot = createSnapshot(shopSupergraph);
const ada = agent();
const scope: RequestScope = { identity: ada, requestId: 'r', clientAddress: '192.0.2.1', mayShare: true };
const query = 'query ($id: ID = "1") { product(id: $id) { sku stock } }';

let executor: Executor;
let fetches: number;
/** Lets what is fetched come. */
let release: () => void;

beforeEach(() => {
  fetches = 0;
  const released = Promise.withResolvers<void>();
  release = released.resolve;
  const metrics = createMetrics({ service: 'test' });
  const flights = createFlights();
  const sources = Object.fromEntries(
    Object.entries(shopSources(fair)).map(([name, source]): [string, Source] => [
      name,
      {
        async fetch(operation, ...others) {
          fetches += 1;
          if (operation.kind === 'query') await released.promise;
          const answer = await source.fetch(operation, ...others);
          if (operation.kind === 'mutation') flights.wrote(ada.companyId);
          return answer;
        },
      },
    ]),
  );
  const version = createGraphVersion({ snapshot, sources, limits: routerDefaults.limits, logger, metrics });
  executor = createExecutor({ graph: { version }, flights, logger, metrics });
});

async function ask(text: string, given: RequestScope = scope, variables = {}) {
  const source = { hash: sha256(text), document: parse(text), operationName: undefined };
  return executor.execute(executor.prepare(source), variables, given);
}

describe('equal operations at one moment', () => {
  it('are executed once, and everybody gets the whole answer', async () => {
    const both = Promise.all([ask(query), ask(query, { ...scope, requestId: 'another' })]);
    release();
    const [first, second] = await both;
    expect(first).toEqual({ data: expect.stringContaining('"sku":"sku-1"'), errors: [] });
    expect(second).toEqual(first);
    expect(fetches).toBe(2);
  });

  it.each([
    ['for somebody else', query, { ...scope, identity: agent() }, {}],
    ['from another address', query, { ...scope, clientAddress: '192.0.2.2' }, {}],
    ['with other variables', query, scope, { id: '2' }],
    ['for something else', '{ product(id: "1") { stock sku } }', scope, {}],
    ['for who was just told of a change', query, { identity: ada, requestId: 'r' }, {}],
  ])('are executed twice %s', async (_, text, other, variables) => {
    const both = Promise.all([ask(query), ask(text, other, variables)]);
    release();
    await both;
    expect(fetches).toBe(4);
  });

  it('are executed twice when something was written after the first began, and mutations each time', async () => {
    const before = ask(query);
    const renaming = 'mutation { rename(id: "1", to: "new") { sku } }';
    await Promise.all([ask(renaming), ask(renaming)]);
    const after = ask(query);
    release();
    await Promise.all([before, after]);
    expect(fetches).toBe(6);
  });
});
