import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  Kind,
  print,
  typeFromAST,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  type TypeNode,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';

/** Everything that may be given in a variable of this type: `Input.field: Type` and `Enum.VALUE`, at any depth. */
export function inputsOf(schema: GraphQLSchema, variable: TypeNode): readonly string[] {
  const inputs: string[] = [];
  const seen = new Set<GraphQLNamedType>();
  function collect(type: GraphQLNamedType | undefined): void {
    if (!type || seen.has(type)) return;
    seen.add(type);
    if (isEnumType(type)) inputs.push(...type.getValues().map(({ name }) => `${type.name}.${name}`));
    if (!isInputObjectType(type)) return;
    for (const field of Object.values(type.getFields())) {
      inputs.push(`${type.name}.${field.name}: ${String(field.type)}`);
      collect(getNamedType(field.type));
    }
  }
  collect(getNamedType(typeFromAST(schema, variable as never)));
  return inputs;
}

/** The type that is given for an input: of a variable the one that it is declared with, else what the input takes, null only where it is said. */
export function givenAs(
  type: GraphQLInputType,
  value: ValueNode,
  variables: readonly VariableDefinitionNode[],
): string {
  if (value.kind !== Kind.VARIABLE) {
    const nullable = String(getNullableType(type));
    return value.kind === Kind.NULL ? nullable : `${nullable}!`;
  }
  const declared = variables.find(({ variable }) => variable.name.value === value.name.value);
  if (!declared) return String(type);
  const { type: declaredType, defaultValue } = declared;
  const isNeverNull = defaultValue && defaultValue.kind !== Kind.NULL && declaredType.kind !== Kind.NON_NULL_TYPE;
  return `${print(declaredType)}${isNeverNull ? '!' : ''}`;
}
