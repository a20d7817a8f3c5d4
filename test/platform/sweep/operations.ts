import {
  isAbstractType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { kindOfId, specialValue } from './values.ts';

export type Root = 'Query' | 'Mutation' | 'Subscription';

/** One call of one root field. */
export interface Call {
  readonly root: Root;
  readonly field: string;
  readonly text: string;
}

/** An id of each kind of thing: of those that there are, or guessed. */
export type IdOf = (kind: string) => string;

/** Deeper than anything is that a screen shows; every type is opened where it is met first. */
const MAX_DEPTH = 8;

/** Each root field, called with the fewest arguments that it takes and with all that there are. */
export function callsOf(schema: GraphQLSchema, idOf: IdOf): Call[] {
  const roots = {
    Query: schema.getQueryType(),
    Mutation: schema.getMutationType(),
    Subscription: schema.getSubscriptionType(),
  };
  return Object.entries(roots).flatMap(([root, type]) =>
    Object.values(type?.getFields() ?? {}).flatMap((field) => {
      const texts = [false, true].map(
        (all) => `${root.toLowerCase()} { ${fieldText(schema, field, root, { idOf, all })} }`,
      );
      return [...new Set(texts)].map((text): Call => ({ root: root as Root, field: field.name, text }));
    }),
  );
}

interface Writing {
  readonly idOf: IdOf;
  /** Optional arguments too. */
  readonly all: boolean;
}

function fieldText(
  schema: GraphQLSchema,
  field: GraphQLField<unknown, unknown>,
  parent: string,
  writing: Writing,
): string {
  const given = argumentsText(field, parent, writing);
  return `${field.name}${given}${selectionOf(schema, getNamedType(field.type), writing.idOf)}`;
}

function argumentsText({ args, name, type }: GraphQLField<unknown, unknown>, parent: string, writing: Writing): string {
  const written = args
    .filter((argument) => writing.all || isRequiredArgument(argument))
    .flatMap((argument) => {
      const returned = getNamedType(type).name;
      const value = valueOf(argument, `${parent}.${name}.${argument.name}`, returned, writing);
      return value === undefined ? [] : [`${argument.name}: ${value}`];
    });
  return written.length === 0 ? '' : `(${written.join(', ')})`;
}

/** @param returned What the field gives that is called with it: its `id` is one of that. */
function valueOf(
  { name, type }: GraphQLArgument | GraphQLInputField,
  coordinate: string,
  returned: string,
  writing: Writing,
): string | undefined {
  const special = specialValue(coordinate, name);
  if (special !== undefined) return special === 'leave out' ? undefined : special;
  return literalOf(type, coordinate, name, returned, writing);
}

function literalOf(
  type: GraphQLInputType,
  coordinate: string,
  name: string,
  returned: string,
  writing: Writing,
): string {
  const plain = getNullableType(type);
  if (isListType(plain)) return `[${literalOf(plain.ofType, coordinate, name, returned, writing)}]`;
  if (isEnumType(plain)) return plain.getValues()[0]?.name ?? 'null';
  if (isInputObjectType(plain)) {
    const fields = Object.values(plain.getFields())
      .filter((field) => writing.all || isRequiredInputField(field))
      .flatMap((field) => {
        const value = valueOf(field, `${plain.name}.${field.name}`, returned, writing);
        return value === undefined ? [] : [`${field.name}: ${value}`];
      });
    return `{ ${fields.join(', ')} }`;
  }
  switch (plain.name) {
    case 'ID':
      return JSON.stringify(writing.idOf(kindOfId(coordinate, name, returned)));
    case 'Int':
      return '20';
    case 'Float':
      return '1.5';
    case 'Boolean':
      return 'true';
    case 'DateTime':
      return '"2026-01-01T00:00:00.000Z"';
    case 'JSON':
      return '{}';
    case 'String':
      return '"heron"';
    default:
      throw new Error(`No value for the scalar ${plain.name}, which ${coordinate} takes: add one to literalOf`);
  }
}

/** Every field of every type that can be reached, each type opened once. */
function selectionOf(schema: GraphQLSchema, root: GraphQLNamedType, idOf: IdOf): string {
  const opened = new Set<string>();

  function open(type: GraphQLNamedType, depth: number): string {
    if (isAbstractType(type)) {
      const members = schema.getPossibleTypes(type);
      // Members may have fields of one name that differ in type: there, one name would mean two things.
      const names = members.flatMap((member) => Object.keys(member.getFields()));
      const shared = new Set(names.filter((name, index) => names.indexOf(name) !== index));
      const parts = members.map((member) => `... on ${member.name} { ${fieldsOf(member, depth, shared)} }`);
      return ` { __typename ${parts.join(' ')} }`;
    }
    return isObjectType(type) ? ` { __typename ${fieldsOf(type, depth)} }` : '';
  }

  function fieldsOf(type: GraphQLObjectType, depth: number, aliased: ReadonlySet<string> = new Set()): string {
    const again = opened.has(type.name);
    opened.add(type.name);
    const parts = Object.values(type.getFields()).flatMap((field) => {
      const inner = getNamedType(field.type);
      const isLeaf = !isObjectType(inner) && !isAbstractType(inner);
      if (again && field.name !== 'id') return [];
      if (!isLeaf && depth >= MAX_DEPTH) return [];
      const alias = aliased.has(field.name) ? `${type.name}_${field.name}: ` : '';
      const given = argumentsText(field, type.name, { idOf, all: false });
      return [`${alias}${field.name}${given}${isLeaf ? '' : open(inner, depth + 1)}`];
    });
    return parts.length === 0 ? '__typename' : parts.join(' ');
  }

  return open(root, 1);
}

/** Every field of every object that the graph has, as `Type.field`. */
export function coordinatesOf(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
    .flatMap((type) => (isObjectType(type) ? Object.keys(type.getFields()).map((name) => `${type.name}.${name}`) : []));
}

/** The fields that an answer has something in, as `Type.field`. */
export function answeredIn(value: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const item of value) answeredIn(item, found);
  else if (typeof value === 'object' && value !== null) {
    const type = '__typename' in value ? String(value.__typename) : undefined;
    for (const [key, inner] of Object.entries(value)) {
      if (inner === null || key === '__typename') continue;
      if (type !== undefined) found.add(`${type}.${key.replace(`${type}_`, '')}`);
      answeredIn(inner, found);
    }
  }
  return found;
}
