import { describe, expect, it } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { compileCost, estimateCost } from './cost.ts';

const schema = buildSchema(/* GraphQL */ `
  directive @cost(
    weight: Int!
  ) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
  directive @listSize(
    assumedSize: Int
    slicingArguments: [String!]
    sizedFields: [String!]
    requireOneSlicingArgument: Boolean = true
  ) on FIELD_DEFINITION

  type Query {
    book(id: ID!): Book
    title: String
    books(first: Int = 25, last: Int): Books!
      @listSize(slicingArguments: ["first", "last"], sizedFields: ["edges"], requireOneSlicingArgument: false)
    paged(page: Page): [Book!]! @listSize(slicingArguments: ["page.size"])
    sampled(first: Int, last: Int): [Book!]! @listSize(slicingArguments: ["first", "last"], assumedSize: 7)
    shelf: [Book!]! @listSize(assumedSize: 4)
    heap: [Book!]!
    search(words: String! @cost(weight: 5)): Book
    find(filter: Filter, filters: [Filter!]): Book
    report: Report
    audit: String @cost(weight: 9)
    cover: Picture
    thing: Thing
    node: Node
  }
  type Mutation {
    write(input: Filter!): Book
  }
  type Subscription {
    written: Book
  }
  type Books {
    edges: [Edge!]!
    total: Int!
  }
  type Edge {
    node: Book!
  }
  input Page {
    size: Int
  }
  input Filter {
    words: String
    dear: String @cost(weight: 3)
    inner: Filter
    fallback: Filter = null
  }
  interface Node {
    id: ID!
    next: Node
  }
  type Book implements Node {
    id: ID!
    title: String
    author: Author
    next: Node
  }
  type Author implements Node {
    id: ID!
    name: String
    books: [Book!]! @listSize(assumedSize: 4)
    next: Node
  }
  type Report @cost(weight: 50) {
    id: ID!
  }
  scalar Picture @cost(weight: 2)
  union Thing = Book | Author
`);

function costOf(text: string, variables = {}): number {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  return estimateCost(schema, document, undefined, variables);
}

