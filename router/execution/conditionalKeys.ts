import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { Kind, parse, type SelectionSetNode } from 'graphql';
import { fetchesOf } from './planFetches.ts';

/**
 * The keys that a plan fetches under conditions only, each as a path without lists. What requires them may be asked without them: the planner fetches what a
 * field requires under that field's `@skip` and `@include`, but names it for all fields that are asked in the same fetch.
 */
export function conditionalKeys(plan: PlanNode | undefined): ReadonlySet<string> {
  const found: Found = { conditional: new Set(), always: new Set() };
  for (const { node, path, isConditional } of fetchesOf(plan)) {
    visitFetch(node, { path: keyPath(path), isConditional }, found);
  }
  return new Set([...found.conditional].filter((key) => !found.always.has(key)));
}

/** Keys from the root on: those of a list's elements stand where the list does. */
export function keyPath(path: readonly (string | number)[]): string {
  return path
    .filter((step) => step !== '@')
    .map((step) => `/${String(step)}`)
    .join('');
}

interface Place {
  readonly path: string;
  readonly isConditional: boolean;
}

interface Found {
  readonly conditional: Set<string>;
  readonly always: Set<string>;
}

function visitFetch({ operation, requires }: FetchNode, place: Place, found: Found): void {
  for (const definition of parse(operation).definitions) {
    if (!('selectionSet' in definition)) continue;
    const [entities] = definition.selectionSet.selections;
    const ofEntities = requires && entities?.kind === Kind.FIELD ? entities.selectionSet : undefined;
    visitSelections(ofEntities ?? definition.selectionSet, place, found);
  }
}

function visitSelections({ selections }: SelectionSetNode, place: Place, found: Found): void {
  for (const selection of selections) {
    const isConditional = place.isConditional || (selection.directives?.length ?? 0) > 0;
    let { path } = place;
    if (selection.kind === Kind.FIELD) {
      path += `/${(selection.alias ?? selection.name).value}`;
      (isConditional ? found.conditional : found.always).add(path);
    }
    if (selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet) {
      visitSelections(selection.selectionSet, { path, isConditional }, found);
    }
  }
}
