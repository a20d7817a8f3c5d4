import { getOperationAST, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import type { Identity } from '#platform/identity/identity.ts';
import type { GraphVersion } from '../graph/graphVersion.ts';
import { checkAccess } from '../operations/access.ts';
import { checkCost } from '../operations/checkCost.ts';
import { OperationError } from '../operations/errors.ts';
import type { Variables } from '../operations/variables.ts';

/**
 * Whether somebody may ask for an operation, as far as that is known from the operation itself.
 *
 * @throws OperationError
 */
export type CheckOperation = (
  version: GraphVersion,
  asked: {
    readonly hash: string;
    readonly document: DocumentNode;
    readonly operation: OperationDefinitionNode;
    readonly operationName: string | undefined;
    readonly variables: Variables;
    readonly identity: Identity | undefined;
  },
) => void;

export function createOperationCheck(maxCost: number): CheckOperation {
  return (version, asked) => {
    const { document, operation, operationName, variables, identity } = asked;
    refuseSubscription(document, operationName);
    checkAccess(document, operation, identity);
    checkCost(version, asked, variables, maxCost);
  };
}

/** @throws OperationError `BAD_REQUEST` */
export function refuseSubscription(document: DocumentNode, operationName: string | null | undefined): void {
  if (getOperationAST(document, operationName)?.operation === 'subscription') {
    throw OperationError.badRequest(
      'Subscriptions come over WebSocket (graphql-transport-ws), or as events: send "accept: text/event-stream".',
    );
  }
}
