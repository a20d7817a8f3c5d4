import { buildSubgraphSchema } from '@apollo/subgraph';
import { Kind, parse } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { DateTime, JSONScalar } from './scalars.ts';

type SchemaModule = Extract<Parameters<typeof buildSubgraphSchema>[0], { readonly typeDefs: unknown }>;
type ResolverMap = NonNullable<SchemaModule['resolvers']>;

/** Builds the executable schema of a subgraph; its SDL gets our scalars where it declares them. */
export function subgraphSchema(sdl: string, resolvers: object): GraphQLSchema {
  const typeDefs = parse(sdl);
  const declared = new Set(
    typeDefs.definitions.map((definition) =>
      definition.kind === Kind.SCALAR_TYPE_DEFINITION ? definition.name.value : undefined,
    ),
  );
  const scalars = [DateTime, JSONScalar].filter((scalar) => declared.has(scalar.name));
  return buildSubgraphSchema({
    typeDefs,
    resolvers: { ...Object.fromEntries(scalars.map((scalar) => [scalar.name, scalar])), ...(resolvers as ResolverMap) },
  });
}
