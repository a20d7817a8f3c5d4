import { Supergraph } from '@apollo/federation-internals';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  Kind,
  parseType,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLSchema,
  type TypeNode,
} from 'graphql';

/** What a company's programs have used, as the graph's `fieldUsage` has it. */
export interface FieldUsage {
  /** `Type.field: Type`, `Type.field(argument: Type)`, `Input.field: Type` or `Enum.VALUE`; older ones of an argument have no type. */
  readonly field: string;
  readonly operationName: string;
  readonly clientName: string;
  readonly partner: string;
  readonly calls: number;
  readonly lastUsedAt: string;
}

/** Something in use that the changed schema would break. */
export interface Break {
  readonly what: string;
  readonly users: readonly Omit<FieldUsage, 'field'>[];
}

/** The schema that clients see, of a supergraph or of plain SDL. */
export function readSchema(sdl: string): GraphQLSchema {
  if (!sdl.includes('@join__')) return buildSchema(sdl, { assumeValidSDL: true });
  return Supergraph.build(sdl, { supportedFeatures: null }).apiSchema().toGraphQLJSSchema();
}

/**
 * Which changes break whom: fields, arguments and values that are gone, types that promise less or take less, arguments and fields of inputs
 * that are required now.
 */
export function findBreaks(schema: GraphQLSchema, usage: readonly FieldUsage[]): Break[] {
  const given = new Map<string, Set<string>>();
  for (const { field, ...user } of usage) {
    const { typeName, name, argument } = readUse(field);
    addTo(given, `${typeName} ${userKey(user)}`, name);
    if (argument !== undefined) addTo(given, `${typeName}.${name} ${userKey(user)}`, argument);
  }
  const breaks = new Map<string, Omit<FieldUsage, 'field'>[]>();
  for (const { field, ...user } of usage) {
    const givenTo = (place: string) => given.get(`${place} ${userKey(user)}`) ?? new Set();
    for (const what of whatBreaks(schema, readUse(field), givenTo)) {
      breaks.set(what, [...(breaks.get(what) ?? []), user]);
    }
  }
  return [...breaks].map(([what, users]) => ({ what, users }));
}

interface Use {
  readonly typeName: string;
  /** Of a field or a value. */
  readonly name: string;
  readonly argument: string | undefined;
  /** Of the field as it was, or of what was given for the argument. */
  readonly type: string | undefined;
}

function readUse(used: string): Use {
  const [, typeName = '', name = '', argument, ofArgument, ofField] =
    /^(\w+)\.(\w+)(?:\((\w+)(?:: (.+))?\)|: (.+))?$/.exec(used) ?? [];
  return { typeName, name, argument, type: ofArgument ?? ofField };
}

/** @param givenTo What else is given to a field (`Type.field`), or to an input (`Input`), by who uses this. */
function whatBreaks(schema: GraphQLSchema, use: Use, givenTo: (place: string) => ReadonlySet<string>): string[] {
  const { typeName, name, argument, type } = use;
  const coordinate = `${typeName}.${name}`;
  const parent = schema.getType(typeName);
  if (isEnumType(parent)) return parent.getValue(name) ? [] : [`${coordinate} is gone`];
  if (isInputObjectType(parent)) return whatBreaksInput(parent, use, givenTo(typeName));
  if (!isObjectType(parent) && !isInterfaceType(parent)) return [`${typeName} is gone`];
  const field: GraphQLField<unknown, unknown> | undefined = parent.getFields()[name];
  if (!field) return [`${coordinate} is gone`];
  if (argument !== undefined) {
    const taken = field.args.find((one) => one.name === argument);
    return taken
      ? taking(`${coordinate}(${argument}:)`, type, String(taken.type))
      : [`${coordinate}(${argument}:) is gone`];
  }
  const now = String(field.type);
  const changed =
    type !== undefined && !promises(parseType(type), parseType(now)) ? [`${coordinate} was ${type} and is ${now}`] : [];
  const given = givenTo(coordinate);
  const required = field.args
    .filter((one) => isRequiredArgument(one) && !given.has(one.name))
    .map((one) => `${coordinate} takes ${one.name}: ${String(one.type)} now`);
  return [...changed, ...required];
}

function whatBreaksInput(input: GraphQLInputObjectType, { name, type }: Use, given: ReadonlySet<string>): string[] {
  const fields = input.getFields();
  const field = fields[name];
  const required = Object.values(fields)
    .filter((one) => isRequiredInputField(one) && !given.has(one.name))
    .map((one) => `${input.name} takes ${one.name}: ${String(one.type)} now`);
  const coordinate = `${input.name}.${name}`;
  return [...(field ? taking(coordinate, type, String(field.type)) : [`${coordinate} is gone`]), ...required];
}

/** What is given has to be taken still: it promises what is wanted now. */
function taking(coordinate: string, given: string | undefined, wanted: string): string[] {
  if (given === undefined || promises(parseType(wanted), parseType(given))) return [];
  return [`${coordinate} is given ${given} and takes ${wanted}`];
}

/** Whether whoever reads what was there before can read what is there now: the same, or something that is null less often. */
function promises(before: TypeNode, now: TypeNode): boolean {
  if (before.kind === Kind.NON_NULL_TYPE) return now.kind === Kind.NON_NULL_TYPE && promises(before.type, now.type);
  if (now.kind === Kind.NON_NULL_TYPE) return promises(before, now.type);
  if (before.kind === Kind.LIST_TYPE) return now.kind === Kind.LIST_TYPE && promises(before.type, now.type);
  return now.kind === Kind.NAMED_TYPE && now.name.value === before.name.value;
}

function userKey({ operationName, clientName, partner }: Omit<FieldUsage, 'field'>): string {
  return JSON.stringify([operationName, clientName, partner]);
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  sets.set(key, (sets.get(key) ?? new Set()).add(value));
}

/** For people: what breaks, and whom. */
export function describeBreaks(breaks: readonly Break[]): string {
  return breaks
    .map(({ what, users }) =>
      [
        what,
        ...users.map(({ operationName, clientName, partner, calls, lastUsedAt }) => {
          const who = [partner && `partner ${partner}`, clientName && `client ${clientName}`]
            .filter(Boolean)
            .join(', ');
          return `  ${operationName || 'an operation without a name'} of ${who || 'somebody'}: ${String(calls)} calls, the last ${lastUsedAt}`;
        }),
      ].join('\n'),
    )
    .join('\n');
}
