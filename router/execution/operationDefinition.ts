import {
  getOperationAST,
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
} from 'graphql';
import { OperationError } from '../operations/errors.ts';

/** An operation as far as its document goes. */
export interface OperationDefinition {
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
}

/** @throws OperationError when the document has no such operation. */
export function definitionIn(document: DocumentNode, operationName?: string): OperationDefinition {
  const operation = getOperationAST(document, operationName);
  if (!operation) throw OperationError.unknownOperation();
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  return { operation, fragments };
}

export function documentOf({ operation, fragments }: OperationDefinition): DocumentNode {
  return { kind: Kind.DOCUMENT, definitions: [operation, ...Object.values(fragments)] };
}
