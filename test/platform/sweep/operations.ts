import { readFileSync } from 'node:fs';
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLAbstractType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { createSnapshot } from '#router/graph/snapshot.ts';
import { supergraphFile } from '#schema/subgraphFiles.ts';
import { isAlwaysGiven, kindOfId, valueOf, type Slot, type Value } from './values.ts';

export type Root = 'Query' | 'Mutation' | 'Subscription';

/** One operation of one root field. Its text is the same for everybody, so that it is planned once. */
export interface Call {
  readonly root: Root;
  readonly field: string;
  /** How it is called: `required`, `all`, `after`, `before`, or with one optional argument, by its path. */
  readonly way: string;
  readonly text: string;
  readonly slots: Readonly<Record<string, Slot>>;
}

/** The graph as clients see it, and what of it is another thing for each who looks. */
export const { schema, personal } = createSnapshot(readFileSync(supergraphFile, 'utf8'));

/** Deeper than anything is that a screen shows; every type is opened where it is met first. */
const MAX_DEPTH = 8;
/** As deep as what is within the thing that was changed. What else there is of it, queries show. */
const PAYLOAD_DEPTH = 4;
/** As deep as the ids of what a list has, for calls that differ in an argument alone. */
const SHORT_DEPTH = 3;
/** No input is nested deeper; one that contains itself ends there. */
const MAX_INPUT_DEPTH = 5;

/**
 * Each root field of a graph: with what it requires, with all that it takes, with each thing alone that it need not be given, and
 * with the cursors of lists. Every field of every type that can be reached is asked for, with its arguments.
 *
 * @param opens Types that are left out: all fields that give one. @default none
 */
export function callsOf(schema: GraphQLSchema, opens: (type: string) => boolean = () => true): Call[] {
  const roots = {
    Query: schema.getQueryType(),
    Mutation: schema.getMutationType(),
    Subscription: schema.getSubscriptionType(),
  };
  const graph = graphOf(schema, opens);
  return Object.entries(roots).flatMap(([root, type]) =>
    Object.values(type?.getFields() ?? {})
      .filter((field) => opens(getNamedType(field.type).name))
      .flatMap((field) => callsOfField(graph, root as Root, field)),
  );
}

interface Graph {
  readonly opens: (type: string) => boolean;
  membersOf(type: GraphQLAbstractType): Members;
}

/** Of a union or an interface. */
interface Members {
  readonly types: readonly GraphQLObjectType[];
  /** Names that mean fields of different types in some of them. */
  readonly ambiguous: ReadonlySet<string>;
}

function graphOf(schema: GraphQLSchema, opens: (type: string) => boolean): Graph {
  const known = new Map<string, Members>();
  return {
    opens,
    membersOf(type) {
      let members = known.get(type.name);
      if (!members) {
        const types = schema.getPossibleTypes(type).filter(({ name }) => opens(name));
        members = { types, ambiguous: ambiguous(types) };
        known.set(type.name, members);
      }
      return members;
    },
  };
}

function callsOfField(graph: Graph, root: Root, field: GraphQLField<unknown, unknown>): Call[] {
  const texts = new Map<string, Call>();
  for (const way of waysOf(root, field)) {
    const call = new Writer(graph, root, way).write(root, field);
    if (!texts.has(call.text)) texts.set(call.text, call);
  }
  return [...texts.values()];
}

function waysOf(root: Root, { name: field, args }: GraphQLField<unknown, unknown>): string[] {
  const cursors = args.flatMap(({ name }) => (name === 'after' || name === 'before' ? [name] : []));
  const paths = args
    .filter(({ name }) => name !== 'last' && !cursors.includes(name))
    .flatMap((argument) => optionalPaths(argument, `${root}.${field}.${argument.name}`, []));
  return ['required', 'all', ...cursors, ...paths];
}

type Input = GraphQLArgument | GraphQLInputField;

