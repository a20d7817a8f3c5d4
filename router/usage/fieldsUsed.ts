import {
  TypeInfo,
  visit,
  visitWithTypeInfo,
  Kind,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { givenAs, inputsOf } from './inputsUsed.ts';

/** Longer lists tell nothing more. */
const MOST = 2_000;

/**
 * What of the graph an operation names: `Type.field: Type` for each field, `Type.field(argument: Type)` for each argument with what is
 * given for it, `Input.field: Type` for each field of an input and `Enum.VALUE` for each value. Of what comes in variables
 * everything that their types have: what they hold is nobody's business.
 *
 * @param schema the one that clients see.
 */
export function fieldsUsed(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): readonly string[] {
  const used = new Set<string>();
  const inputs = new Set<string>();
  const types = new TypeInfo(schema);
  const { variableDefinitions = [] } = operation;
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  visit(
    { ...document, definitions: [operation, ...fragments] },
    visitWithTypeInfo(types, {
      VariableDefinition({ type }) {
        for (const input of inputsOf(schema, type)) inputs.add(input);
        return false;
      },
      Field() {
        const field = types.getFieldDef();
        const parent = types.getParentType();
        if (!field || !parent || field.name.startsWith('__')) return;
        used.add(`${parent.name}.${field.name}: ${String(field.type)}`);
      },
      Argument({ name, value }) {
        const field = types.getFieldDef();
        const parent = types.getParentType();
        const type = types.getInputType();
        if (!field || !parent || !type || types.getDirective() || field.name.startsWith('__')) return;
        used.add(`${parent.name}.${field.name}(${name.value}: ${givenAs(type, value, variableDefinitions)})`);
      },
      ObjectField({ name, value }) {
        const parent = types.getParentInputType();
        const type = types.getInputType();
        if (parent && type) inputs.add(`${nameOf(parent)}.${name.value}: ${givenAs(type, value, variableDefinitions)}`);
      },
      EnumValue({ value }) {
        const type = types.getInputType();
        if (type) inputs.add(`${nameOf(type)}.${value}`);
      },
    }),
  );
  return [...used, ...inputs].slice(0, MOST);
}

function nameOf(type: unknown): string {
  return String(type).replaceAll(/[[\]!]/g, '');
}
