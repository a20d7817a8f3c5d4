import { executeSync, Kind, visit, type DocumentNode, type FieldNode, type OperationDefinitionNode } from 'graphql';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { Variables } from '../operations/variables.ts';
import type { Data } from './merge.ts';
import type { OperationDefinition } from './operationDefinition.ts';

/** Whether an operation asks anything of the schema itself. */
export function asksOfSchema(document: DocumentNode): boolean {
  let asks = false;
  visit(document, {
    Field(field) {
      asks ||= isOfSchema(field);
    },
  });
  return asks;
}

export function isOfSchema({ name }: FieldNode): boolean {
  return name.value === '__schema' || name.value === '__type';
}

/** By response key: nobody plans these, graphql-js answers them from the schema. */
export function introspect(
  { schema }: Pick<GraphSnapshot, 'schema'>,
  { operation, fragments }: OperationDefinition,
  selections: readonly FieldNode[],
  coerced: Variables,
): Data {
  if (selections.length === 0) return {};
  const asked: OperationDefinitionNode = {
    ...operation,
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [asked, ...Object.values(fragments)] };
  return { ...executeSync({ schema, document, variableValues: coerced }).data };
}
