import { describe, expect, it } from '@jest/globals';
import { buildSchema, getOperationAST, parse, validate } from 'graphql';
import { cacheControlOf, cachePolicyOf } from './cachePolicy.ts';

const schema = buildSchema(/* GraphQL */ `
  directive @cacheControl(maxAge: Int, scope: CacheControlScope) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
  enum CacheControlScope {
    PUBLIC
    PRIVATE
  }
  type Query {
    version: String @cacheControl(maxAge: 3600, scope: PUBLIC)
    plans: [Plan!]!
    figures: Figures
    fresh: Figures @cacheControl(maxAge: 5)
    inbox: Inbox
    time: String
  }
  type Plan @cacheControl(maxAge: 600, scope: PUBLIC) {
    name: String
    ours: Inbox
  }
  type Figures @cacheControl(maxAge: 60, scope: PRIVATE) {
    open: Int
    delay: Int @cacheControl(maxAge: 1)
  }
  type Inbox {
    name: String
  }
`);

function policyOf(text: string): string {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  return cacheControlOf(cachePolicyOf(schema, document, operation));
}

describe('how long an answer may be kept', () => {
  it.each([
    ['is what the field says', '{ version }', 'public, max-age=3600'],
    ['is what the type says', '{ plans { name } }', 'public, max-age=600'],
    ['is the shortest of all', '{ version plans { name } }', 'public, max-age=600'],
    ['is private as soon as one thing is', '{ plans { name } figures { open } }', 'private, max-age=60'],
    ['is what the field says rather than the type, whose scope stays', '{ fresh { open } }', 'private, max-age=5'],
    ['goes down with a field of an object', '{ figures { open delay } }', 'private, max-age=1'],
    ['is not at all where the SDL says nothing', '{ inbox { name } }', 'private, no-cache'],
    ['is not at all when anything within says nothing', '{ plans { name ours { name } } }', 'private, no-cache'],
    ['counts what fragments ask for', '{ plans { ...P } } fragment P on Plan { ours { name } }', 'private, no-cache'],
    ['is not at all for a root field without a word', '{ time }', 'private, no-cache'],
    ['is not at all for questions about the schema', '{ __typename }', 'public, no-cache'],
  ])('%s', (_, text, expected) => {
    expect(policyOf(text)).toBe(expected);
  });
});
