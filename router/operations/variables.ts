import {
  getArgumentValues,
  getVariableValues,
  GraphQLError,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

export type Variables = Readonly<Record<string, unknown>>;

/** A list of a hundred thousand wrong values is one mistake, and no reason for an answer larger than the request. */
const MAX_ERRORS = 20;

/** Coerces variables as an operation declares them. Its errors are for clients, with code `BAD_USER_INPUT`. */
export function coerceVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Variables,
) {
  const { coerced, errors } = getVariableValues(schema, variableDefinitions, variables, { maxErrors: MAX_ERRORS });
  return errors ? { errors: errors.map(asBadUserInput) } : { coerced };
}

/**
 * The arguments of a field.
 *
 * @throws GraphQLError `BAD_USER_INPUT` for a variable that is null and may not be here: validation lets it pass when it
 *   has a default.
 */
export function coerceArguments(field: GraphQLField<unknown, unknown>, node: FieldNode, coerced: Variables): Variables {
  try {
    return getArgumentValues(field, node, coerced);
  } catch (error) {
    throw error instanceof GraphQLError ? asBadUserInput(error) : error;
  }
}

function asBadUserInput({ message, nodes }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { ...(nodes && { nodes }), extensions: { code: 'BAD_USER_INPUT' } });
}
