import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { rootFieldsOf } from '#platform/graphql/rootFields.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { OperationError } from './errors.ts';

/** The web chat's side of the graph: a visitor has nothing else, and nobody else has it. */
const visitorFields: Readonly<Record<OperationDefinitionNode['operation'], readonly string[]>> = {
  query: ['chatMessages'],
  mutation: ['sendChatMessage', 'markChatRead', 'setChatTyping'],
  subscription: ['chatUpdates', 'chatTyping'],
};

/**
 * Whether somebody may run an operation at all, decided by its root fields before it is planned. Strangers may ask about the
 * schema, where they come so far; visitors may not.
 *
 * @throws OperationError `UNAUTHENTICATED` or `FORBIDDEN`.
 */
export function checkAccess(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  identity: Identity | undefined,
): void {
  const ofVisitors = visitorFields[operation.operation];
  for (const { name } of rootFieldsOf(document, operation)) {
    const field = name.value;
    if (field === '__typename') continue;
    if (!identity) {
      if (!field.startsWith('__')) throw OperationError.unauthenticated();
    } else if ((identity.kind === 'visitor') !== ofVisitors.includes(field)) {
      throw OperationError.forbidden(
        identity.kind === 'visitor'
          ? `A visitor of a web chat may not ask for ${field}.`
          : `${field} is for visitors of a web chat.`,
      );
    }
  }
}
