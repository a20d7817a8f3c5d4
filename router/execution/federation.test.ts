import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse, validate } from 'graphql';
import { compareShop, fair } from '../testing/compareShop.ts';
import { randomOperation } from '../testing/randomOperation.ts';
import { shopSupergraph } from '../testing/shop.ts';

const comparison = compareShop(shopSupergraph);
const { snapshot } = comparison;

describe('an operation over subgraphs is answered as one schema would', () => {
  test.each([
    [
      '@requires with an argument beside the client’s own',
      '{ products { shipping price(currency: EUR) other: price } }',
    ],
    [
      '@requires beside an alias of the name that it needs',
      '{ products { shipping weight: sku price: name(upper: true) } }',
    ],
    ['two fields that require the same', '{ products { shipping duty express: shipping(express: true) } }'],
    [
      'what a field requires, when only its condition asks for it',
      'query ($no: Boolean = false) { products { shipping @include(if: $no) duty available } }',
    ],
    ['an interface object', '{ media { __typename id reviews { text author { nick email } } rating(scale: 4) } }'],
    [
      'an interface object of which each type is asked for something else',
      '{ media { rating ... on Book { reviews { text } } ... on Movie { reviews { stars author { email } } } } }',
    ],
    [
      'an interface object of which one type is asked for nothing',
      'query ($no: Boolean = false) { media { id ... on Book { rating } ... on Movie @include(if: $no) { rating reviews { text } } } }',
    ],
    [
      'an interface object in a list of something else',
      '{ search { ... on Media { rating(scale: 2) } ... on Movie { reviews { about { duty depot { city } } } } } }',
    ],
    [
      'an entity of which more is asked in one type than in another',
      '{ media { ... on Book { id product { stock } } } search { ... on Book { product { available } } ... on Product { seller { nick } } } }',
    ],
    [
      'a fragment under a condition, whose field another field requires',
      'query ($no: Boolean = false) { product(id: "2") { badge ... on Product @include(if: $no) { shipping ...W } } products { ...W } } fragment W on Product { sku weight size { width } }',
    ],
    [
      'what is selected twice, once under a condition that does not hold',
      'query ($no: Boolean = false) { products { seller { boss @include(if: $no) { email name } boss { nick } } depot { products @include(if: $no) { available duty } products { weight stock } } } }',
    ],
    [
      'a union with nulls and repetitions',
      '{ search { __typename ... on Product { stock } ... on Book { reviews { stars } } } }',
    ],
    ['lists of lists', '{ products { grid { at product { stock reviews { text } } } } }'],
    ['an entity by another key', '{ products { reviews { about { stock seller { written { text } } } } } }'],
    [
      'a mutation',
      'mutation { a: rename(id: "1", to: "x") { stock } b: rename(id: "2", to: "y") { reviews { text } } }',
    ],
    ['a field that was overridden', '{ products { badge depot { keeper { name } products { badge } } } }'],
    ['introspection beside data', '{ __typename q: __schema { queryType { name } } products { sku } }'],
  ])('with %s', async (_, query) => {
    expect(validate(snapshot.schema, parse(query))).toEqual([]);
    const weathers = [1, 2, 3, 4, 5].map((seed) => ({ seed, failures: 15, nulls: 15 }));
    for (const weather of [fair, ...weathers]) {
      const { ours, theirs } = await comparison.answers(query, weather);
      expect(ours).toEqual(theirs);
    }
  });

  test('and asks an interface object of each type for no more than the client does', async () => {
    const { fetched, errors } = await comparison.ask(
      '{ media { ... on Book { rating } ... on Movie { reviews { stars } } } }',
    );
    expect(errors).toBeUndefined();
    expect(fetched.match(/\.\.\.on Media\{.*/g)).toEqual([
      '...on Media{reviews{stars}}}}',
      expect.stringMatching(/^\.{3}on Media\{\w+:rating\}{3}$/),
    ]);
    const { fetched: ofOne } = await comparison.ask('{ media { id ... on Book { rating } } }');
    expect(ofOne.match(/rating/g)).toHaveLength(1);
    const { fetched: same } = await comparison.ask('{ media { rating ... on Book { pages } } }');
    expect(same.match(/_entities/g)).toHaveLength(1);
  });

  test('and asks the same of an entity once, but of one that a mutation changes each time', async () => {
    const { fetched } = await comparison.ask(
      '{ products(first: 3) { seller { email } } product(id: "2") { seller { email } } }',
    );
    expect(fetched.match(/_entities/g)).toHaveLength(1);
    const { fetched: changing } = await comparison.ask(
      'mutation { a: rename(id: "1", to: "x") { stock } b: rename(id: "1", to: "y") { stock } }',
    );
    expect(changing.match(/_entities/g)).toHaveLength(2);
  });

  test('whatever is asked, whatever fails', async () => {
    const weather = fc.record({
      seed: fc.nat(),
      failures: fc.constantFrom(0, 4, 20),
      nulls: fc.constantFrom(0, 5, 20),
    });
    const draws = fc.infiniteStream(fc.nat(9_999));
    const variables = fc.record(
      { yes: fc.boolean(), no: fc.boolean(), count: fc.integer({ min: 1, max: 3 }) },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        draws,
        weather,
        variables,
        fc.constantFrom('query', 'mutation'),
        async (stream, given, values, kind) => {
          const query = randomOperation(snapshot.schema, (limit) => (stream.next().value ?? 0) % limit, kind);
          // Two fields under one alias that do not go together.
          fc.pre(validate(snapshot.schema, parse(query)).length === 0);
          const known = Object.entries(values).filter(([name]) => query.includes(`$${name}`));
          const { ours, theirs } = await comparison.answers(query, given, Object.fromEntries(known));
          expect(ours).toEqual(theirs);
        },
      ),
      { numRuns: 200 },
    );
  });
});
