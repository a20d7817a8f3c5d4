import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { KnownTypes } from './knownTypes.ts';
import { isObject, merge, type Data } from './merge.ts';
import type { Rewrite } from './rewrites.ts';
import type { IsOfType } from './typeConditions.ts';

/**
 * What a subgraph is told of an entity so that it finds it, as JSON: equal for equal entities. Undefined when what it takes is not
 * there, because the entity is of another type, or an earlier fetch failed.
 */
export type Represent = (entity: Data) => string | undefined;

const TYPE_NAME = '__typename';

type Select = (source: Data) => Data | undefined;

interface Tools {
  readonly isOfType: IsOfType;
  /** Keys that may be missing: see `conditionalKeys`. */
  readonly conditional: ReadonlySet<string>;
  readonly types: KnownTypes;
  /** Where the entities stand, in the form of those. */
  readonly path: string;
}

export function compileRepresentation(
  selections: readonly QueryPlanSelectionNode[],
  { rewrite, ...tools }: Tools & { readonly rewrite: Rewrite | undefined },
): Represent {
  const plain = rewrite ? undefined : plainKeysOf(selections);
  return (plain && compileKeys(plain, tools)) ?? compileAny(selections, { rewrite, ...tools });
}

/** Entities of one type are told by a few values of their own. */
export function hasPlainKeys(selections: readonly QueryPlanSelectionNode[]): boolean {
  return plainKeysOf(selections) !== undefined;
}

interface PlainKeys {
  readonly typeName: string;
  readonly keys: readonly string[];
}

function plainKeysOf([only, ...others]: readonly QueryPlanSelectionNode[]): PlainKeys | undefined {
  if (only?.kind !== 'InlineFragment' || only.typeCondition === undefined || others.length > 0) return undefined;
  const keys = only.selections.flatMap((selection) =>
    selection.kind === 'Field' && !selection.selections ? [selection.alias ?? selection.name] : [],
  );
  const isPlain = keys.length === only.selections.length && new Set(keys).size === keys.length;
  if (!isPlain || !keys.includes(TYPE_NAME)) return undefined;
  // Fetches that take the same name it in any order.
  return { typeName: only.typeCondition, keys: keys.filter((key) => key !== TYPE_NAME).toSorted() };
}

/** Most entities are known by a few values of their own, and there may be hundreds in an operation: written without an object in between. */
function compileKeys(
  { typeName, keys }: PlainKeys,
  { isOfType, conditional, path, types }: Tools,
): Represent | undefined {
  if ([TYPE_NAME, ...keys].some((key) => conditional.has(`${path}/${key}`))) return undefined;
  const parts = keys.map((key) => ({ key, prefix: `,${JSON.stringify(key)}:` }));
  const begin = (entity: Data): string | undefined =>
    isOfType(entity, typeName) ? `{"${TYPE_NAME}":${JSON.stringify(entity[TYPE_NAME])}` : undefined;
  const known = types.get(path);
  const begun = known === undefined ? undefined : begin({ [TYPE_NAME]: known });
  return (entity) => {
    let json = known === undefined ? begin(entity) : begun;
    if (json === undefined) return undefined;
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
  const known = tools.types.get(tools.path);
  return (entity) => {
    const representation = select(known === undefined ? entity : { ...entity, [TYPE_NAME]: known });
    if (representation?.[TYPE_NAME] == null) return undefined;
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