function isRequired({ type, defaultValue }: Input): boolean {
  return isNonNullType(type) && defaultValue === undefined;
}

/** Where in an argument something stands that could be left out, down to the single value. */
function optionalPaths(input: Input, coordinate: string, above: readonly string[], optional = false): string[] {
  if (valueOf(coordinate, input.name) === 'leave out') return [];
  const path = [...above, input.name];
  const type = getNamedType(input.type);
  const mayBeLeftOut = optional || !isRequired(input);
  if (!isInputObjectType(type)) return mayBeLeftOut ? [path.join('.')] : [];
  if (path.length >= MAX_INPUT_DEPTH) return [];
  return Object.values(type.getFields()).flatMap((field) =>
    optionalPaths(field, `${type.name}.${field.name}`, path, mayBeLeftOut),
  );
}

/** Writes one operation. */
class Writer {
  readonly #slots: Record<string, Slot> = {};
  readonly #declared: string[] = [];
  readonly #opened = new Set<string>();
  readonly #graph: Graph;
  readonly #way: string;
  readonly #depth: number;

  constructor(graph: Graph, root: Root, way: string) {
    this.#graph = graph;
    this.#way = way;
    const isWhole = way === 'required' || way === 'all';
    this.#depth = isWhole ? (root === 'Mutation' ? PAYLOAD_DEPTH : MAX_DEPTH) : SHORT_DEPTH;
  }

  write(root: Root, field: GraphQLField<unknown, unknown>): Call {
    const type = getNamedType(field.type);
    const given = this.#arguments(field, root, (path) => this.#isChosen(path));
    const body = `${field.name}${given}${this.#open(type, 1)}`;
    const declared = this.#declared.length === 0 ? '' : ` (${this.#declared.join(', ')})`;
    const text = `${root.toLowerCase()}${declared} { ${body} }`;
    return { root, field: field.name, way: this.#way, text, slots: this.#slots };
  }

  /** Whether the way of this call has what might be left out. */
  #isChosen(path: string): boolean {
    if (path === 'last') return this.#way === 'before';
    if (this.#way === 'all') return true;
    return this.#way === path || this.#way.startsWith(`${path}.`);
  }

  #variable(type: string, slot: Slot): string {
    const name = `v${String(this.#declared.length)}`;
    this.#declared.push(`$${name}: ${type}!`);
    this.#slots[name] = slot;
    return `$${name}`;
  }

