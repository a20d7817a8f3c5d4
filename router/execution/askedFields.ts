import {
  getNamedType,
  isAbstractType,
  isObjectType,
  type FieldNode,
  type GraphQLObjectType,
  type SelectionSetNode,
} from 'graphql';
import { collectFields, type Collector } from './collectFields.ts';
import { isObject, type Data } from './merge.ts';
import type { Path } from './places.ts';

/** What the client selects of an object, once for each type that the object may be of. The same list for the same selections. */
export type Asked = readonly AskedOfType[];

interface AskedOfType {
  readonly type: GraphQLObjectType;
  readonly selectionSets: readonly SelectionSetNode[];
}

/** What a client asks for, by the keys of the data. */
export interface AskedFields {
  /** Whether objects of one type may be asked for different things at a path, by the types of what they stand in. */
  isAmbiguous(path: Path): boolean;
  /** The objects at a path of the plan, each with what is asked of it there; nothing of what only others need. */
  objectsAt(data: Data, path: Path): { readonly object: Data; readonly asked: Asked }[];
  /** Only what objects of a type are asked for, by the name of that type or of an interface or union that it is of. */
  on(asked: Asked, typeName: string): Asked;
  /** What is selected in a field of these; undefined when nobody asks for the field. */
  of(asked: Asked, key: string): Asked | undefined;
}

const nothing: Asked = [];

export function createAskedFields(options: {
  readonly collector: Collector;
  readonly rootType: GraphQLObjectType;
  readonly selectionSet: SelectionSetNode;
  readonly keyOf: (field: FieldNode) => string;
}): AskedFields {
  const { collector, rootType, selectionSet, keyOf } = options;
  const { schema } = collector;
  const root: Asked = [{ type: rootType, selectionSets: [selectionSet] }];

  const on = remembered((asked, typeName) => {
    const condition = schema.getType(typeName);
    if (isObjectType(condition)) return asked.filter(({ type }) => type === condition);
    // One that clients do not see may be of any type.
    return isAbstractType(condition) ? asked.filter(({ type }) => schema.isSubType(condition, type)) : asked;
  });

  const of = remembered<Asked | undefined>((asked, key) => {
    const inner = asked.flatMap(({ type, selectionSets }) => {
      const fields = [...collectFields(collector, type, selectionSets).values()];
      const nodes = fields.find(([first]) => first && keyOf(first) === key);
      return nodes ? [selectedIn(type, nodes)] : [];
    });
    return inner.length > 0 ? inner.flat() : undefined;
  });

  function selectedIn(parent: GraphQLObjectType, nodes: readonly FieldNode[]): AskedOfType[] {
    const field = parent.getFields()[nodes[0]?.name.value ?? ''];
    const type = field && getNamedType(field.type);
    const types = isAbstractType(type) ? schema.getPossibleTypes(type) : isObjectType(type) ? [type] : [];
    const selectionSets = nodes.flatMap((node) => node.selectionSet ?? []);
    return types.map((one) => ({ type: one, selectionSets }));
  }

  return {
    isAmbiguous(path) {
      const steps = path.filter((step) => step !== '@');
      const asked = steps.reduce<Asked>((outer, step) => of(outer, String(step)) ?? nothing, root);
      return new Set(asked.map(({ type }) => type)).size < asked.length;
    },

    objectsAt(data, path) {
      const found: { object: Data; asked: Asked }[] = [];
      function collect(value: unknown, depth: number, asked: Asked): void {
        if (Array.isArray(value)) {
          const next = path[depth] === '@' ? depth + 1 : depth;
          for (const element of value) collect(element, next, asked);
        } else if (isObject(value)) {
          if (depth === path.length) return void found.push({ object: value, asked });
          const step = String(path[depth]);
          const typeName = value['__typename'];
          const here = typeof typeName === 'string' ? on(asked, typeName) : asked;
          collect(value[step], depth + 1, of(here, step) ?? nothing);
        }
      }
      collect(data, 0, root);
      return found;
    },

    on,
    of,
  };
}

function remembered<T extends Asked | undefined>(find: (asked: Asked, name: string) => T) {
  const known = new WeakMap<Asked, Map<string, T>>();
  return (asked: Asked, name: string): T => {
    const names = known.get(asked) ?? new Map<string, T>();
    known.set(asked, names);
    const found = names.has(name) ? (names.get(name) as T) : find(asked, name);
    names.set(name, found);
    return found;
  };
}
