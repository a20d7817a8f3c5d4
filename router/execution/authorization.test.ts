import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse, validate, type ExecutionResult } from 'graphql';
import { compose } from '#schema/compose.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { createSnapshot } from '../graph/snapshot.ts';
import { compareShop } from '../testing/compareShop.ts';
import { randomOperation } from '../testing/randomOperation.ts';
import { guardedShopSupergraph, shopScopes } from '../testing/shop.ts';
import { agent, visitor } from '../testing/world.ts';

const comparison = compareShop(guardedShopSupergraph);
const { snapshot } = comparison;
const ask = (query: string, lacks: ReadonlySet<string>) => comparison.ask(query, lacks);
const without = (...scopes: string[]) => new Set(scopes);
const refused = ({ errors = [] }: ExecutionResult) =>
  errors.map(({ path, extensions }) => [path?.join('.'), extensions?.['code']]);
const code = 'UNAUTHORIZED_FIELD_OR_TYPE';

describe('a field that takes a scope which the token does not have', () => {
  it('is null with an error at its place, and the rest is answered', async () => {
    const { data, ...result } = await ask('{ products(first: 2) { name price } me { name } }', without('names'));
    expect(data).toEqual({
      products: [
        { name: null, price: 10.25 },
        { name: null, price: 20.25 },
      ],
      me: { name: 'name 1' },
    });
    expect(refused(result)).toEqual([
      ['products.0.name', code],
      ['products.1.name', code],
    ]);
    expect(result.errors?.[0]?.message).toContain('the scope names');
  });

  it('is asked of no subgraph', async () => {
    const { fetched } = await ask('{ products { name price } latest { text } }', without('names', 'latest'));
    expect(fetched).toContain('price');
    expect(fetched).not.toMatch(/\bname\b|latest|text/);
  });

  it('is not run when it is a mutation', async () => {
    const result = await ask('mutation { rename(id: "1", to: "x") { sku } }', without('rename'));
    expect([result.data, refused(result), result.fetched]).toEqual([{ rename: null }, [['rename', code]], '']);
  });

  it('takes what it stands in with it when it may not be null', async () => {
    const result = await ask('{ products(first: 2) { sku } product(id: "1") { available sku } }', without('available'));
    expect(result.data).toMatchObject({ product: null, products: [{ sku: 'sku-1' }, { sku: 'sku-2' }] });
    expect(refused(result)).toEqual([['product.available', code]]);
  });

  it.each([
    ['under an alias', '{ product(id: "1") { price: name } }', { price: null }],
    ['under the alias of another', '{ product(id: "1") { name: sku sku: name } }', { name: 'sku-1', sku: null }],
    ['in a fragment', '{ product(id: "1") { ...F } } fragment F on Product { name }', { name: null }],
    ['in fragments within fragments', '{ product(id: "1") { ... { ... on Product { name } } } }', { name: null }],
    ['under a condition', 'query ($y: Boolean = true) { product(id: "1") { name @include(if: $y) } }', { name: null }],
    [
      'under the only condition beside entities',
      'query ($y: Boolean = true) { product(id: "1") { name @include(if: $y) reviews(first: 1) { author { name } } } }',
      { name: null, reviews: [{ author: { name: 'name 2' } }] },
    ],
    [
      'beside a condition that contradicts the one that it stands under',
      'query ($y: Boolean = true) { product(id: "1") @include(if: $y) { name badge @skip(if: $y) } }',
      { name: null },
    ],
    ['several times', '{ product(id: "1") { name name again: name(upper: true) } }', { name: null, again: null }],
  ])('does not come through %s', async (_, query, product) => {
    const { data, fetched } = await ask(query, without('names'));
    expect(data).toEqual({ product });
    expect(fetched).not.toMatch(/Product\{[^}]*\bname\b|product\([^}]*\bname\b/);
  });

  it('does not come through the interface that it is of, and the other types have theirs', async () => {
    const { data, fetched } = await ask('{ media { id rating } }', without('ratings'));
    expect(data).toEqual({ media: ['1', '2', '3'].map((id) => ({ id, rating: null })) });
    expect(fetched).not.toContain('rating');
    const titles = await ask('{ media { id ... on Movie { title } ... on Book { pages } } }', without('titles'));
    expect(titles.errors).toBeUndefined();
    const some = await ask('{ search { ... on Movie { title } ... on Book { title } } }', without('titles'));
    expect(some.data).toEqual({ search: [{}, null, null, { title: 'title 3' }, {}] });
    expect(refused(some)).toEqual([['search.1.title', code]]);
  });
});

