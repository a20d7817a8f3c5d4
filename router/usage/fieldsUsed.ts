import {
  TypeInfo,
  visit,
  visitWithTypeInfo,
  Kind,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

/** Longer lists tell nothing more. */
const MOST = 2_000;

/**
 * What of the graph an operation names: `Type.field: Type` for each field, `Type.field(argument)` for each argument that is given.
 *
 * @param schema the one that clients see.
 */
export function fieldsUsed(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): readonly string[] {
  const used = new Set<string>();
  const types = new TypeInfo(schema);
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  visit(
    { ...document, definitions: [operation, ...fragments] },
    visitWithTypeInfo(types, {
      Field({ arguments: given = [] }) {
        const field = types.getFieldDef();
        const parent = types.getParentType();
        if (!field || !parent || field.name.startsWith('__')) return;
        used.add(`${parent.name}.${field.name}: ${String(field.type)}`);
        for (const { name } of given) used.add(`${parent.name}.${field.name}(${name.value})`);
      },
    }),
  );
  return [...used].slice(0, MOST);
}