describe('the cost of an operation', () => {
  it.each([
    ['a scalar of the root', '{ title }', 0],
    ['an object', '{ book(id: 1) { title } }', 1],
    ['an object in an object', '{ book(id: 1) { author { name } } }', 2],
    ['__typename and questions about the schema', '{ __typename __schema { types { name } } }', 0],
    ['a write', 'mutation { write(input: {}) { id } }', 12],
    ['an event of a subscription', 'subscription { written { id } }', 1],
    ['the same object twice under two names', '{ a: book(id: 1) { id } b: book(id: 2) { id } }', 2],
    ['what is selected twice under one name', '{ book(id: 1) { author { id } } book(id: 1) { author { name } } }', 2],
  ])('counts %s', (_, text, cost) => {
    expect(costOf(text)).toBe(cost);
  });

  it.each([
    ['the size that is assumed', '{ shelf { author { id } } }', 4 * 2],
    ['10 where nobody says how many', '{ heap { id } }', 10],
    ['the number that is asked for', '{ books(first: 3) { total edges { node { id } } } }', 1 + 3 * 2],
    ['the default of the argument', '{ books { edges { node { id } } } }', 1 + 25 * 2],
    ['the larger of two numbers', '{ books(first: 3, last: 30) { edges { node { id } } } }', 1 + 30 * 2],
    ['a number within an input', '{ paged(page: { size: 6 }) { id } }', 6 + 1],
    ['nothing for a number below zero', '{ books(first: -1000) { edges { node { id } } } }', 1],
    [
      'lists within lists',
      '{ books(first: 3) { edges { node { author { books { id } } } } } }',
      1 + 3 * (1 + 1 + 1 + 4),
    ],
  ])('takes as the length of a list %s', (_, text, cost) => {
    expect(costOf(text)).toBe(cost);
  });

  it('takes numbers from variables, their defaults included', () => {
    const text = 'query ($n: Int = 2) { books(first: $n) { edges { node { id } } } }';
    expect(costOf(text)).toBe(1 + 2 * 2);
    expect(costOf(text, { n: 100 })).toBe(1 + 100 * 2);
    expect(costOf(text, { n: null })).toBe(1 + 10 * 2);
  });

  it('takes a variable that is not given for an argument that is not', () => {
    expect(costOf('query ($n: Int) { books(first: $n) { edges { node { id } } } }')).toBe(1 + 25 * 2);
  });

  it.each([
    ['none', '{ sampled { id } }'],
    ['several', '{ sampled(first: 1, last: 1) { id } }'],
  ])('is not known with %s of the arguments of which a field takes exactly one', (_, text) => {
    expect(() => costOf(text)).toThrow(
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'SLICING_ARGUMENT_REQUIRED' }) }),
    );
  });

  it('is known with exactly one of them', () => {
    expect(costOf('query ($n: Int) { sampled(last: $n) { id } }', { n: 5 })).toBe(5);
  });

  it.each([
    ['a type', '{ report { id } }', 50],
    ['a field', '{ audit }', 9],
    ['a scalar', '{ cover }', 2],
    ['an argument', '{ search(words: "a") { id } }', 6],
    ['a field of an input', '{ find(filter: { dear: "a" }) { id } }', 1 + 1 + 3],
  ])('takes the weight of %s from the SDL', (_, text, cost) => {
    expect(costOf(text)).toBe(cost);
  });

  it('counts every input object, in variables too', () => {
    const text = 'query ($one: Filter, $many: [Filter!]) { find(filter: $one, filters: $many) { id } }';
    expect(costOf(text)).toBe(1);
    expect(costOf(text, { one: { inner: { inner: { dear: 'x' } } }, many: [{}, { words: 'a' }] })).toBe(1 + 3 + 3 + 2);
  });

  it('counts of fragments on different types the dearest', () => {
    const text = '{ thing { ... on Book { author { id } } ... on Author { books { id } name } } }';
    expect(costOf(text)).toBe(1 + 4);
  });

  it('counts fragments on an interface together with those on the type', () => {
    const text = '{ node { ...N ... on Author { books { id } } } } fragment N on Node { next { id } }';
    expect(costOf(text)).toBe(1 + 1 + 4);
  });

  it('leaves out what is skipped, in the text or by a variable', () => {
    const text =
      'query ($with: Boolean!) { book(id: 1) { author @include(if: $with) { books { id } } next @skip(if: true) { id } } }';
    expect(costOf(text, { with: true })).toBe(1 + 1 + 4);
    expect(costOf(text, { with: false })).toBe(1);
  });

  it('counts what one of two fragments includes', () => {
    const text = `query ($a: Boolean!, $b: Boolean!) { book(id: 1) { ...A @include(if: $a) ...B @skip(if: $b) } }
      fragment A on Book { author { name } } fragment B on Book { author { books { id } } }`;
    expect(costOf(text, { a: true, b: true })).toBe(1 + 1);
    expect(costOf(text, { a: false, b: false })).toBe(1 + 1 + 4);
    expect(costOf(text, { a: false, b: true })).toBe(1);
  });

  it('is that of the operation that is meant, and of none when that is not said', () => {
    const document = parse('query A { title } query B { book(id: 1) { id } }');
    expect(estimateCost(schema, document, 'B', {})).toBe(1);
    for (const name of [undefined, 'C']) {
      expect(() => estimateCost(schema, document, name, {})).toThrow('operationName');
    }
  });

  it('is found in time that does not grow with the combinations of types', () => {
    const depth = 60;
    const text = `{ node ${'{ id next '.repeat(depth)} { id } ${'}'.repeat(depth)} }`;
    expect(costOf(text)).toBe(1 + depth);
  });

  it('is compiled once for all variables', () => {
    const document = parse('query ($n: Int!) { books(first: $n) { edges { node { author { id } } } } }');
    const cost = compileCost(schema, document, undefined);
    expect([1, 10, 100].map((n) => cost({ n }))).toEqual([1, 10, 100].map((n) => 1 + n * 3));
  });
});