describe('a type that takes a scope which the token does not have', () => {
  it('is null wherever a field gives it', async () => {
    const result = await ask('{ product(id: "1") { depot { city } sku } }', without('depots'));
    expect(result.data).toEqual({ product: { depot: null, sku: 'sku-1' } });
    expect(refused(result)).toEqual([['product.depot', code]]);
    expect(result.fetched).not.toContain('depot');
  });

  it.each([
    ['a union', '{ search { __typename } }'],
    ['a union, with its own fields', '{ search { __typename ... on Movie { minutes } } }'],
    ['a union, by an interface', '{ search { __typename ... on Media { title } } }'],
  ])('does not turn up in %s', async (_, query) => {
    const { data, errors } = await ask(query, without('movies'));
    expect(JSON.stringify(data)).not.toMatch(/Movie|minutes|title 3/);
    expect(refused({ errors: errors ?? [] })).toEqual([['search.3', code]]);
  });
});

it('who has all scopes is answered as if there were none', async () => {
  const query = '{ products { name available } media { title rating } latest { author { email } } }';
  expect((await ask(query, without())).errors).toBeUndefined();
});

it('whatever is asked, whoever asks, is answered as one schema would that refuses the same', async () => {
  const draws = fc.infiniteStream(fc.nat(9_999));
  const weather = fc.record({
    seed: fc.nat(),
    failures: fc.constantFrom(0, 4, 20),
    nulls: fc.constantFrom(0, 5, 20),
  });
  const kind = fc.constantFrom('query' as const, 'mutation' as const);
  await fc.assert(
    fc.asyncProperty(draws, weather, fc.subarray([...shopScopes]), kind, async (stream, given, lacks, type) => {
      const query = randomOperation(snapshot.schema, (limit) => (stream.next().value ?? 0) % limit, type);
      fc.pre(validate(snapshot.schema, parse(query)).length === 0);
      const { ours, theirs } = await comparison.answers(query, given, {}, new Set(lacks));
      expect(ours).toEqual(theirs);
    }),
    { numRuns: 60 },
  );
});

describe('directives of a graph', () => {
  const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
    import: ["@authenticated", "@requiresScopes", "@policy"])`;
  const read = (field: string, more = '') =>
    createSnapshot(
      compose({ one: `${link} type Query { it: String ${field} other: Kind } ${more || 'enum Kind { A }'}` }),
    ).requirements;

  const ada = agent({ scopes: ['a', 'b'] });
  const admin: Identity = { ...agent(), kind: 'agent', role: 'ADMIN' };
  const service: Identity = { kind: 'service', companyId: ada.companyId, service: 'router', scopes: [] };
  const partner: Identity = { kind: 'partner', companyId: ada.companyId, partner: 'crm', scopes: ['c'] };

  it.each([
    ['@authenticated', [true, true, true, true, true, false]],
    ['@requiresScopes(scopes: [["a", "b"], ["c"]])', [true, false, true, true, false, false]],
    ['@requiresScopes(scopes: [["a", "c"]])', [false, false, true, false, false, false]],
    ['@policy(policies: [["agent:ADMIN"]])', [false, true, true, false, false, false]],
    ['@policy(policies: [["agent"], ["visitor"]])', [true, true, true, false, true, false]],
    ['@policy(policies: [["agent", "agent:ADMIN"]])', [false, true, true, false, false, false]],
    ['@policy(policies: [["agent"]]) @requiresScopes(scopes: [["c"]])', [false, false, true, false, false, false]],
    ['', [true, true, true, true, true, true]],
  ])('%s lets in who they name, and nobody else', (directives, expected) => {
    const requirements = read(directives);
    const lets = (identity: Identity | undefined) =>
      requirements.denialsFor(identity).field('Query', 'it') === undefined;
    expect([ada, admin, service, partner, visitor(), undefined].map(lets)).toEqual(expected);
  });

  it('on an enum or a scalar keep the fields that give it', () => {
    const denials = read('', 'enum Kind @requiresScopes(scopes: [["z"]]) { A }').denialsFor(ada);
    expect([denials.field('Query', 'other')?.text, denials.field('Query', 'it')]).toEqual(['the scope z', undefined]);
  });

  it('with a policy that nobody knows keep the router from taking the graph', () => {
    expect(() => read('@policy(policies: [["boss"]])')).toThrow(/boss.*agent:ADMIN/);
  });

  it('that are linked under another name keep the router from taking the graph', () => {
    const sdl = compose({ one: `${link} type Query { it: String @authenticated }` });
    const renamed = sdl
      .replace('authenticated/v0.1"', 'authenticated/v0.1", as: "known"')
      .replaceAll('@authenticated', '@known');
    expect(renamed).toContain('directive @known');
    expect(() => createSnapshot(renamed)).toThrow(/@authenticated @known/);
  });
});
