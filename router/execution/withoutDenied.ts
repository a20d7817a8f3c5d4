import {
  BREAK,
  getNamedType,
  isAbstractType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionNode,
} from 'graphql';
import type { Denials } from './requirements.ts';
import { typeNameField } from './typeNameField.ts';

/** Whether an operation has anything that somebody may not see, by name or by a type that may turn up. */
export function touches(schema: GraphQLSchema, document: DocumentNode, denials: Denials): boolean {
  const typeInfo = new TypeInfo(schema);
  let found = false;
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field({ name }) {
        const parent = typeInfo.getParentType();
        const shown = getNamedType(typeInfo.getType());
        found ||= parent ? typesOf(schema, parent).some((type) => denials.field(type.name, name.value)) : false;
        found ||= isAbstractType(shown) && typesOf(schema, shown).some((type) => denials.type(type.name));
        return found ? BREAK : undefined;
      },
    }),
  );
  return found;
}

/**
 * The document without what somebody may not see, so that no subgraph is asked for it. A field of an interface stays for those of its
 * types of which it may be seen.
 */
export function withoutDenied(schema: GraphQLSchema, document: DocumentNode, denials: Denials): DocumentNode {
  const typeInfo = new TypeInfo(schema);

  function permitted(selection: SelectionNode, parent: GraphQLCompositeType): readonly SelectionNode[] {
    if (selection.kind !== Kind.FIELD || selection.name.value.startsWith('__')) return [selection];
    const types = typesOf(schema, parent);
    const open = types.filter(({ name }) => !denials.field(name, selection.name.value));
    if (open.length === types.length) return [selection];
    return open.map(({ name }) => ({
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } },
      selectionSet: { kind: Kind.SELECTION_SET, selections: [selection] },
    }));
  }

  return visit(
    document,
    visitWithTypeInfo(typeInfo, {
      SelectionSet: {
        leave(set) {
          const parent = typeInfo.getParentType();
          if (!parent) return undefined;
          const selections = set.selections.flatMap((selection) => permitted(selection, parent));
          // The planner drops a field with the last of its selections, be it that their conditions never hold together with its own.
          const isSure = selections.some(({ directives }) => !directives?.length);
          return { ...set, selections: isSure ? selections : [...selections, typeNameField] };
        },
      },
    }),
  );
}

function typesOf(schema: GraphQLSchema, type: GraphQLCompositeType): readonly GraphQLObjectType[] {
  return isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
}
