import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  type ValidationRule,
} from 'graphql';
import { OperationError } from './errors.ts';

/** The largest operation that is planned and run. */
export interface OperationLimits {
  /** Fields within fields, fragments expanded. */
  readonly depth: number;
  /** Those in a fragment as often as it is spread, as with root fields and selections. */
  readonly aliases: number;
  readonly rootFields: number;
  /** Fields and fragments at any depth. */
  readonly selections: number;
  /** Of the document's text. Validation takes time with its square, so this is what bounds the work before any other. */
  readonly tokens: number;
  /** Objects that an answer may have at most: see `compileCost`. */
  readonly cost: number;
}

interface Size {
  readonly depth: number;
  readonly aliases: number;
  readonly rootFields: number;
  readonly selections: number;
}

const nothing: Size = { depth: 0, aliases: 0, rootFields: 0, selections: 0 };

/** Refuses operations over a limit, with the limit and what they have. Takes time in the size of the document only. */
export function limitsRule(limits: OperationLimits): ValidationRule {
  return (context) => ({
    Document(document) {
      for (const size of measure(document)) {
        if (size.depth > limits.depth) context.reportError(OperationError.overLimit('depth', limits.depth, size.depth));
        if (size.aliases > limits.aliases) {
          context.reportError(OperationError.overLimit('aliases', limits.aliases, size.aliases));
        }
        if (size.rootFields > limits.rootFields) {
          context.reportError(OperationError.overLimit('root fields', limits.rootFields, size.rootFields));
        }
        if (size.selections > limits.selections) {
          context.reportError(OperationError.overLimit('selections', limits.selections, size.selections));
        }
      }
    },
  });
}

/** The size of each operation of a document. */
function measure(document: DocumentNode): Size[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, Size>();

  function sizeOfFragment(name: string): Size {
    const known = measured.get(name);
    if (known) return known;
    // A fragment that spreads itself counts as nothing within itself; another rule refuses it.
    measured.set(name, nothing);
    const fragment = fragments.get(name);
    const size = fragment ? sizeOf(fragment.selectionSet) : nothing;
    measured.set(name, size);
    return size;
  }

  function sizeOf({ selections }: SelectionSetNode): Size {
    const total = { ...nothing };
    for (const selection of selections) {
      const isField = selection.kind === Kind.FIELD;
      let inner = nothing;
      if (selection.kind === Kind.FRAGMENT_SPREAD) inner = sizeOfFragment(selection.name.value);
      // How deep introspection may go is a rule of graphql-js, made for its shape.
      else if (selection.selectionSet && !(isField && selection.name.value.startsWith('__'))) {
        inner = sizeOf(selection.selectionSet);
      }
      total.depth = Math.max(total.depth, inner.depth + (isField ? 1 : 0));
      total.aliases += inner.aliases + (isField && selection.alias ? 1 : 0);
      total.rootFields += isField ? 1 : inner.rootFields;
      total.selections += inner.selections + 1;
    }
    return total;
  }

  return document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? [sizeOf(definition.selectionSet)] : [],
  );
}
