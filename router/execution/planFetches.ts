import type { FetchNode, PlanNode } from '@apollo/query-planner';
import {
  getNamedType,
  Kind,
  parse,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { Path } from './places.ts';
import { responseKeyOf } from './privateKeys.ts';

/** One fetch of a plan. */
export interface PlannedFetch {
  readonly node: FetchNode;
  /** Where the objects stand that it is for. */
  readonly path: Path;
  /** It is made under a condition, or later than the rest, so that nobody may count on it. */
  readonly isConditional: boolean;
}

/** All fetches of a plan, in its order. */
export function fetchesOf(plan: PlanNode | undefined): PlannedFetch[] {
  const found: PlannedFetch[] = [];
  if (plan) collect(plan, [], false, found);
  return found;
}

function collect(node: PlanNode, path: Path, isConditional: boolean, found: PlannedFetch[]): void {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      for (const one of node.nodes) collect(one, path, isConditional, found);
      return;
    case 'Flatten':
      collect(node.node, [...path, ...node.path], isConditional, found);
      return;
    case 'Condition':
      if (node.ifClause) collect(node.ifClause, path, true, found);
      if (node.elseClause) collect(node.elseClause, path, true, found);
      return;
    case 'Fetch':
      found.push({ node, path, isConditional });
      return;
    case 'Defer':
      if (node.primary.node) collect(node.primary.node, path, isConditional, found);
      for (const { node: later } of node.deferred) if (later) collect(later, path, true, found);
  }
}

/**
 * The same plan with other fetches.
 *
 * @param change Undefined: the fetch is left out.
 * @returns undefined when nothing is left.
 */
export function mapFetches(
  node: PlanNode,
  change: (fetch: Pick<PlannedFetch, 'node' | 'path'>) => FetchNode | undefined,
  path: Path = [],
): PlanNode | undefined {
  const inner = (one: PlanNode | undefined) => one && mapFetches(one, change, path);
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel': {
      const nodes = node.nodes.flatMap((one) => inner(one) ?? []);
      return nodes.length > 0 ? { ...node, nodes } : undefined;
    }
    case 'Flatten': {
      const one = mapFetches(node.node, change, [...path, ...node.path]);
      return one && { ...node, node: one };
    }
    case 'Condition': {
      const [ifClause, elseClause] = [inner(node.ifClause), inner(node.elseClause)];
      return {
        kind: node.kind,
        condition: node.condition,
        ...(ifClause && { ifClause }),
        ...(elseClause && { elseClause }),
      };
    }
    case 'Fetch':
      return change({ node, path });
    case 'Defer':
      return node;
  }
}

/** A field that a fetch brings: under its key, in the objects that stand at a path. */
export interface FetchedField {
  readonly field: FieldNode;
  /** Undefined: the schema does not say. */
  readonly parent: GraphQLNamedType | undefined;
  readonly path: Path;
  readonly isConditional: boolean;
}

/** @param schema The supergraph's. */
export function fieldsOf({ node, path, isConditional }: PlannedFetch, schema: GraphQLSchema): FetchedField[] {
  const found: FetchedField[] = [];

  function add(
    { selections }: SelectionSetNode,
    parent: GraphQLNamedType | undefined,
    at: Pick<FetchedField, 'path' | 'isConditional'>,
  ): void {
    for (const selection of selections) {
      const here = { ...at, isConditional: at.isConditional || (selection.directives?.length ?? 0) > 0 };
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value;
        add(selection.selectionSet, condition === undefined ? parent : schema.getType(condition), here);
      } else if (selection.kind === Kind.FIELD) {
        found.push({ field: selection, parent, ...here });
        if (!selection.selectionSet) continue;
        const type = typeOf(parent, selection);
        add(selection.selectionSet, type, { ...here, path: [...at.path, responseKeyOf(selection)] });
      }
    }
  }

  for (const definition of parse(node.operation, { noLocation: true }).definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const [entities] = definition.selectionSet.selections;
    const ofEntities = node.requires && entities?.kind === Kind.FIELD ? entities.selectionSet : undefined;
    const root = ofEntities ? undefined : (schema.getRootType(definition.operation) ?? undefined);
    add(ofEntities ?? definition.selectionSet, root, { path, isConditional });
  }
  return found;
}

/** Of a field's objects; undefined: the schema does not say. */
export function typeOf(parent: GraphQLNamedType | undefined, { name }: FieldNode): GraphQLNamedType | undefined {
  const field = parent && 'getFields' in parent ? parent.getFields()[name.value] : undefined;
  return field && getNamedType(field.type);
}
