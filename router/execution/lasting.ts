import {
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';

/** How long fields may take that are made while somebody waits (`@lasting`): milliseconds, by `Type.field`. */
export type Lasting = ReadonlyMap<string, number>;

/** @param schema The supergraph's. */
export function readLasting(schema: GraphQLSchema): Lasting {
  const found = new Map<string, number>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const { name, astNode } of Object.values(type.getFields())) {
      const seconds = secondsOf(astNode?.directives);
      if (seconds !== undefined) found.set(`${type.name}.${name}`, seconds * 1_000);
    }
  }
  return found;
}

function secondsOf(directives: readonly DirectiveNode[] = []): number | undefined {
  const lasting = directives.find(({ name }) => name.value === 'lasting');
  const value = lasting?.arguments?.find(({ name }) => name.value === 'seconds')?.value;
  return value?.kind === Kind.INT ? Number(value.value) : undefined;
}

/**
 * How long a subgraph may take for a query of ours, in place of the usual limit; undefined where it asks for nothing that lasts.
 *
 * @param schema The supergraph's: what it does not know of a subgraph's (`_entities`) is passed over.
 */
export function limitOf(lasting: Lasting, schema: GraphQLSchema, query: string): number | undefined {
  // Most ask for nothing of the kind, and their text says so.
  const isNamed = [...lasting.keys()].some((coordinate) => query.includes(coordinate.split('.')[1] ?? ''));
  return isNamed ? limitIn(lasting, schema, parse(query)) : undefined;
}

/** The same of a document, be it of ours or of a client's. */
export function limitIn(lasting: Lasting, schema: GraphQLSchema, document: DocumentNode): number | undefined {
  if (lasting.size === 0) return undefined;
  const types = new TypeInfo(schema);
  const limits: number[] = [];
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ name }) {
        const limit = lasting.get(`${types.getParentType()?.name ?? ''}.${name.value}`);
        if (limit !== undefined) limits.push(limit);
      },
    }),
  );
  return limits.length === 0 ? undefined : Math.max(...limits);
}
