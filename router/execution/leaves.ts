import { isEnumType, type GraphQLLeafType } from 'graphql';

/** A leaf as JSON; undefined: the value is none of its type. */
export type WriteLeaf = (value: unknown) => string | undefined;

/** How the values of a type are written: the built-in scalars and enums as the specification has them, own scalars as they come. */
export function leafWriter(type: GraphQLLeafType): WriteLeaf {
  if (isEnumType(type)) {
    // Those that clients may see: others are a fault of the subgraph, and stay hidden.
    const names = new Map(type.getValues().map(({ name }) => [name, JSON.stringify(name)]));
    return (value) => names.get(String(value));
  }
  switch (type.name) {
    case 'String':
      return (value) => (typeof value === 'string' ? JSON.stringify(value) : undefined);
    case 'ID':
      return (value) => {
        if (typeof value === 'string') return JSON.stringify(value);
        return Number.isInteger(value) ? `"${String(value)}"` : undefined;
      };
    case 'Int':
      return (value) => (Number.isInteger(value) && Math.abs(value as number) < 2 ** 31 ? String(value) : undefined);
    case 'Float':
      return (value) => (Number.isFinite(value) ? String(value) : undefined);
    case 'Boolean':
      return (value) => (typeof value === 'boolean' ? String(value) : undefined);
    default:
      return (value) => JSON.stringify(value);
  }
}
