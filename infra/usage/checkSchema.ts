import { Supergraph } from '@apollo/federation-internals';
import {
  buildSchema,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  Kind,
  parseType,
  type GraphQLField,
  type GraphQLSchema,
  type TypeNode,
} from 'graphql';

/** What a company's programs have used, as the graph's `fieldUsage` has it. */
export interface FieldUsage {
  /** `Type.field: Type` or `Type.field(argument)`. */
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

/** Which changes break whom: fields and arguments that are gone, types that promise less, arguments that are required now. */
export function findBreaks(schema: GraphQLSchema, usage: readonly FieldUsage[]): Break[] {
  const given = new Map<string, Set<string>>();
  for (const { field, ...user } of usage) {
    const argument = /^(\w+\.\w+)\((\w+)\)$/.exec(field);
    if (argument) addTo(given, `${argument[1]} ${userKey(user)}`, argument[2] ?? '');
  }
  const breaks = new Map<string, Omit<FieldUsage, 'field'>[]>();
  for (const { field, ...user } of usage) {
    for (const what of whatBreaks(schema, field, given.get(`${/^\w+\.\w+/.exec(field)?.[0]} ${userKey(user)}`))) {
      breaks.set(what, [...(breaks.get(what) ?? []), user]);
    }
  }
  return [...breaks].map(([what, users]) => ({ what, users }));
}

function whatBreaks(schema: GraphQLSchema, used: string, given: ReadonlySet<string> = new Set()): string[] {
  const [, typeName = '', name = '', argument, type] = /^(\w+)\.(\w+)(?:\((\w+)\)|: (.+))?$/.exec(used) ?? [];
  const coordinate = `${typeName}.${name}`;
  const parent = schema.getType(typeName);
  if (!isObjectType(parent) && !isInterfaceType(parent)) return [`${typeName} is gone`];
  const field: GraphQLField<unknown, unknown> | undefined = parent.getFields()[name];
  if (!field) return [`${coordinate} is gone`];
  if (argument !== undefined) {
    return field.args.some((one) => one.name === argument) ? [] : [`${coordinate}(${argument}:) is gone`];
  }
  const now = String(field.type);
  const changed =
    type !== undefined && !promises(parseType(type), parseType(now)) ? [`${coordinate} was ${type} and is ${now}`] : [];
  const required = field.args
    .filter((one) => isRequiredArgument(one) && !given.has(one.name))
    .map((one) => `${coordinate} takes ${one.name}: ${String(one.type)} now`);
  return [...changed, ...required];
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
