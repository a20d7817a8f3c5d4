import { describe, expect, test } from '@jest/globals';
import { describeBreaks, findBreaks, readSchema, type FieldUsage } from './checkSchema.ts';

const before = /* GraphQL */ `
  type Query {
    conversation(id: ID!, deep: Boolean): Conversation
    found(filter: Filter, order: Order): [Conversation!]!
    all: [Conversation!]!
  }
  type Conversation {
    id: ID!
    number: Int!
    subject: String
  }
  input Filter {
    status: [Status!]
    near: Place
  }
  input Place {
    city: String
  }
  enum Status {
    OPEN
    DONE
  }
  enum Order {
    NEWEST
  }
`;
const used = (field: string, overrides: Partial<FieldUsage> = {}): FieldUsage => ({
  field,
  operationName: 'One',
  clientName: 'web',
  partner: '',
  calls: 7,
  lastUsedAt: '2026-11-01T00:00:00.000Z',
  ...overrides,
});
const everything = [
  'Query.conversation: Conversation',
  'Query.conversation(id: ID!)',
  'Query.all: [Conversation!]!',
  'Query.found: [Conversation!]!',
  'Query.found(filter: Filter)',
  'Filter.status: [Status!]',
  'Filter.near: Place',
  'Place.city: String',
  'Status.OPEN',
  'Conversation.id: ID!',
  'Conversation.number: Int!',
  'Conversation.subject: String',
].map((field) => used(field));
const breaksWith = (...changes: [string, string][]) =>
  findBreaks(readSchema(changes.reduce((sdl, [from, to]) => sdl.replace(from, to), before)), everything).map(
    ({ what }) => what,
  );

describe('a changed schema', () => {
  test.each<[string, [string, string][]]>([
    ['is the same', []],
    ['has more', [['subject: String', 'subject: String\n more: Int']]],
    ['takes more, if somebody wants to give it', [['deep: Boolean', 'deep: Boolean, wide: Int, high: Int! = 1']]],
    ['lacks what nobody uses', [[', deep: Boolean', '']]],
    ['promises more', [['subject: String', 'subject: String!']]],
    ['takes null where it took none', [['id: ID!', 'id: ID']]],
    [
      'takes more in an input, if somebody wants to give it',
      [['city: String', 'city: String, zip: Int, near: Int! = 1']],
    ],
    ['lacks a value that nobody gives', [['DONE', '']]],
  ])('breaks nobody when it %s', (_, changes) => {
    expect(breaksWith(...changes)).toEqual([]);
  });

  test.each<[string, [string, string][], string[]]>([
    ['lacks a field', [['number: Int!', '']], ['Conversation.number is gone']],
    [
      'calls a type something else',
      [
        ['type Conversation', 'type Thread'],
        ['): Conversation', '): Thread'],
        ['[Conversation', '[Thread'],
        ['[Conversation', '[Thread'],
      ],
      [
        'Query.conversation was Conversation and is Thread',
        'Query.all was [Conversation!]! and is [Thread!]!',
        'Query.found was [Conversation!]! and is [Thread!]!',
        'Conversation is gone',
      ],
    ],
    ['takes no longer what is given', [['id: ID!, ', '']], ['Query.conversation(id:) is gone']],
    ['wants what nobody gives', [['deep: Boolean', 'deep: Boolean!']], ['Query.conversation takes deep: Boolean! now']],
    ['may say null', [['number: Int!', 'number: Int']], ['Conversation.number was Int! and is Int']],
    ['says something else', [['number: Int!', 'number: String!']], ['Conversation.number was Int! and is String!']],
    ['takes something else', [['id: ID!', 'id: Int!']], ['Query.conversation(id:) is given ID! and takes Int!']],
    [
      'takes no null any more where a variable may have it',
      [['filter: Filter', 'filter: Filter!']],
      ['Query.found(filter:) is given Filter and takes Filter!'],
    ],
    ['lacks a field of an input', [['near: Place', '']], ['Filter.near is gone']],
    ['takes another input', [['near: Place', 'near: String']], ['Filter.near is given Place and takes String']],
    ['wants more in an input', [['city: String', 'city: String, zip: Int!']], ['Place takes zip: Int! now']],
    [
      'lacks an input',
      [
        ['input Place {\n    city: String\n  }', ''],
        ['near: Place', ''],
      ],
      ['Filter.near is gone', 'Place is gone'],
    ],
    ['lacks a value that is given', [['OPEN', '']], ['Status.OPEN is gone']],
    [
      'has null in a list',
      [['all: [Conversation!]!', 'all: [Conversation]!']],
      ['Query.all was [Conversation!]! and is [Conversation]!'],
    ],
  ])('breaks who uses it when it %s', (_, changes, expected) => {
    expect([...new Set(breaksWith(...changes))]).toEqual(expected);
  });

  test('says whom it breaks, and nobody else', () => {
    const usage = [
      used('Conversation.number: Int!', { operationName: 'Counts', partner: 'crm', clientName: '' }),
      used('Conversation.number: Int!', { operationName: '', clientName: '' }),
      used('Conversation.id: ID!', { operationName: 'Other' }),
    ];
    const breaks = findBreaks(readSchema(before.replace('number: Int!', '')), usage);
    expect(describeBreaks(breaks)).toBe(
      [
        'Conversation.number is gone',
        '  Counts of partner crm: 7 calls, the last 2026-11-01T00:00:00.000Z',
        '  an operation without a name of somebody: 7 calls, the last 2026-11-01T00:00:00.000Z',
      ].join('\n'),
    );
  });

  test('wants an argument of each operation by itself', () => {
    const usage = [
      used('Query.conversation: Conversation', { operationName: 'Gives' }),
      used('Query.conversation(deep: Boolean!)', { operationName: 'Gives' }),
      used('Query.conversation: Conversation', { operationName: 'DoesNot' }),
    ].flatMap((one) => [one, { ...one, field: 'Query.conversation(id)' }]);
    const [found, ...others] = findBreaks(readSchema(before.replace('deep: Boolean', 'deep: Boolean!')), usage);
    expect(others).toEqual([]);
    expect(found?.users.map(({ operationName }) => operationName)).toEqual(['DoesNot']);
  });
});
