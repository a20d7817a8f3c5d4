import { Kind, visit, type FieldNode } from 'graphql';
import { rootFieldsOf } from '#platform/graphql/rootFields.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { PreparedOperation } from '../graph/executor.ts';
import { OperationError } from '../operations/errors.ts';
import { coerceArguments, coerceVariables, type Variables } from '../operations/variables.ts';
import { checkFilter, matches, type ConversationFilter } from './conversationFilter.ts';
import { decodePosition, type StreamPosition } from './cursor.ts';
import { mayUse, type InboxEvent } from './inboxUpdate.ts';

/** A subscription as one subscriber asked for it. */
export interface LiveOperation {
  readonly operation: PreparedOperation;
  readonly variables: Variables;
  readonly identity: Identity;
  /** The subscription field; the event is its value. */
  readonly field: string;
  /** Where the subscriber left off. */
  readonly after: StreamPosition | undefined;
  /** Equal for subscribers who get equal answers to every event. */
  readonly groupKey: string;
  wants(event: InboxEvent): boolean;
}

/**
 * Reads what a subscription asks for.
 *
 * @throws GraphQLError `BAD_USER_INPUT` for arguments, cursors and filters that cannot be, and an AggregateError of such
 *   for variables.
 */
export function readLiveOperation(
  operation: PreparedOperation,
  variables: Variables,
  identity: Identity,
): LiveOperation {
  const { schema, operation: definition, fragments } = operation.context;
  const { coerced, errors } = coerceVariables(schema, definition, variables);
  if (errors) throw new AggregateError(errors, 'the variables do not fit');

  const document = { kind: Kind.DOCUMENT, definitions: [definition, ...Object.values(fragments)] } as const;
  // Validation has seen to it that there is exactly one, that it exists and has no conditions.
  const [root] = rootFieldsOf(document, definition);
  const field = root && schema.getSubscriptionType()?.getFields()[root.name.value];
  if (!root || !field) throw OperationError.unknownOperation();

  const args = coerceArguments(field, root, coerced);
  const filter = (args['filter'] ?? {}) as ConversationFilter;
  checkFilter(filter);
  const id = args['id'];
  const after = args['after'];
  return {
    operation,
    variables,
    identity,
    field: field.name,
    after: typeof after === 'string' ? decodePosition(after) : undefined,
    groupKey: JSON.stringify([operation.key, sorted(withoutCursor(variables, root, operation)), sorted(identity)]),
    wants: (event) =>
      mayUse(identity, event) &&
      (id === undefined || id === event.data.conversation.id) &&
      matches(filter, event.data.conversation),
  };
}

/** A variable that only says where to begin makes no difference to the answers: who resumes shares with those who stayed. */
function withoutCursor(variables: Variables, root: FieldNode, { context }: PreparedOperation): Variables {
  const value = root.arguments?.find(({ name }) => name.value === 'after')?.value;
  if (value?.kind !== Kind.VARIABLE) return variables;
  const cursor = value.name.value;
  let uses = 0;
  for (const node of [context.operation, ...Object.values(context.fragments)]) {
    visit(node, {
      VariableDefinition: () => false,
      Variable: ({ name }) => {
        if (name.value === cursor) uses += 1;
      },
    });
  }
  if (uses > 1) return variables;
  return Object.fromEntries(Object.entries(variables).filter(([name]) => name !== cursor));
}

/** The same value for objects that differ only in the order of their keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
