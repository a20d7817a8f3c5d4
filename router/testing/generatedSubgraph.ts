import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  getNullableType,
  isAbstractType,
  isEnumType,
  isListType,
  isObjectType,
  parse,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';

type Resolver = (parent: Record<string, unknown>) => unknown;

/**
 * Resolvers for any subgraph's SDL that fill every field with a value of its type: enough to run operations of the real
 * graph without the real services. What the parent brings along, such as an entity's key, is kept.
 */
export function generateResolvers(sdl: string): Record<string, Record<string, Resolver>> {
  const schema = buildSubgraphSchema(parse(sdl));
  const resolvers: Record<string, Record<string, Resolver>> = {};
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('_')) continue;
    const fields = Object.values(type.getFields())
      // Federation's own, such as `_service`, are answered by the library.
      .filter(({ name }) => !name.startsWith('_'))
      .map(({ name, type: wanted }): [string, Resolver] => [
        name,
        (parent) => parent?.[name] ?? valueOf(wanted, name, schema),
      ]);
    resolvers[type.name] = Object.fromEntries([...fields, ['__resolveReference', (reference) => reference]]);
  }
  return resolvers;
}

function valueOf(wanted: GraphQLOutputType, name: string, schema: GraphQLSchema): unknown {
  const type = getNullableType(wanted);
  if (isListType(type)) return [1, 2].map(() => valueOf(type.ofType, name, schema));
  if (isEnumType(type)) return type.getValues()[0]?.value;
  if (isAbstractType(type)) return { __typename: schema.getPossibleTypes(type)[0]?.name };
  if (isObjectType(type)) return {};
  switch (type.toString()) {
    case 'Int':
      return 3;
    case 'Float':
      return 0.5;
    case 'Boolean':
      return true;
    case 'DateTime':
      return new Date('2026-01-01T00:00:00.000Z');
    case 'JSON':
      return {};
    default:
      return `${name} of a test`;
  }
}
