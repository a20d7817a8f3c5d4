import {
  Kind,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type SelectionNode,
} from 'graphql';
import { typeNameField } from './typeNameField.ts';

/** A document in which no field can be taken for another, and what clients call its fields. */
export interface PrivateKeys {
  /** To plan and fetch with. */
  readonly document: DocumentNode;
  /** The client's response key of each private one. */
  readonly responseKeys: ReadonlyMap<string, string>;
  /** Under which key the data of a field of the client's document is found. */
  readonly keyOf: (field: FieldNode) => string;
}

/** No schema has such a field, and the planner's own aliases look otherwise. */
const PREFIX = '_sb';

/**
 * Gives every field that has arguments or an alias a key of its own.
 *
 * A `@requires` may need a field with other arguments than the client asks for, or a field whose name the client gave to
 * another by an alias. Apollo's planner merges both under one key, and the last fetch wins. With private keys they never
 * meet; a field without arguments and alias means the same to both, and is shared.
 */
export function givePrivateKeys(schema: GraphQLSchema, document: DocumentNode): PrivateKeys {
  const responseKeys = new Map<string, string>();
  const privateKeys = new Map<string, string>();
  const keys = new Map<FieldNode, string>();
  const typeInfo = new TypeInfo(schema);

  function privateKeyOf(field: FieldNode): string {
    // Fields that are merged in the client's document have all of this in common, and are merged here too.
    const { kind, name, alias, arguments: given } = field;
    const identity = print({ kind, name, ...(alias && { alias }), ...(given && { arguments: given }) });
    let key = privateKeys.get(identity);
    if (key === undefined) {
      key = `${PREFIX}${String(privateKeys.size)}`;
      privateKeys.set(identity, key);
      responseKeys.set(key, responseKeyOf(field));
    }
    return key;
  }

  const renamed = visit(
    document,
    visitWithTypeInfo(typeInfo, {
      // The planner drops a field of whose selections nothing is left, and would not even run a mutation for it.
      SelectionSet(set) {
        if (set.selections.some(({ directives }) => !directives?.length)) return undefined;
        return { ...set, selections: [...set.selections, typeNameField] };
      },
      InlineFragment: (fragment) => (isLeftOut(fragment) ? null : undefined),
      FragmentSpread: (spread) => (isLeftOut(spread) ? null : undefined),
      Field(field) {
        if (isLeftOut(field)) return null;
        const hasArguments = (typeInfo.getFieldDef()?.args.length ?? 0) > 0;
        if (isIntrospection(field) || (!hasArguments && responseKeyOf(field) === field.name.value)) return undefined;
        const key = privateKeyOf(field);
        keys.set(field, key);
        // Its selections stay the nodes that they are, so that `keyOf` knows them.
        return { ...field, alias: { kind: Kind.NAME, value: key } };
      },
    }),
  );
  return { document: renamed, responseKeys, keyOf: (field) => keys.get(field) ?? field.name.value };
}

/** By `@skip(if: true)` or `@include(if: false)`, whatever the variables are. */
function isLeftOut({ directives = [] }: SelectionNode): boolean {
  return directives.some(({ name, arguments: [condition] = [] }) => {
    if (condition?.value.kind !== Kind.BOOLEAN) return false;
    return name.value === 'skip' ? condition.value.value : name.value === 'include' && !condition.value.value;
  });
}

export function responseKeyOf({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

/** `__typename` has no arguments, and its aliases are given when the response is written. */
function isIntrospection({ name }: FieldNode): boolean {
  return name.value.startsWith('__');
}
