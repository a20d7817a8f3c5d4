import type { FetchNode } from '@apollo/query-planner';
import {
  Kind,
  parse,
  type FieldNode,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** What a fetch of entities asks of all of them, where they are of one type and nothing depends on what they are or on a condition. */
export interface EntitySelection {
  readonly typeName: string;
  readonly fields: readonly FieldNode[];
  readonly operation: OperationDefinitionNode;
  /** Of the operation: `_entities`, and what stands in it. */
  readonly entities: FieldNode;
  readonly fragment: InlineFragmentNode;
}

/** Undefined: it asks in another way, or what goes there and comes back is written anew. */
export function entitySelectionOf(node: FetchNode): EntitySelection | undefined {
  const { requires, inputRewrites = [], outputRewrites = [], contextRewrites = [] } = node;
  if (!requires || [...inputRewrites, ...outputRewrites, ...contextRewrites].length > 0) return undefined;
  const [operation] = parse(node.operation, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return undefined;
  const [entities] = operation.selectionSet.selections;
  if (entities?.kind !== Kind.FIELD) return undefined;
  const [fragment, ...others] = entities.selectionSet?.selections ?? [];
  if (others.length > 0 || fragment?.kind !== Kind.INLINE_FRAGMENT || fragment.directives?.length) return undefined;
  const typeName = fragment.typeCondition?.name.value;
  const fields = fragment.selectionSet.selections.filter((selection) => selection.kind === Kind.FIELD);
  if (typeName === undefined || fields.length < fragment.selectionSet.selections.length) return undefined;
  return { typeName, fields, operation, entities, fragment };
}

/** The operation that asks for other fields in place of those. */
export function withFields(
  { operation, entities, fragment }: EntitySelection,
  fields: readonly FieldNode[],
): OperationDefinitionNode {
  const asked = { ...fragment, selectionSet: setOf(fields) };
  return { ...operation, selectionSet: setOf([{ ...entities, selectionSet: setOf([asked]) }]) };
}

export function setOf(selections: readonly SelectionNode[]): SelectionSetNode {
  return { kind: Kind.SELECTION_SET, selections };
}
