import {
  DirectiveLocation,
  getDirectiveValues,
  getNamedType,
  GraphQLDirective,
  GraphQLEnumType,
  GraphQLInt,
  isCompositeType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

/** How long an answer may be kept by whoever stands between, and for whom. */
export interface CachePolicy {
  /** In seconds. */
  readonly maxAge: number;
  readonly scope: 'PUBLIC' | 'PRIVATE';
}

interface Hint {
  readonly maxAge?: number | null;
  readonly scope?: CachePolicy['scope'] | null;
}

const cacheControl = new GraphQLDirective({
  name: 'cacheControl',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: {
    maxAge: { type: GraphQLInt },
    scope: { type: new GraphQLEnumType({ name: 'CacheControlScope', values: { PUBLIC: {}, PRIVATE: {} } }) },
  },
});

/**
 * What `@cacheControl` says of everything that an operation asks for: the shortest time counts, and whatever is somebody's own
 * makes the whole private. Of an object or a root field of which the SDL says nothing the answer is private and old at once; a
 * scalar goes with the object that it is of.
 *
 * @param schema with its directives: the one of the supergraph.
 */
export function cachePolicyOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CachePolicy {
  let maxAge = Infinity;
  let isPublic = true;
  const types = new TypeInfo(schema);
  const root = schema.getRootType(operation.operation);
  // Of a fragment that another operation of the document spreads, no harm is done: the answer is kept for less time.
  const asked = { ...document, definitions: [operation, ...fragmentsOf(document)] };
  visit(
    asked,
    visitWithTypeInfo(types, {
      Field() {
        const field = types.getFieldDef();
        if (!field || field.name.startsWith('__')) return;
        const type = getNamedType(field.type);
        const hint = hintOf(field, type);
        const isOfItsOwn = isCompositeType(type) || types.getParentType() === root;
        if (hint?.maxAge != null) maxAge = Math.min(maxAge, hint.maxAge);
        else if (isOfItsOwn) maxAge = 0;
        if (hint?.scope === 'PRIVATE' || (hint?.scope == null && isOfItsOwn)) isPublic = false;
      },
    }),
  );
  return { maxAge: Number.isFinite(maxAge) ? Math.max(0, maxAge) : 0, scope: isPublic ? 'PUBLIC' : 'PRIVATE' };
}

/** As HTTP says it. What is old at once is still worth keeping for who asks whether it has changed. */
export function cacheControlOf({ maxAge, scope }: CachePolicy): string {
  return `${scope.toLowerCase()}, ${maxAge > 0 ? `max-age=${String(maxAge)}` : 'no-cache'}`;
}

/** The field's own word counts, else that of its type. */
function hintOf(field: GraphQLField<unknown, unknown>, type: GraphQLNamedType): Hint | undefined {
  const own = field.astNode && getDirectiveValues(cacheControl, field.astNode);
  const ofType = type.astNode && getDirectiveValues(cacheControl, type.astNode);
  return own || ofType ? { ...ofType, ...own } : undefined;
}

function fragmentsOf({ definitions }: DocumentNode): FragmentDefinitionNode[] {
  return definitions.filter((one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION);
}
