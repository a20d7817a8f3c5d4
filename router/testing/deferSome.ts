import { Kind, visit, type DocumentNode, type SelectionNode } from 'graphql';

const defer = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'defer' } } as const;

/** Defers selections of an operation at random, within one another too, but not what a mutation does. */
export function deferSome(document: DocumentNode, draw: (limit: number) => number): DocumentNode {
  let depth = 0;
  return visit(document, {
    Field: { enter: () => void (depth += 1), leave: () => void (depth -= 1) },
    SelectionSet: {
      leave(set) {
        if (depth === 0) return undefined;
        const selections = set.selections.map((selection): SelectionNode => {
          if (draw(3) > 0) return selection;
          if (selection.kind !== Kind.FIELD) {
            return { ...selection, directives: [...(selection.directives ?? []), defer] };
          }
          const selectionSet = { kind: Kind.SELECTION_SET, selections: [selection] } as const;
          return { kind: Kind.INLINE_FRAGMENT, directives: [defer], selectionSet };
        });
        return { ...set, selections };
      },
    },
  });
}
