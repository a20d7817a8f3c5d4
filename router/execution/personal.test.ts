import { describe, expect, test } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { definitionIn } from './operationDefinition.ts';
import { compilePersonal, readPersonal } from './personal.ts';

const schema = buildSchema(`
  directive @personal on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION
  type Query { thread(id: ID): Thread threads(filter: Filter, all: [Filter!], view: ID @personal): [Thread!] node: Node mine: Int @personal }
  interface Node { id: ID }
  type Thread implements Node { id: ID unread: Int @personal next(after: Place): Thread }
  type Person implements Node { id: ID @personal }
  input Filter { open: Boolean unread: Boolean @personal within: Place }
  input Place { near: Filter }
`);
const personal = readPersonal(schema);
const isPersonal = (text: string, variables = {}) =>
  compilePersonal(schema, personal, definitionIn(parse(text)))(variables);

describe('an operation is the same for agents of equal rights', () => {
  test.each([
    '{ thread { id } threads(filter: { open: true, within: { near: { open: false } } }) { id next { id } } __typename }',
    'query ($view: ID) { thread(id: $view) { id } }',
  ])('when it asks for nothing personal: %s', (text) => {
    expect(isPersonal(text)).toBe(false);
  });

  test.each([
    ['a field', '{ thread { next { unread } } }'],
    ['a root field', '{ mine }'],
    ['a field under another name', '{ thread { id: unread } }'],
    ['a field under a condition', 'query ($no: Boolean!) { thread { unread @include(if: $no) } }'],
    ['a field in a fragment', '{ thread { ...F } } fragment F on Thread { ... { unread } }'],
    ['a field of an interface that some of its types have marked', '{ node { id } }'],
    ['an argument', '{ threads(view: null) { id } }'],
    ['an argument in a variable', 'query ($v: ID) { threads(view: $v) { id } }'],
    ['a field of an input', '{ threads(filter: { unread: true }) { id } }'],
    ['a field of an input, deep within', '{ thread { next(after: { near: { unread: true } }) { id } } }'],
    ['what a variable has by default', 'query ($f: Filter = { unread: true }) { threads(filter: $f) { id } }'],
  ])('and is not when it asks for %s', (_, text) => {
    expect(isPersonal(text)).toBe(true);
  });

  const listed = 'query ($one: Filter, $all: [Filter!]) { threads(filter: $one, all: $all) { id } }';
  test.each<[object, boolean]>([
    [{}, false],
    [{ one: null, all: [] }, false],
    [{ one: { open: true, unread: null } }, false],
    [{ one: { unread: false } }, true],
    [{ all: [{ open: true }, { within: { near: { unread: true } } }] }, true],
    [{ all: { unread: true } }, true],
    [{ one: 'nonsense', all: [3] }, false],
    [{ other: { unread: true } }, false],
  ])('by what its variables give: %j is personal: %s', (variables, expected) => {
    expect(isPersonal(listed, variables)).toBe(expected);
  });
});
