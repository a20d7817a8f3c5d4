import {
  BREAK,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  valueFromASTUntyped,
  visit,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type ValueNode,
} from 'graphql';
import { weightOf, type ListSize } from './costDirectives.ts';
import { sumOf, type Term } from './costTerm.ts';
import { OperationError } from './errors.ts';
import type { Variables } from './variables.ts';

/** A list of which nobody says how long it gets. */
export const UNKNOWN_LIST_SIZE = 10;

type AnyField = GraphQLField<unknown, unknown>;

/** What the arguments of a field cost: each input object 1, scalars nothing, unless `@cost` says otherwise. */
export function costOfArguments(field: AnyField, node: FieldNode): Term {
  return sumOf(
    field.args.map((argument) => {
      const weight = weightOf(argument);
      return termOf([argument], node, ([value]) => costOfInput(argument.type, value, weight));
    }),
  );
}

/**
 * How long the list gets that a field asks for. The term throws an OperationError `SLICING_ARGUMENT_REQUIRED` when the field
 * wants exactly one slicing argument and has none or several.
 */
export function sizeOfList(field: AnyField, node: FieldNode, size: ListSize): Term {
  const { slicingArguments, assumedSize, requireOneSlicingArgument } = size;
  const paths = slicingArguments.map((path) => path.split('.'));
  const sliced = paths.flatMap(([name]) => field.args.find((argument) => argument.name === name) ?? []);
  return termOf(sliced, node, (values) => {
    const wanted = values.map((value, at) => inside(value, paths[at]?.slice(1) ?? [])).filter((value) => value != null);
    if (requireOneSlicingArgument && wanted.length !== 1) {
      throw OperationError.slicingArgumentRequired(field.name, slicingArguments);
    }
    const sizes = wanted.filter((value) => typeof value === 'number');
    return sizes.length > 0 ? Math.max(0, ...sizes) : (assumedSize ?? UNKNOWN_LIST_SIZE);
  });
}

/** At once where no variable is in play. */
function termOf(
  given: readonly GraphQLArgument[],
  node: FieldNode,
  calculate: (values: readonly unknown[]) => number,
): Term {
  const nodes = given.map(({ name }) => node.arguments?.find((argument) => argument.name.value === name)?.value);
  const term = (variables: Variables) =>
    calculate(
      given.map(({ defaultValue }, at) => {
        const value = nodes[at] && valueFromASTUntyped(nodes[at], variables);
        return value === undefined ? defaultValue : value;
      }),
    );
  return nodes.some((value) => value && hasVariable(value)) ? term : term({});
}

function costOfInput(type: GraphQLInputType, value: unknown, weight: number | undefined): number {
  if (value == null) return 0;
  if (isNonNullType(type)) return costOfInput(type.ofType, value, weight);
  if (isListType(type)) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.reduce<number>((total, one) => total + costOfInput(type.ofType, one, weight), 0);
  }
  const own = weight ?? weightOf(type);
  if (!isInputObjectType(type)) return own ?? 0;
  return Object.values(type.getFields()).reduce((total, field) => {
    const inner = inside(value, [field.name]);
    return total + costOfInput(field.type, inner === undefined ? field.defaultValue : inner, weightOf(field));
  }, own ?? 1);
}

function inside(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (outer, name) =>
      typeof outer === 'object' && outer !== null && Object.hasOwn(outer, name)
        ? (outer as Readonly<Record<string, unknown>>)[name]
        : undefined,
    value,
  );
}

function hasVariable(value: ValueNode): boolean {
  let found = false;
  visit(value, {
    [Kind.VARIABLE]: () => {
      found = true;
      return BREAK;
    },
  });
  return found;
}
