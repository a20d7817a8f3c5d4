import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { routerDefaults } from '../config.ts';
import { createFlights } from '../graph/flights.ts';
import { createGraphVersion } from '../graph/graphVersion.ts';
import { createSnapshot } from '../graph/snapshot.ts';
import { sha256 } from '../operations/documents.ts';
import { shopSupergraph } from '../testing/shop.ts';
import { agent } from '../testing/world.ts';
import { compileEntitiesAt } from './entities.ts';
import { answerOf, createExecutor } from './executor.ts';
import type { Data } from './merge.ts';
import type { Run } from './run.ts';
import { createComparison } from './sameData.ts';
import type { SubgraphAnswer } from './source.ts';

const snapshot = createSnapshot(shopSupergraph);
const user = (fields: Data = {}): Data => ({ __typename: 'User', id: '1', nick: 'a', ...fields });

function runOn(data: Data): Run {
  return {
    data,
    problems: [],
    variables: {},
    coerced: {},
    scope: { identity: agent(), requestId: 'r' },
    entities: new Map(),
    sharing: { anywhere: false, objects: new Set(), found: new Map() },
  };
}

const byId = ({ id }: Data) => (typeof id === 'string' ? id : undefined);

describe('what stands at one path and is the same', () => {
  it('becomes one, with all that is within, and is found once from then on', () => {
    const seller = () => ({ id: 'ada', friends: [{ id: 'ben' }, null] });
    const run = runOn({ products: [{ seller: seller() }, { seller: seller() }, { seller: { id: 'ben' } }] });
    const entitiesAt = compileEntitiesAt(['products', '@', 'seller'], byId);
    const [[first, ...others] = [], ben] = [...entitiesAt(run).values()];
    expect(others).toEqual([]);
    expect(ben).toHaveLength(1);
    const [one, other] = run.data['products'] as { seller: Data }[];
    expect(one?.seller).toBe(first);
    expect(other?.seller).toBe(first);
    expect([...run.sharing.objects]).toEqual([first]);
    const again = [...entitiesAt(run).values()];
    expect(again).toEqual([[first], ben]);
    expect(again[0]?.[0]).toBe(first);
  });

  it.each<[string, Data, Data]>([
    ['of another', { id: 'ada' }, { id: 'ben' }],
    ['with another value', { id: 'ada', nick: 'a' }, { id: 'ada', nick: null }],
    ['with more of it', { id: 'ada' }, { id: 'ada', nick: 'a' }],
    ['with another list', { id: 'ada', friends: [{ id: 'ben' }] }, { id: 'ada', friends: [] }],
    ['with a list in place of an object', { id: 'ada', boss: { 0: 'ben' } }, { id: 'ada', boss: ['ben'] }],
    ['with something else far within', { id: 'ada', a: [[{ b: 1 }]] }, { id: 'ada', a: [[{ b: 2 }]] }],
    ['with what has no fields', { id: 'ada', at: new Date(1) }, { id: 'ada', at: new Date(2) }],
    ['that nobody can be asked for', { nick: 'a' }, { nick: 'a' }],
  ])('stays two when one is %s', (_, left, right) => {
    const run = runOn({ people: [left, right] });
    compileEntitiesAt(['people', '@'], byId)(run);
    const [one, other] = run.data['people'] as Data[];
    expect(one).toBe(left);
    expect(other).toBe(right);
    expect(run.sharing.objects.size).toBe(0);
  });

  it('is not looked for in data without end, nor for ever', () => {
    const person = (): Data => {
      const one: Data = { id: 'ada' };
      return Object.assign(one, { boss: { id: 'ben', friends: [one] } });
    };
    const isSame = createComparison();
    expect(isSame(person(), person())).toBe(false);
    expect(isSame([[1]], [[1]])).toBe(true);
    const many = () => Array.from({ length: 30_000 }, () => [1]);
    expect(isSame(many(), many())).toBe(false);
    expect(isSame([[1]], [[1]])).toBe(false);
  });
});

describe('one author of two reviews', () => {
  /** @param authors As the subgraph of reviews answers; that of users answers the name. */
  async function ask(authors: readonly Data[], name: string | null, errors: SubgraphAnswer['errors'] = []) {
    const asked: string[] = [];
    const nothing = { fetch: async () => ({ data: null, errors: [] }) };
    const sources = {
      catalog: nothing,
      inventory: nothing,
      reviews: { fetch: async () => ({ data: { latest: authors.map((author) => ({ author })) }, errors }) },
      users: {
        async fetch(_: unknown, variables: string) {
          asked.push(variables);
          return { data: { _entities: [{ name }] }, errors: [] };
        },
      },
    };
    const metrics = createMetrics({ service: 'test' });
    const version = createGraphVersion({ snapshot, sources, limits: routerDefaults.limits, logger, metrics });
    const executor = createExecutor({ graph: { version }, flights: createFlights(), logger, metrics });
    const text = '{ latest { author { nick name } } }';
    const operation = version.prepare({ hash: sha256(text), document: parse(text), operationName: undefined });
    const result = await executor.execute(operation, {}, { identity: agent(), requestId: 'r' });
    expect(asked).toEqual(['{"representations":[{"__typename":"User","id":"1"}]}']);
    const answer = JSON.parse(answerOf(result)) as { data: { latest: unknown }; errors?: { path: unknown }[] };
    return { latest: answer.data.latest, places: (answer.errors ?? []).map(({ path }) => path) };
  }

  it('is asked for once, and answered at both', async () => {
    const author = { nick: 'a', name: 'Ada' };
    expect(await ask([user({ nick: 'a' }), user({ nick: 'a' })], 'Ada')).toEqual({
      latest: [{ author }, { author }],
      places: [],
    });
  });

  it('keeps what a subgraph said of them at each', async () => {
    expect(await ask([user({ nick: 'a' }), user({ nick: null })], 'Ada')).toEqual({
      latest: [{ author: { nick: 'a', name: 'Ada' } }, { author: { nick: null, name: 'Ada' } }],
      places: [],
    });
  });

  it('is null at both when something is missing that must not be, which is told of both', async () => {
    expect(await ask([user(), user()], null)).toEqual({
      latest: [{ author: null }, { author: null }],
      places: [
        ['latest', 0, 'author', 'name'],
        ['latest', 1, 'author', 'name'],
      ],
    });
  });

  it('is told of at both when a subgraph answers what its type does not have', async () => {
    expect(await ask([user({ nick: 5 }), user({ nick: 5 })], 'Ada')).toEqual({
      latest: [{ author: { nick: null, name: 'Ada' } }, { author: { nick: null, name: 'Ada' } }],
      places: [
        ['latest', 0, 'author', 'nick'],
        ['latest', 1, 'author', 'nick'],
      ],
    });
  });

  it('is told of where nothing else explains that it is null', async () => {
    const errors = [{ message: 'something is wrong here', path: ['latest', 0] }];
    expect((await ask([user(), user()], null, errors)).places).toEqual([
      ['latest', 0],
      ['latest', 1, 'author', 'name'],
    ]);
  });
});
