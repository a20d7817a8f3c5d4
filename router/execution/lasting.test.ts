import { describe, expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { limitOf, readLasting } from './lasting.ts';

const schema = buildSchema(`
  directive @lasting(seconds: Int!) on FIELD_DEFINITION
  type Query { answer: Text @lasting(seconds: 30) text: Text }
  type Text { answer: String long: Node @lasting(seconds: 60) }
  interface Node { id: ID slow: Int @lasting(seconds: 45) }
`);
const limit = (query: string) => limitOf(readLasting(schema), schema, query);

describe('a fetch', () => {
  test.each([
    ['for a field that lasts', '{ answer { __typename } }', 30_000],
    ['for it under another name', '{ text: answer { __typename } }', 30_000],
    ['for several, as long as the longest', '{ answer { long { id } } }', 60_000],
    [
      'for one of an entity',
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Text { long { id } } } }',
      60_000,
    ],
    ['for one of an interface', '{ _entities(representations: []) { ... on Node { slow } } }', 45_000],
  ])('%s lasts', (_what, query, ms) => {
    expect(limit(query)).toBe(ms);
  });

  test.each(['{ text { answer } }', '{ answer: text { answer } }', 'query answer { text { answer } }'])(
    'for a field of another type, or by another name, does not: %s',
    (query) => {
      expect(limit(query)).toBeUndefined();
    },
  );
});
