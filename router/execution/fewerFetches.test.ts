import { describe, expect, it } from '@jest/globals';
import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import { compareShop } from '../testing/compareShop.ts';
import { shopSupergraph } from '../testing/shop.ts';
import { agent } from '../testing/world.ts';
import { compileBroughtByRoots } from './rootEntities.ts';
import type { Run } from './run.ts';

const { ask } = compareShop(shopSupergraph);
const nobody: ReadonlySet<string> = new Set();

/** In how many fetches entities were asked for a field, or for one of several. */
function fetchesOf(fetched: string, field: string): number {
  const named = new RegExp(`\\b(${field})\\b`);
  return fetched.split('\n').filter((query) => query.includes('_entities') && named.test(query)).length;
}

describe('what one subgraph knows by itself, and what takes something of another', () => {
  const query = '{ people { wish { stock shipping } } }';

  it('is asked in one fetch', async () => {
    const { data, errors, fetched } = await ask(query);
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      people: [2, 3, 4].map((id) => ({ wish: { stock: id * 7, shipping: id * 13 + 0.5 } })),
    });
    expect(fetched.match(/_entities/g)).toHaveLength(2);
    expect(fetchesOf(fetched, 'stock|shipping')).toBe(1);
  });

  it('is asked as far as it can be when the other one is away', async () => {
    const { data, errors, fetched } = await ask(query, nobody, new Set(['catalog']));
    expect(data).toEqual({ people: [2, 3, 4].map((id) => ({ wish: { stock: id * 7, shipping: null } })) });
    expect(errors?.map(({ path }) => path)).toEqual([0, 1, 2].map((index) => ['people', index, 'wish']));
    expect(fetchesOf(fetched, 'stock')).toBe(1);
    expect(fetchesOf(fetched, 'shipping')).toBe(0);
  });

  it('is asked with all variables that either takes', async () => {
    const { data, errors } = await ask(
      'query ($express: Boolean = true, $first: Int = 1) { people { wish { shipping(express: $express) depot { products { reviews(first: $first) { stars } } } badge } } }',
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ people: [{ wish: { badge: 'badge 2', shipping: 1_026.5 } }, {}, {}] });
  });

  it.each([
    [
      'another fetch waits for what comes at once',
      '{ people { wish { depot { keeper { name } } shipping } } }',
      'depot',
    ],
    [
      'something is asked under a condition',
      'query ($yes: Boolean = true) { people { wish { stock @include(if: $yes) shipping } } }',
      'stock',
    ],
  ])('is asked in two when %s', async (_, text, atOnce) => {
    const { errors, fetched } = await ask(text);
    expect(errors).toBeUndefined();
    expect(fetchesOf(fetched, `${atOnce}|shipping`)).toBe(2);
  });
});

describe('an entity of which a root field has brought what is asked', () => {
  it('is not asked for again, be it all of them or some', async () => {
    const authors = 'latest { author { name } }';
    const all = await ask(`{ people { id name written { text } } ${authors} }`);
    expect(all.errors).toBeUndefined();
    expect(all.data).toMatchObject({ latest: [2, 3, 1].map((id) => ({ author: { name: `name ${String(id)}` } })) });
    expect(fetchesOf(all.fetched, 'name')).toBe(0);
    const some = await ask(`{ me { id name written { text } } ${authors} }`);
    expect(some.data?.['latest']).toEqual(all.data?.['latest']);
    expect(some.given).toContain('{"representations":[{"__typename":"User","id":"2"},{"__typename":"User","id":"3"}]}');
  });

  it('is asked for where less was brought', async () => {
    const { errors, fetched } = await ask('{ people { id nick written { text } } latest { author { name } } }');
    expect(errors).toBeUndefined();
    expect(fetchesOf(fetched, 'name')).toBe(1);
  });

  it('is asked for when the root field’s subgraph did not answer', async () => {
    const { data, fetched } = await ask(
      '{ products { seller { name } } people { name written { text } } }',
      nobody,
      new Set(['users']),
    );
    expect(data).toBeNull();
    expect(fetchesOf(fetched, 'name')).toBe(1);
  });

  it.each<[string, Partial<Run>, unknown[]]>([
    ['is known', {}, [{ name: 'Ada' }]],
    ['is not taken for it in a mutation, which may have changed it', { entities: undefined }, []],
    ['is not taken for it where an event brought it', { scope: { identity: agent(), requestId: 'r', event: {} } }, []],
    ['is not taken for it where it is null', { data: { people: [{ __typename: 'User', id: '1', name: null }] } }, []],
    [
      'is not taken for it where it is a list',
      { data: { people: [{ __typename: 'User', id: '1', name: ['a'] }] } },
      [],
    ],
  ])('%s', (_, given, brought) => {
    const requires: QueryPlanSelectionNode[] = [];
    const operation =
      'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { name } } }';
    const find = compileBroughtByRoots(
      {
        kind: 'Fetch',
        serviceName: 'users',
        operation,
        operationName: undefined,
        operationKind: 'query' as never,
        requires,
      },
      ({ id }) => String(id),
      [{ typeName: 'User', path: ['people', '@'], values: new Set(['name']) }],
    );
    const run: Run = {
      data: { people: [{ __typename: 'User', id: '1', name: 'Ada' }] },
      problems: [],
      variables: {},
      coerced: {},
      scope: { identity: agent(), requestId: 'r' },
      entities: new Map(),
      sharing: { anywhere: false, objects: new Set(), found: new Map() },
    };
    expect([...find({ ...run, ...given }).values()]).toEqual(brought);
  });
});

describe('the name of a type that the schema tells', () => {
  it('is not asked for, and told to who finds an entity by it', async () => {
    const { data, errors, fetched, given } = await ask('{ people { __typename wish { __typename stock } } }');
    expect(errors).toBeUndefined();
    expect(data?.['people']).toEqual(
      [2, 3, 4].map((id) => ({ __typename: 'User', wish: { __typename: 'Product', stock: id * 7 } })),
    );
    expect(fetched).toContain('{people{wish{id}}}');
    expect(given).toContain('{"__typename":"Product","id":"2"}');
  });

  it('is asked for where an object may be of several', async () => {
    const { data, errors, fetched } = await ask('{ media { ... on Book { product { stock } } ... on Movie { id } } }');
    expect(errors).toBeUndefined();
    expect(data?.['media']).toEqual([{ id: '1' }, { product: { stock: 14 } }, { id: '3' }]);
    expect(fetched).toContain('{media{__typename ');
    expect(fetched).toContain('product{id}');
  });

  it('is asked for where the only thing asked is whether an object is there', async () => {
    const { data, fetched } = await ask('{ me { __typename } }');
    expect(data).toEqual({ me: { __typename: 'User' } });
    expect(fetched).toBe('{me{__typename}}');
  });

  it('is told also where what else an entity is found by may be missing', async () => {
    const query = 'query ($no: Boolean = false) { people { wish { shipping @include(if: $no) stock duty } } }';
    const { data, errors } = await ask(query);
    expect(errors).toBeUndefined();
    expect(data?.['people']).toEqual([2, 3, 4].map((id) => ({ wish: { stock: id * 7, duty: (id * 10 + 0.5) / 4 } })));
  });
});
