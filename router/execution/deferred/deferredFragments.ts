import {
  Kind,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { OperationDefinition } from '../operationDefinition.ts';
import type { Variables } from '../../operations/variables.ts';

const DEFER = 'defer';

/** A part of an operation that may come later. */
export interface DeferredFragment {
  /** The planner's name of it: each fragment has its own, however often it is spread. */
  readonly id: string;
  /** The client's, if it gave one. */
  readonly label: string | undefined;
  readonly fragment: InlineFragmentNode;
  /** The fields and fragments that it stands in, from the root on. */
  readonly within: readonly (FieldNode | InlineFragmentNode)[];
}

/** An operation without fragments by name, so that each that is deferred stands in one place. */
export interface DeferringOperation {
  readonly operation: OperationDefinitionNode;
  readonly fragments: readonly DeferredFragment[];
}

/** Whether anything of a document may come later. */
export function hasDeferred(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Directive({ name }) {
      found ||= name.value === DEFER;
    },
  });
  return found;
}

/** The same, to be answered at once. */
export function withoutDeferred(document: DocumentNode): DocumentNode {
  return visit(document, { Directive: ({ name }) => (name.value === DEFER ? null : undefined) });
}

/** The variables that decide whether something comes later. */
export function deferConditions(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(directive) {
      const condition = directive.name.value === DEFER ? argumentOf(directive, 'if') : undefined;
      if (condition?.kind === Kind.VARIABLE) names.add(condition.name.value);
    },
  });
  return [...names];
}

/** Finds what comes later when the variables have these values, and gives each an id. */
export function deferring(
  { operation, fragments: definitions }: OperationDefinition,
  coerced: Variables,
): DeferringOperation {
  const ids = new Map<DirectiveNode, { readonly id: string; readonly label: string | undefined }>();

  function expand(set: SelectionSetNode): SelectionSetNode {
    return { ...set, selections: set.selections.flatMap((selection) => expandSelection(selection) ?? []) };
  }

  function expandSelection(selection: SelectionNode): SelectionNode | undefined {
    if (selection.kind === Kind.FIELD) {
      return selection.selectionSet ? { ...selection, selectionSet: expand(selection.selectionSet) } : selection;
    }
    const directives = selection.directives?.flatMap((one) => (one.name.value === DEFER ? named(one) : one)) ?? [];
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return { ...selection, directives, selectionSet: expand(selection.selectionSet) };
    }
    const definition = definitions[selection.name.value];
    if (!definition) return undefined;
    const { typeCondition, selectionSet } = definition;
    return { kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet: expand(selectionSet) };
  }

  /** For the planner, who takes two of one label for one. */
  function named(directive: DirectiveNode): DirectiveNode | [] {
    const condition = argumentOf(directive, 'if');
    if (condition?.kind === Kind.BOOLEAN && !condition.value) return [];
    if (condition?.kind === Kind.VARIABLE && coerced[condition.name.value] === false) return [];
    const label = argumentOf(directive, 'label');
    const id = `part${String(ids.size)}`;
    const one: DirectiveNode = {
      ...directive,
      arguments: [
        { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'label' }, value: { kind: Kind.STRING, value: id } },
      ],
    };
    ids.set(one, { id, label: label?.kind === Kind.STRING ? label.value : undefined });
    return one;
  }

  const expanded = { ...operation, selectionSet: expand(operation.selectionSet) };
  const fragments: DeferredFragment[] = [];
  function collect({ selections }: SelectionSetNode, within: DeferredFragment['within']): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD || !selection.selectionSet) continue;
      const deferred = selection.directives?.map((directive) => ids.get(directive)).find((one) => one !== undefined);
      if (deferred && selection.kind === Kind.INLINE_FRAGMENT) {
        fragments.push({ ...deferred, fragment: selection, within });
      }
      collect(selection.selectionSet, [...within, selection]);
    }
  }
  collect(expanded.selectionSet, []);
  return { operation: expanded, fragments };
}

function argumentOf({ arguments: given = [] }: DirectiveNode, name: string) {
  return given.find((argument) => argument.name.value === name)?.value;
}
