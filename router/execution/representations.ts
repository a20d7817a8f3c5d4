import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import { isObject, merge, type Data } from './merge.ts';
import type { Rewrite } from './rewrites.ts';
import type { IsOfType } from './typeConditions.ts';

/**
 * What a subgraph is told of an entity so that it finds it, as JSON: equal for equal entities. Undefined when what it takes is not
 * there, because the entity is of another type, or an earlier fetch failed.
 */
export type Represent = (entity: Data) => string | undefined;

type Select = (source: Data) => Data | undefined;

export function compileRepresentation(
  selections: readonly QueryPlanSelectionNode[],
  { isOfType, rewrite }: { readonly isOfType: IsOfType; readonly rewrite: Rewrite },
): Represent {
  const select = compileSelections(selections, isOfType);
  return (entity) => {
    const representation = select(entity);
    if (representation?.['__typename'] == null) return undefined;
    rewrite(representation);
    return JSON.stringify(representation);
  };
}

function compileSelections(selections: readonly QueryPlanSelectionNode[], isOfType: IsOfType): Select {
  const steps = selections.map((selection) => {
    if (selection.kind === 'Field') {
      return compileField(selection.alias ?? selection.name, selection.selections, isOfType);
    }
    const select = compileSelections(selection.selections, isOfType);
    const { typeCondition } = selection;
    return (source: Data, target: Data): boolean => {
      if (typeCondition === undefined || !isOfType(source, typeCondition)) return true;
      const selected = select(source);
      if (!selected) return false;
      merge(target, selected);
      return true;
    };
  });
  return (source) => {
    const target: Data = {};
    return steps.every((step) => step(source, target)) ? target : undefined;
  };
}

/** False when the field is not there. */
function compileField(
  key: string,
  selections: readonly QueryPlanSelectionNode[] | undefined,
  isOfType: IsOfType,
): (source: Data, target: Data) => boolean {
  const select = selections && compileSelections(selections, isOfType);
  const pick = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(pick);
    return select && isObject(value) ? (select(value) ?? null) : value;
  };
  return (source, target) => {
    const value = source[key];
    if (value === undefined) return false;
    target[key] = pick(value);
    return true;
  };
}
