import {
  getArgumentValues,
  getVariableValues,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { forbidden } from './errors.ts';
import { rootFieldsOf } from './rootFields.ts';

/** The fields and entities of a subgraph that a visitor of a web chat may reach; everything else is refused. */
export interface VisitorAccess {
  readonly query: readonly string[];
  readonly mutation: readonly string[];
  /** Names of types: what the router may look up in the visitor's name. */
  readonly entities: readonly string[];
}

export const nothingForVisitors: VisitorAccess = { query: [], mutation: [], entities: [] };

interface Asked {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Looks at a whole operation before any of it is executed.
 *
 * @throws GraphQLError `FORBIDDEN` for anything that is not named in `access`.
 */
export function refuseBeyond(access: VisitorAccess, asked: Asked): void {
  const { operation } = asked;
  const allowed = operation.operation === 'subscription' ? [] : access[operation.operation];
  for (const field of rootFieldsOf(asked.document, operation)) {
    const name = field.name.value;
    if (name === '__typename' || allowed.includes(name)) continue;
    if (name !== '_entities') throw notForVisitors(name);
    for (const type of entityTypesOf(asked, field)) if (!access.entities.includes(type)) throw notForVisitors(type);
  }
}

function notForVisitors(what: string) {
  return forbidden(`A visitor of a web chat may not ask for ${what}.`);
}

/** What the representations say they are, as the executor will read them: in the text, or as variables. */
function entityTypesOf({ schema, operation, variables }: Asked, field: FieldNode): string[] {
  const entities = schema.getQueryType()?.getFields()['_entities'];
  const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {});
  const { representations } = entities ? getArgumentValues(entities, field, coerced) : {};
  if (!Array.isArray(representations)) return ['what is no entity'];
  return representations.map((one: unknown) =>
    String(typeof one === 'object' && one !== null && '__typename' in one ? one.__typename : 'what is no entity'),
  );
}
