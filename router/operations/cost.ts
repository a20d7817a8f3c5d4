import {
  getNamedType,
  getNullableType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isListType,
  Kind,
  valueFromASTUntyped,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { costOfArguments, sizeOfList, UNKNOWN_LIST_SIZE } from './costArguments.ts';
import { listSizeOf, weightOf } from './costDirectives.ts';
import { largestOf, onlyIf, productOf, sumOf, valueOf, type Term } from './costTerm.ts';
import { OperationError } from './errors.ts';
import type { Variables } from './variables.ts';

/** What a write costs besides what it answers. */
const MUTATION_COST = 10;

/** Something selected, where all of the variables have the value: `a`, or not `!b`. */
interface Selected<T> {
  readonly node: T;
  readonly conditions: readonly string[];
}
type Sizes = ReadonlyMap<string, Term>;

/**
 * What an operation costs before it is run, by the rules of `@cost` and `@listSize` (https://ibm.github.io/graphql-specs/cost-spec.html,
 * with Apollo's weights): each object 1, scalars nothing, a write 10, and what stands in a list as often as the list may be long.
 * Of fragments on different types the dearest counts, and what is selected twice once. Never less than the answer turns
 * out to cost, where the SDL says how long lists get.
 *
 * @param schema with its directives: the one of the supergraph, for clients' has none.
 * @param document valid in that schema.
 * @throws OperationError `SLICING_ARGUMENT_REQUIRED`, or `OPERATION_RESOLUTION_FAILURE` when the operation is not in the document.
 */
export function estimateCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Variables,
): number {
  return compileCost(schema, document, operationName)(variables);
}

/** The same for an operation that is run often: what does not depend on variables is calculated once. */
export function compileCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): (variables: Variables) => number {
  const operation = getOperationAST(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) throw OperationError.unknownOperation();
  const selections = createTerms(schema, document)([{ node: operation.selectionSet, conditions: [] }], root, new Map());
  const term = sumOf([operation.operation === 'mutation' ? MUTATION_COST : 0, selections]);
  return (variables) => Math.max(0, valueOf(term, withDefaults(operation, variables)));
}

function createTerms(schema: GraphQLSchema, document: DocumentNode) {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions) if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  // Without it, nested fragments on interfaces would be gone through once for each combination of types.
  const known = new Map<string, Term>();
  const numberOf = createNumbers();

  function ofSelections(sets: readonly Selected<SelectionSetNode>[], type: GraphQLCompositeType, sizes: Sizes): Term {
    const objects = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    return largestOf(
      objects.map((object) =>
        sumOf([...fieldsOf(sets, object).values()].map((nodes) => ofFieldOnce(nodes, object, sizes))),
      ),
    );
  }

  function ofFieldOnce(nodes: readonly Selected<FieldNode>[], parent: GraphQLObjectType, sizes: Sizes): Term {
    const selected = nodes.map(({ node, conditions }) => `${String(numberOf(node))}${conditions.join('&')}`);
    const size = sizes.get(nodes[0]?.node.name.value ?? '');
    const key = `${parent.name} ${selected.join(',')} ${typeof size === 'function' ? `v${String(numberOf(size))}` : String(size)}`;
    const term = known.get(key) ?? ofField(nodes, parent, size);
    known.set(key, term);
    return term;
  }

  function ofField(nodes: readonly Selected<FieldNode>[], parent: GraphQLObjectType, sized: Term | undefined): Term {
    const [first] = nodes;
    const field = first && parent.getFields()[first.node.name.value];
    // What every type has (`__typename`), and questions about the schema.
    if (!field) return 0;
    const type = getNamedType(field.type);
    const listSize = listSizeOf(field);
    const size = listSize && sizeOfList(field, first.node, listSize);
    const sizes: Sizes = new Map(size !== undefined ? listSize?.sizedFields.map((name) => [name, size]) : []);
    const ownSize = sizes.size === 0 ? size : undefined;
    const times = isListType(getNullableType(field.type)) ? (sized ?? ownSize ?? UNKNOWN_LIST_SIZE) : 1;
    const own = weightOf(field) ?? weightOf(type) ?? (isCompositeType(type) ? 1 : 0);
    const inner = isCompositeType(type) ? ofSelections(setsOf(nodes), type, sizes) : 0;
    const cost = sumOf([productOf(times, sumOf([own, inner])), costOfArguments(field, first.node)]);
    return onlyIf(anyOf(nodes), cost);
  }

  /** By response key, as they are executed on an object of this type. */
  function fieldsOf(sets: readonly Selected<SelectionSetNode>[], object: GraphQLObjectType) {
    const fields = new Map<string, Selected<FieldNode>[]>();
    const spread = new Set<string>();
    function collect({ node: { selections }, conditions: outer }: Selected<SelectionSetNode>): void {
      for (const selection of selections) {
        const conditions = both(outer, conditionsOf(selection.directives));
        if (!conditions) continue;
        if (selection.kind === Kind.FIELD) {
          const key = selection.alias?.value ?? selection.name.value;
          fields.set(key, [...(fields.get(key) ?? []), { node: selection, conditions }]);
          continue;
        }
        if (selection.kind === Kind.INLINE_FRAGMENT) {
          if (applies(selection.typeCondition, object)) collect({ node: selection.selectionSet, conditions });
          continue;
        }
        const fragment = fragments.get(selection.name.value);
        const key = [selection.name.value, ...conditions].join('&');
        if (!fragment || spread.has(key) || !applies(fragment.typeCondition, object)) continue;
        spread.add(key);
        collect({ node: fragment.selectionSet, conditions });
      }
    }
    for (const set of sets) collect(set);
    return fields;
  }

  function applies(condition: FragmentDefinitionNode['typeCondition'] | undefined, object: GraphQLObjectType): boolean {
    if (!condition || condition.name.value === object.name) return true;
    const type = schema.getType(condition.name.value);
    return isAbstractType(type) && schema.isSubType(type, object);
  }

  return ofSelections;
}