  #arguments(
    { args, name, type }: GraphQLField<unknown, unknown>,
    parent: string,
    isChosen: (path: string) => boolean,
  ): string {
    const returned = getNamedType(type).name;
    const written = args.flatMap((argument) => {
      const at = { coordinate: `${parent}.${name}.${argument.name}`, path: argument.name, returned, isChosen };
      return this.#given(argument, at);
    });
    return written.length === 0 ? '' : `(${written.join(', ')})`;
  }

  #given(input: Input, at: Place): string[] {
    const isGiven = isRequired(input) || isAlwaysGiven(at.coordinate, this.#way) || at.isChosen(at.path);
    if (!isGiven && input.name !== 'first') return [];
    const special = this.#lengthOf(input, at) ?? this.#cursor(input) ?? valueOf(at.coordinate, input.name);
    if (special === 'leave out') return [];
    const named = getNamedType(input.type).name;
    const value =
      special === undefined
        ? this.#literal(input.type, input.name, at)
        : 'text' in special
          ? special.text
          : this.#variable(named, special);
    return [`${input.name}: ${value}`];
  }

  /** Lists are short, within others more so: an operation may cost so much and no more. */
  #lengthOf({ name }: Input, { coordinate }: Place): Value | undefined {
    if (name !== 'first') return undefined;
    if (!coordinate.startsWith('Query.')) return { text: '8' };
    return this.#way === 'before' ? 'leave out' : { text: '10' };
  }

  /** Where a list goes on, which only the calls of these two ways say. */
  #cursor({ name }: Input): Value | undefined {
    if (name === 'after') return this.#way === 'after' ? { cursor: 'startCursor' } : 'leave out';
    if (name === 'before') return this.#way === 'before' ? { cursor: 'endCursor' } : 'leave out';
    return undefined;
  }

  #literal(type: GraphQLInputType, name: string, at: Place): string {
    const plain = getNullableType(type);
    if (isListType(plain)) return `[${this.#literal(plain.ofType, name, at)}]`;
    if (isEnumType(plain)) return plain.getValues()[0]?.name ?? 'null';
    if (isInputObjectType(plain)) {
      const fields = Object.values(plain.getFields()).flatMap((field) =>
        this.#given(field, {
          ...at,
          coordinate: `${plain.name}.${field.name}`,
          path: `${at.path}.${field.name}`,
        }),
      );
      return `{ ${fields.join(', ')} }`;
    }
    if (plain.name === 'ID') {
      const { coordinate, returned } = at;
      return this.#variable('ID', { kind: kindOfId(coordinate, name, returned), coordinate });
    }
    const known = scalars[plain.name];
    if (known === undefined) {
      throw new Error(`No value for the scalar ${plain.name}, which ${at.coordinate} takes: add one to operations.ts`);
    }
    return known;
  }

  /** Every field of every type that can be reached, each type opened once; met again, only which thing it is. */
  #open(type: GraphQLNamedType, depth: number): string {
    if (isAbstractType(type)) {
      const { types, ambiguous: aliased } = this.#graph.membersOf(type);
      const parts = types.map((member) => `... on ${member.name} { ${this.#fields(member, depth, aliased)} }`);
      return ` { __typename ${parts.join(' ')} }`;
    }
    return isObjectType(type) ? ` { __typename ${this.#fields(type, depth)} }` : '';
  }

  #fields(type: GraphQLObjectType, depth: number, aliased: ReadonlySet<string> = new Set()): string {
    const isMetAgain = this.#opened.has(type.name);
    this.#opened.add(type.name);
    const fields = Object.values(type.getFields()).filter((field) => {
      const inner = getNamedType(field.type);
      const isLeaf = !isObjectType(inner) && !isAbstractType(inner);
      if (isMetAgain) return isLeaf && (field.name === 'id' || !('id' in type.getFields()));
      return this.#graph.opens(inner.name) && (isLeaf || depth < this.#depth);
    });
    const parts = fields.map((field) => {
      const alias = aliased.has(field.name) ? `${aliasOf(type.name, field.name)}: ` : '';
      const given = this.#arguments(field, type.name, (path) => this.#way === 'all' && this.#isChosen(path));
      return `${alias}${field.name}${given}${this.#open(getNamedType(field.type), depth + 1)}`;
    });
    return parts.length === 0 ? '__typename' : parts.join(' ');
  }
}

function ambiguous(members: readonly GraphQLObjectType[]): ReadonlySet<string> {
  const fields = members.flatMap((member) => Object.values(member.getFields()));
  return new Set(
    fields
      .filter(({ name, type }) => fields.some((other) => other.name === name && String(other.type) !== String(type)))
      .map(({ name }) => name),
  );
}

interface Place {
  readonly coordinate: string;
  readonly path: string;
  /** What the field gives that is called: its `id` is one of that. */
  readonly returned: string;
  readonly isChosen: (path: string) => boolean;
}

/** What stands for any value of a scalar. */
const scalars: Readonly<Record<string, string>> = {
  Int: '20',
  Float: '1.5',
  Boolean: 'true',
  DateTime: '"2026-01-01T00:00:00.000Z"',
  JSON: '{}',
  String: '"intruder"',
};

/** The name of a field where members of a union or interface have others of its name. */
export function aliasOf(type: string, field: string): string {
  return `${type}_${field}`;
}

/** Everything that can be asked of the graph. */
export const graphCalls = callsOf(schema);
