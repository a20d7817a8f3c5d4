import { Kind, visit, type FieldNode } from 'graphql';
import type { Identity } from '#platform/identity/identity.ts';
import type { Limit } from '#schema/visibility.ts';
import type { PreparedOperation } from '../execution/prepareOperation.ts';
import { OperationError } from '../operations/errors.ts';
import type { Variables } from '../operations/variables.ts';
import { decodePosition, type StreamPosition } from './cursor.ts';
import type { EventView } from './eventView.ts';
import { eventViews } from './eventViews.ts';
import type { Subscription } from './subscription.ts';

/** A subscription to events. */
export interface LiveOperation extends Subscription, EventView {
  /** Where the subscriber left off. */
  readonly after: StreamPosition | undefined;
  /** Equal for subscribers who get equal answers to every event that is not for one of them alone. */
  readonly groupKey: string;
  /** Whose answers others of the same rights get too; undefined: nobody else's are the same. */
  readonly forAll: Identity | undefined;
}

/**
 * @param limit What the subscriber may see; null: everything of the company.
 * @param lastCursor Of the last answer that the subscriber has, if they say so beside the operation: it is newer than `after`.
 * @throws GraphQLError `BAD_USER_INPUT` for cursors and filters that cannot be.
 */
export function readLiveOperation(
  subscription: Subscription,
  limit: Limit | null,
  lastCursor: string | undefined,
): LiveOperation {
  const { operation, variables, identity, field, node, args } = subscription;
  const view = eventViews.get(field);
  if (!view) throw OperationError.unknownOperation();
  const after = lastCursor ?? args['after'];
  const forAll = isShared(subscription, limit) ? ({ ...identity, forAll: true } as Identity) : undefined;
  return {
    ...subscription,
    ...view(identity, args, limit),
    after: typeof after === 'string' ? decodePosition(after) : undefined,
    groupKey: JSON.stringify([
      operation.key,
      sorted(withoutCursor(variables, node, operation)),
      forAll ? rightsOf(forAll) : sorted(identity),
      limit?.teamIds.toSorted(),
    ]),
    forAll,
  };
}

/** Who is limited to their teams also sees what is assigned to them, as nobody else does. */
export function isShared({ operation, variables, identity }: Subscription, limit: Limit | null): boolean {
  return identity.kind === 'agent' && limit === null && !operation.isPersonal(variables);
}

/** Everything of an identity that decides on what is not personal: all but who it is. */
function rightsOf(identity: Identity): unknown {
  return sorted({ ...identity, agentId: undefined, scopes: identity.scopes.toSorted() });
}

/** A variable that only says where to begin makes no difference to the answers: who resumes shares with those who stayed. */
function withoutCursor(variables: Variables, root: FieldNode, { operation, fragments }: PreparedOperation): Variables {
  const value = root.arguments?.find(({ name }) => name.value === 'after')?.value;
  if (value?.kind !== Kind.VARIABLE) return variables;
  const cursor = value.name.value;
  let uses = 0;
  for (const node of [operation, ...Object.values(fragments)]) {
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
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
