import type { QueryPlanInlineFragmentNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { isObject, merge, type Data } from './merge.ts';
import type { Rewrite } from './rewrites.ts';
import type { IsOfType } from './typeConditions.ts';

/**
 * What a subgraph is told of an entity so that it finds it, as JSON: equal for equal entities. Undefined when what it takes is not
 * there, because the entity is of another type, or an earlier fetch failed.
 */
export type Represent = (entity: Data) => string | undefined;

type Select = (source: Data) => Data | undefined;

interface Tools {
  readonly isOfType: IsOfType;
  /** Keys that may be missing: see `conditionalKeys`. */
  readonly conditional: ReadonlySet<string>;
  /** Where the entities stand, in the form of those. */
  readonly path: string;
}

export function compileRepresentation(
  selections: readonly QueryPlanSelectionNode[],
  { rewrite, ...tools }: Tools & { readonly rewrite: Rewrite | undefined },
): Represent {
  const [only, ...others] = selections;
  const isPlain = others.length === 0 && only?.kind === 'InlineFragment' && !rewrite;
  return (isPlain ? compileKeys(only, tools) : undefined) ?? compileAny(selections, { rewrite, ...tools });
}

/** Most entities are known by a few values of their own, and there may be hundreds in an operation: written without an object in between. */
function compileKeys({ typeCondition, selections }: QueryPlanInlineFragmentNode, tools: Tools): Represent | undefined {
  const keys: string[] = [];
  for (const selection of selections) {
    if (selection.kind !== 'Field' || selection.selections) return undefined;
    const key = selection.alias ?? selection.name;
    if (keys.includes(key) || tools.conditional.has(`${tools.path}/${key}`)) return undefined;
    keys.push(key);
  }
  if (typeCondition === undefined || !keys.includes('__typename')) return undefined;
  // Fetches that take the same name it in any order.
  const parts = keys
    .toSorted()
    .map((key, index) => ({ key, prefix: `${index === 0 ? '{' : ','}${JSON.stringify(key)}:` }));
  return (entity) => {
    if (entity['__typename'] == null || !tools.isOfType(entity, typeCondition)) return undefined;
    let json = '';
    for (const { key, prefix } of parts) {
      const value = entity[key];
      if (value === undefined) return undefined;
      json += prefix + JSON.stringify(value);
    }
    return `${json}}`;
  };
}

function compileAny(
  selections: readonly QueryPlanSelectionNode[],
  { rewrite, ...tools }: Tools & { readonly rewrite: Rewrite | undefined },
): Represent {
  const select = compileSelections(selections, tools.path, tools);
  return (entity) => {
    const representation = select(entity);
    if (representation?.['__typename'] == null) return undefined;
    rewrite?.(representation);
    return JSON.stringify(representation);
  };
}

function compileSelections(selections: readonly QueryPlanSelectionNode[], path: string, tools: Tools): Select {
  const steps = selections.map((selection) => {
    if (selection.kind === 'Field') {
      return compileField(selection.alias ?? selection.name, selection.selections, path, tools);
    }
    const select = compileSelections(selection.selections, path, tools);
    const { typeCondition } = selection;
    return (source: Data, target: Data): boolean => {
      if (typeCondition === undefined || !tools.isOfType(source, typeCondition)) return true;
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

/** False when the field is not there, and ought to be. */
function compileField(
  key: string,
  selections: readonly QueryPlanSelectionNode[] | undefined,
  parentPath: string,
  tools: Tools,
): (source: Data, target: Data) => boolean {
  const path = `${parentPath}/${key}`;
  const select = selections && compileSelections(selections, path, tools);
  const pick = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(pick);
    return select && isObject(value) ? (select(value) ?? null) : value;
  };
  return (source, target) => {
    const value = source[key];
    if (value === undefined) return tools.conditional.has(path);
    target[key] = pick(value);
    return true;
  };
}
