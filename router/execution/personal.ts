import {
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Variables } from '../operations/variables.ts';
import { documentOf, type OperationDefinition } from './operationDefinition.ts';

/**
 * What of a graph is another thing for each who looks, though they may see the same (`@personal`): as `Type.field`, `Type.field(argument)`
 * and `Input.field`.
 */
export type Personal = ReadonlySet<string>;

/** @param schema The supergraph's. */
export function readPersonal(schema: GraphQLSchema): Personal {
  const found = new Set<string>();
  const add = (coordinate: string, directives: readonly DirectiveNode[] = []) => {
    if (directives.some(({ name }) => name.value === 'personal')) found.add(coordinate);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInputObjectType(type)) {
      for (const { name, astNode } of Object.values(type.getFields())) add(`${type.name}.${name}`, astNode?.directives);
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const { name, astNode, args } of Object.values(type.getFields())) {
      add(`${type.name}.${name}`, astNode?.directives);
      for (const argument of args) add(`${type.name}.${name}(${argument.name})`, argument.astNode?.directives);
    }
  }
  return found;
}

/**
 * Tells whether an operation asks for anything personal when its variables have these values. What stands under a condition counts as asked
 * for; an input that is null does not.
 *
 * @param schema The one that clients see.
 */
export function compilePersonal(
  schema: GraphQLSchema,
  personal: Personal,
  definition: OperationDefinition,
): (variables: Variables) => boolean {
  if (asksAlways(schema, personal, documentOf(definition))) return () => true;
  const inputs = inputsOf(schema, personal, definition.operation);
  return (variables) => inputs.some(({ name, type }) => givesPersonal(personal, type, variables[name]));
}

function asksAlways(schema: GraphQLSchema, personal: Personal, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let found = false;
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ name }) {
        found ||= membersOf(schema, types).some((type) => personal.has(`${type}.${name.value}`));
      },
      Argument({ name }) {
        const field = types.getFieldDef()?.name ?? '';
        found ||= membersOf(schema, types).some((type) => personal.has(`${type}.${field}(${name.value})`));
      },
      ObjectField({ name }) {
        const input = types.getParentInputType();
        found ||= input ? personal.has(`${getNamedType(input).name}.${name.value}`) : false;
      },
    }),
  );
  return found;
}

/** Of an interface it is what its types have marked, and its own. */
function membersOf(schema: GraphQLSchema, types: TypeInfo): string[] {
  const parent = types.getParentType();
  if (!parent) return [];
  return isInterfaceType(parent) ? [parent, ...schema.getPossibleTypes(parent)].map(String) : [parent.name];
}

interface Input {
  readonly name: string;
  readonly type: GraphQLInputType;
}

/** The variables in which something personal may be given. */
function inputsOf(
  schema: GraphQLSchema,
  personal: Personal,
  { variableDefinitions = [] }: OperationDefinitionNode,
): Input[] {
  return variableDefinitions.flatMap(({ variable, type: node }) => {
    const type = typeFromAST(schema, node as never) as GraphQLInputType | undefined;
    return type && reaches(personal, type, new Set()) ? [{ name: variable.name.value, type }] : [];
  });
}

function reaches(personal: Personal, type: GraphQLInputType, seen: Set<unknown>): boolean {
  const named = getNamedType(type);
  if (!isInputObjectType(named) || seen.has(named)) return false;
  seen.add(named);
  return Object.values(named.getFields()).some(
    (field) => personal.has(`${named.name}.${field.name}`) || reaches(personal, field.type, seen),
  );
}

function givesPersonal(personal: Personal, type: GraphQLInputType, value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (isNonNullType(type)) return givesPersonal(personal, type.ofType, value);
  if (Array.isArray(value)) {
    const item = isListType(type) ? type.ofType : type;
    return value.some((one) => givesPersonal(personal, item, one));
  }
  // A single one is taken for a list of one.
  if (isListType(type)) return givesPersonal(personal, type.ofType, value);
  if (!isInputObjectType(type)) return false;
  const fields = type.getFields();
  return Object.entries(value).some(([name, inner]) => {
    const field = fields[name];
    if (!field || inner === null) return false;
    return personal.has(`${type.name}.${name}`) || givesPersonal(personal, field.type, inner);
  });
}
