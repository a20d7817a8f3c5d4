import {
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  Kind,
  typeFromAST,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Variables } from '../operations/variables.ts';
import { responseKeyOf } from './privateKeys.ts';

export interface Collector {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Those that `@skip` and `@include` ask for. */
  readonly conditions: Variables;
  /** Fragments that come later, and are no part of this. */
  readonly later?: ReadonlySet<SelectionNode>;
}

/**
 * The fields that an object of this type has in the response, in their order, each with all its nodes: CollectFields of the
 * specification (GraphQL October 2021, 6.3.2).
 */
export function collectFields(
  collector: Collector,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const spread = new Set<string>();
  for (const { selections } of selectionSets) collect(collector, type, selections, { fields, spread });
  return fields;
}

interface Collected {
  readonly fields: Map<string, FieldNode[]>;
  readonly spread: Set<string>;
}

function collect(
  collector: Collector,
  type: GraphQLObjectType,
  selections: readonly SelectionNode[],
  collected: Collected,
): void {
  for (const selection of selections) {
    if (!isIncluded(selection, collector.conditions)) continue;
    switch (selection.kind) {
      case Kind.FIELD: {
        const key = responseKeyOf(selection);
        const nodes = collected.fields.get(key);
        if (nodes) nodes.push(selection);
        else collected.fields.set(key, [selection]);
        break;
      }
      case Kind.INLINE_FRAGMENT:
        if (collector.later?.has(selection)) break;
        if (applies(collector, selection.typeCondition?.name.value, type)) {
          collect(collector, type, selection.selectionSet.selections, collected);
        }
        break;
      case Kind.FRAGMENT_SPREAD: {
        const name = selection.name.value;
        const fragment = collector.fragments[name];
        if (!fragment || collected.spread.has(name)) break;
        collected.spread.add(name);
        if (applies(collector, fragment.typeCondition.name.value, type)) {
          collect(collector, type, fragment.selectionSet.selections, collected);
        }
      }
    }
  }
}

/** What `@skip` and `@include` say of a selection. */
export function isIncluded(selection: SelectionNode, conditions: Variables): boolean {
  if (!selection.directives?.length) return true;
  if (getDirectiveValues(GraphQLSkipDirective, selection, conditions)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, conditions)?.['if'] !== false;
}

/** Whether a fragment of this type is about objects of that one. */
export function applies(
  { schema }: Pick<Collector, 'schema'>,
  condition: string | undefined,
  type: GraphQLObjectType,
): boolean {
  if (condition === undefined || condition === type.name) return true;
  const wanted = typeFromAST(schema, { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: condition } });
  return isAbstractType(wanted) && schema.isSubType(wanted, type);
}
