import { Kind, type FieldNode } from 'graphql';
import { rootFieldsOf } from '#platform/graphql/rootFields.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { PreparedOperation } from '../execution/prepareOperation.ts';
import { OperationError } from '../operations/errors.ts';
import { coerceArguments, coerceVariables, type Variables } from '../operations/variables.ts';

/** A subscription as one subscriber asked for it. */
export interface Subscription {
  readonly operation: PreparedOperation;
  readonly variables: Variables;
  readonly identity: Identity;
  /** The subscription field; what happens is its value. */
  readonly field: string;
  readonly node: FieldNode;
  readonly args: Variables;
}

/**
 * Reads what a subscription asks for.
 *
 * @throws GraphQLError `BAD_USER_INPUT` for arguments that cannot be, and an AggregateError of such for variables;
 *   `UNAUTHORIZED_FIELD_OR_TYPE` when the subscription is not for somebody like this.
 */
export function readSubscription(operation: PreparedOperation, variables: Variables, identity: Identity): Subscription {
  const { schema, operation: definition, fragments } = operation;
  const { coerced, errors } = coerceVariables(schema, definition, variables);
  if (errors) throw new AggregateError(errors, 'the variables do not fit');
  operation.permittedTo(identity);

  const document = { kind: Kind.DOCUMENT, definitions: [definition, ...Object.values(fragments)] } as const;
  // Validation has seen to it that there is exactly one, that it exists and has no conditions.
  const [node] = rootFieldsOf(document, definition);
  const field = node && schema.getSubscriptionType()?.getFields()[node.name.value];
  if (!node || !field) throw OperationError.unknownOperation();
  return { operation, variables, identity, field: field.name, node, args: coerceArguments(field, node, coerced) };
}
