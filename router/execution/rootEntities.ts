import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { isObjectType, print, type FieldNode, type GraphQLSchema } from 'graphql';
import { keyPath } from './conditionalKeys.ts';
import { entitySelectionOf } from './entitySelection.ts';
import type { Data } from './merge.ts';
import { objectsAt, type Path } from './places.ts';
import { fetchesOf, fieldsOf } from './planFetches.ts';
import { responseKeyOf } from './privateKeys.ts';
import type { Represent } from './representations.ts';
import type { Run } from './run.ts';

/** Objects of one type at one place that a root field brings, and which of their values come with them. */
interface RootObjects {
  readonly typeName: string;
  readonly path: Path;
  /** As they are written in an operation, under the keys of the data. */
  readonly values: Set<string>;
}

export type RootEntities = readonly RootObjects[];

/**
 * What root fields bring of objects whatever the variables are. People who are listed and are the authors of what stands below them need not
 * be asked for once more.
 *
 * @param schema The supergraph's.
 */
export function rootEntities(plan: PlanNode | undefined, schema: GraphQLSchema): RootEntities {
  const found = new Map<string, RootObjects>();
  for (const fetch of fetchesOf(plan)) {
    if (fetch.path.length > 0 || fetch.node.requires || fetch.node.operationKind !== 'query') continue;
    for (const { field, parent, path, isConditional } of fieldsOf(fetch, schema)) {
      if (isConditional || field.selectionSet || !isObjectType(parent)) continue;
      const key = `${parent.name} ${keyPath(path)}`;
      const one = found.get(key) ?? { typeName: parent.name, path, values: new Set() };
      found.set(key, one);
      one.values.add(print(field));
    }
  }
  return [...found.values()];
}

/** What a fetch would bring of entities that root fields have brought, by what it would tell the subgraph of them. */
export type BroughtByRoots = (run: Run) => ReadonlyMap<string, Data>;

const nothing: ReadonlyMap<string, Data> = new Map();

/** Values alone: an object may lack what another one has, and of null it is not known whether something has failed. */
export function compileBroughtByRoots(node: FetchNode, represent: Represent, entities: RootEntities): BroughtByRoots {
  const selection = entitySelectionOf(node);
  if (!selection?.fields.every(isPlainValue)) return () => nothing;
  const values = selection.fields.map((field) => print(field));
  const keys = selection.fields.map(responseKeyOf);
  const places = entities.filter(
    (one) => one.typeName === selection.typeName && values.every((value) => one.values.has(value)),
  );
  if (places.length === 0) return () => nothing;

  return ({ data, sharing, scope, entities: known }) => {
    // A mutation changes them in between, and what an event brings is as old as the event.
    if (!known || scope.event) return nothing;
    const found = new Map<string, Data>();
    for (const { path } of places) {
      for (const object of objectsAt(data, path, sharing)) {
        const representation = represent(object);
        if (representation !== undefined && keys.every((key) => isValue(object[key]))) {
          found.set(representation, Object.fromEntries(keys.map((key) => [key, object[key]])));
        }
      }
    }
    return found;
  };
}

function isPlainValue({ selectionSet, directives }: FieldNode): boolean {
  return !selectionSet && !directives?.length;
}

function isValue(value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== 'object';
}
