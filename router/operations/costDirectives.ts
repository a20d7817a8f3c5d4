import {
  DirectiveLocation,
  getDirectiveValues,
  GraphQLBoolean,
  GraphQLDirective,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql';

/** What an element of the schema has in its SDL. */
interface Declared {
  readonly astNode?: Parameters<typeof getDirectiveValues>[1] | null | undefined;
  readonly extensionASTNodes?: readonly Parameters<typeof getDirectiveValues>[1][];
}

/** How long a list gets, by what its field says (`@listSize`). */
export interface ListSize {
  readonly assumedSize: number | undefined;
  /** Arguments that say how many are wanted, as paths into inputs. */
  readonly slicingArguments: readonly string[];
  /** The lists in the field's answer that the size is of; without, it is the field's own. */
  readonly sizedFields: readonly string[];
  readonly requireOneSlicingArgument: boolean;
}

const strings = new GraphQLList(new GraphQLNonNull(GraphQLString));
const costDirective = new GraphQLDirective({
  name: 'cost',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: { weight: { type: new GraphQLNonNull(GraphQLInt) } },
});
const listSizeDirective = new GraphQLDirective({
  name: 'listSize',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: {
    assumedSize: { type: GraphQLInt },
    slicingArguments: { type: strings },
    sizedFields: { type: strings },
    requireOneSlicingArgument: { type: GraphQLBoolean, defaultValue: true },
  },
});

/** The weight that `@cost` gives an element; undefined where the SDL gives none. */
export function weightOf(element: Declared): number | undefined {
  return valuesOf(costDirective, element)?.['weight'] as number | undefined;
}

/** What `@listSize` says of a field; undefined where the SDL says nothing. */
export function listSizeOf(field: Declared): ListSize | undefined {
  const values = valuesOf(listSizeDirective, field);
  if (!values) return undefined;
  const { assumedSize, slicingArguments, sizedFields, requireOneSlicingArgument } = values as {
    assumedSize?: number | null;
    slicingArguments?: string[] | null;
    sizedFields?: string[] | null;
    requireOneSlicingArgument?: boolean | null;
  };
  return {
    assumedSize: assumedSize ?? undefined,
    slicingArguments: slicingArguments ?? [],
    sizedFields: sizedFields ?? [],
    requireOneSlicingArgument: (requireOneSlicingArgument ?? true) && (slicingArguments ?? []).length > 0,
  };
}

function valuesOf(directive: GraphQLDirective, { astNode, extensionASTNodes = [] }: Declared) {
  for (const node of [astNode, ...extensionASTNodes]) {
    const values = node && getDirectiveValues(directive, node);
    if (values) return values;
  }
  return undefined;
}
