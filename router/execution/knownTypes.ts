import type { FetchNode, PlanNode } from '@apollo/query-planner';
import {
  isObjectType,
  Kind,
  parse,
  print,
  stripIgnoredCharacters,
  visit,
  type GraphQLSchema,
  type SelectionNode,
} from 'graphql';
import { keyPath } from './conditionalKeys.ts';
import { setOf } from './entitySelection.ts';
import { fetchesOf, fieldsOf, mapFetches, typeOf } from './planFetches.ts';
import { responseKeyOf } from './privateKeys.ts';
import { hasPlainKeys } from './representations.ts';
import type { Path } from './places.ts';

/** By path without lists: of which type all objects are that may stand there. */
export type KnownTypes = ReadonlyMap<string, string>;

/**
 * The types that subgraphs need not tell, as the schema does: where a field's type is an object's, and nothing looks at its name but to tell
 * a subgraph whom it is asked about.
 *
 * @param schema The supergraph's.
 */
export function knownTypes(plan: PlanNode | undefined, schema: GraphQLSchema): KnownTypes {
  const fetches = fetchesOf(plan);
  // What is written anew on its way goes by the types that are told.
  if (fetches.some(({ node }) => node.inputRewrites?.length || node.outputRewrites?.length)) return new Map();
  const types = new Map<string, Set<string | undefined>>();
  for (const fetch of fetches) {
    for (const { field, parent, path } of fetch.node.operationKind === 'query' ? fieldsOf(fetch, schema) : []) {
      if (!field.selectionSet) continue;
      const type = typeOf(parent, field);
      const place = keyPath([...path, responseKeyOf(field)]);
      types.set(place, (types.get(place) ?? new Set()).add(isObjectType(type) ? type.name : undefined));
    }
  }
  const told = fetches
    .filter(({ node }) => node.requires && !hasPlainKeys(node.requires))
    .map(({ path }) => keyPath(path));
  return new Map(
    [...types].flatMap(([place, [type, ...others]]): [string, string][] =>
      type === undefined || others.length > 0 || told.some((one) => `${place}/`.startsWith(`${one}/`))
        ? []
        : [[place, type]],
    ),
  );
}

/** The same plan, of which subgraphs tell no types that are known: names of types are a fifth of what answers say of entities. */
export function withoutKnownTypes(plan: PlanNode, types: KnownTypes): PlanNode {
  return mapFetches(plan, ({ node, path }) => withoutTypes(node, path, types)) ?? plan;
}

function withoutTypes(node: FetchNode, start: Path, types: KnownTypes): FetchNode {
  const path: string[] = [keyPath(start)];
  const operation = visit(parse(node.operation, { noLocation: true }), {
    Field: {
      enter(field) {
        if (field.selectionSet && !isEntities(field.name.value)) path.push(responseKeyOf(field));
      },
      leave(field) {
        const { selectionSet } = field;
        if (!selectionSet || isEntities(field.name.value)) return undefined;
        const place = path.join('/');
        path.pop();
        const others = selectionSet.selections.filter(
          (one) => one.kind !== Kind.FIELD || one.name.value !== '__typename',
        );
        return types.has(place) && others.some(isSure) ? { ...field, selectionSet: setOf(others) } : undefined;
      },
    },
  });
  return { ...node, operation: stripIgnoredCharacters(print(operation)) };
}

function isEntities(name: string): boolean {
  return name === '_entities';
}

/** Of what stands under conditions nothing may be left, and a selection may not be empty. */
function isSure({ kind, directives }: SelectionNode): boolean {
  return kind === Kind.FIELD && !directives?.length;
}
