import type { FetchNode, PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  Kind,
  parse,
  print,
  stripIgnoredCharacters,
  visit,
  type DocumentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Asked, AskedFields } from './askedFields.ts';
import { keyPath } from './conditionalKeys.ts';
import type { Path } from './places.ts';
import { setOf } from './entitySelection.ts';
import { fetchesOf } from './planFetches.ts';
import { responseKeyOf } from './privateKeys.ts';
import { typeNameField } from './typeNameField.ts';

/**
 * The query for entities as far as this is asked of them; undefined when nothing is.
 *
 * The planner may ask for more: of a subgraph that has an interface as an object, and knows none of its types, whatever is asked of any
 * type; of entities in objects of different types, whatever is asked in any of those; and what is selected twice, once under a
 * condition that does not hold. An error of that would be told, or take the rest of the entity with it.
 */
export type Narrow = (asked: Asked, fields: AskedFields) => string | undefined;

/** @param needed See {@link neededKeys}. */
export function narrowFetch(
  { operation: query }: FetchNode,
  {
    path,
    needed,
    dataKey,
  }: { readonly path: Path; readonly needed: ReadonlySet<string>; readonly dataKey: (key: string) => string },
): Narrow {
  const document = parse(query);
  const start = keyPath(path);

  return (asked, fields) => {
    let isEmpty = true;
    const narrowed = visit(document, {
      OperationDefinition(operation) {
        const [entities] = operation.selectionSet.selections;
        if (entities?.kind !== Kind.FIELD || !entities.selectionSet) return undefined;
        const selectionSet = narrow(entities.selectionSet, asked, start, fields);
        isEmpty = !selectionSet;
        if (!selectionSet) return undefined;
        return { ...operation, selectionSet: setOf([{ ...entities, selectionSet }]) };
      },
    });
    return isEmpty ? undefined : stripIgnoredCharacters(print(withoutUnusedVariables(narrowed)));
  };

  /** Undefined: nothing of it is asked for but the name of the type, which is known. */
  function narrow(
    { selections }: SelectionSetNode,
    asked: Asked,
    place: string,
    fields: AskedFields,
  ): SelectionSetNode | undefined {
    const kept = selections.flatMap((selection) => keep(selection, asked, place, fields) ?? []);
    return kept.some((selection) => !isTypeName(selection)) ? setOf(kept) : undefined;
  }

  function keep(selection: SelectionNode, asked: Asked, place: string, fields: AskedFields): SelectionNode | undefined {
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      throw new Error('the planner used a fragment, though it was not asked to');
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const condition = selection.typeCondition?.name.value;
      const within = condition === undefined ? asked : fields.on(asked, condition);
      const selectionSet = narrow(selection.selectionSet, within, place, fields);
      return selectionSet && { ...selection, selectionSet };
    }
    if (isTypeName(selection)) return selection;
    const key = dataKey(responseKeyOf(selection));
    const at = `${place}/${key}`;
    const inner = fields.of(asked, key);
    if (!inner && !needed.has(at)) return undefined;
    if (!selection.selectionSet) return selection;
    // That the object is there is an answer too.
    return { ...selection, selectionSet: narrow(selection.selectionSet, inner ?? [], at, fields) ?? typeNameOnly };
  }
}

/** What fetches take to find entities and to resolve their fields, as paths without lists. */
export function neededKeys(plan: PlanNode | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { node, path } of fetchesOf(plan)) collectKeys(node.requires ?? [], keyPath(path), found);
  return found;
}

function collectKeys(selections: readonly QueryPlanSelectionNode[], place: string, found: Set<string>): void {
  for (const selection of selections) {
    if (selection.kind === 'InlineFragment') {
      collectKeys(selection.selections, place, found);
      continue;
    }
    const at = `${place}/${selection.alias ?? selection.name}`;
    found.add(at);
    collectKeys(selection.selections ?? [], at, found);
  }
}

function isTypeName(selection: SelectionNode): boolean {
  return selection.kind === Kind.FIELD && selection.name.value === '__typename';
}

const typeNameOnly = setOf([typeNameField]);

/** A subgraph refuses an operation that declares more than it uses. */
function withoutUnusedVariables(document: DocumentNode): DocumentNode {
  const used = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void used.add(name.value),
  });
  return visit(document, {
    OperationDefinition: (operation): OperationDefinitionNode => ({
      ...operation,
      variableDefinitions: (operation.variableDefinitions ?? []).filter(({ variable }) =>
        used.has(variable.name.value),
      ),
    }),
  });
}
