import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { readClientOperations } from './clientOperations.ts';

const body = 'query A { a }';
const apollo = (operations: object[]) =>
  JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations });

describe('operations of clients', () => {
  it('are read from Apollo’s manifest, with the ids that it gives', () => {
    expect(readClientOperations(apollo([{ id: 'x1', name: 'A', type: 'query', body }]))).toEqual([
      { id: 'x1', name: 'A', type: 'query', body },
    ]);
  });

  it('are read from Relay’s map', () => {
    const text = JSON.stringify({ d41d8cd98f00b204: body, f0: 'mutation B { b }' }, null, 2);
    expect(readClientOperations(text)).toEqual([
      { id: 'd41d8cd98f00b204', name: 'A', type: 'query', body },
      { id: 'f0', name: 'B', type: 'mutation', body: 'mutation B { b }' },
    ]);
  });

  it('are read from GraphQL, each with the fragments that it spreads and the hash of its text', () => {
    const operations = readClientOperations(`
      # several of them
      query A { a { ...F } }
      subscription B { b }
      fragment F on T { x ...G }
      fragment G on T { y }
      fragment Unused on T { z }
    `);
    expect(operations.map(({ name, type }) => [name, type])).toEqual([
      ['A', 'query'],
      ['B', 'subscription'],
    ]);
    for (const { id, body: text } of operations) expect(id).toBe(createHash('sha256').update(text).digest('hex'));
    const [a, b] = operations.map((operation) => operation.body);
    expect(a).toMatch(/fragment F[^]*fragment G/);
    expect(a).not.toContain('Unused');
    expect(b).toBe('subscription B {\n  b\n}');
  });

  it('keep their ids when only layout and comments change', () => {
    const [plain, changed] = ['query A { a }', '# note\nquery A {\n\n a }'].map(readClientOperations);
    expect(changed).toEqual(plain);
  });

  it.each([
    ['nothing', '', 'no GraphQL'],
    ['other JSON', '{"a": {"b": 1}}', 'neither'],
    ['broken JSON', '{"a": ', 'neither'],
    ['a list', '["query A { a }"]', 'no GraphQL'],
    ['another manifest', '{"format": "other", "version": 1, "operations": []}', 'neither'],
    ['an operation without a name', '{ a }', 'name'],
    ['fragments only', 'fragment F on T { a }', 'neither'],
    ['two operations in one text', JSON.stringify({ x: 'query A { a } query B { b }' }), 'exactly one'],
    ['no GraphQL under an id', JSON.stringify({ x: 'query A {' }), 'x is no GraphQL'],
    [
      'an id twice',
      apollo([
        { id: 'x', body },
        { id: 'x', body: 'query B { b }' },
      ]),
      'two operations',
    ],
    ['one operation twice', 'query A { a } query A { a }', 'two operations'],
  ])('are not read from %s', (_, text, reason) => {
    expect(() => readClientOperations(text)).toThrow(reason);
  });
});