function setsOf(nodes: readonly Selected<FieldNode>[]): Selected<SelectionSetNode>[] {
  return nodes.flatMap(({ node, conditions }) => (node.selectionSet ? [{ node: node.selectionSet, conditions }] : []));
}

/** What `@skip` and `@include` ask of variables; undefined for what is never selected. */
function conditionsOf(directives: readonly DirectiveNode[] = []): readonly string[] | undefined {
  const conditions: string[] = [];
  for (const { name, arguments: given } of directives) {
    if (name.value !== 'skip' && name.value !== 'include') continue;
    const wanted = name.value === 'include';
    const value = given?.find((argument) => argument.name.value === 'if')?.value;
    if (value?.kind === Kind.VARIABLE) conditions.push(`${wanted ? '' : '!'}${value.name.value}`);
    else if (value?.kind === Kind.BOOLEAN && value.value !== wanted) return undefined;
  }
  return conditions;
}

function both(outer: readonly string[], inner: readonly string[] | undefined): readonly string[] | undefined {
  if (!inner || inner.length === 0) return inner && outer;
  return [...new Set([...outer, ...inner])].toSorted();
}

function anyOf(nodes: readonly Selected<FieldNode>[]): boolean | ((variables: Variables) => boolean) {
  if (nodes.some(({ conditions }) => conditions.length === 0)) return true;
  return (variables) =>
    nodes.some(({ conditions }) =>
      conditions.every((condition) =>
        condition.startsWith('!') ? variables[condition.slice(1)] !== true : variables[condition] === true,
      ),
    );
}

function withDefaults({ variableDefinitions = [] }: OperationDefinitionNode, variables: Variables): Variables {
  const missing = variableDefinitions.flatMap(({ variable: { name }, defaultValue }) =>
    defaultValue && variables[name.value] === undefined ? [[name.value, valueFromASTUntyped(defaultValue)]] : [],
  );
  return missing.length > 0 ? { ...variables, ...Object.fromEntries(missing) } : variables;
}

/** A number for each object, in the order in which it is asked about them. */
function createNumbers(): (object: object) => number {
  const numbers = new Map<object, number>();
  return (object) => {
    const number = numbers.get(object) ?? numbers.size;
    numbers.set(object, number);
    return number;
  };
}
