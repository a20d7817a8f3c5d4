import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isLeafType,
  isNonNullType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';

/** Numbers from 0 up to, and without, the limit. */
export type Draw = (limit: number) => number;

/** Writes an operation that uses what a schema has: aliases, arguments, fragments of both kinds, conditions, variables. */
export function randomOperation(schema: GraphQLSchema, draw: Draw, kind: 'query' | 'mutation' = 'query'): string {
  const fragments: string[] = [];
  const chance = (percent: number) => draw(100) < percent;

  function selections(type: GraphQLCompositeType, depth: number): string {
    const count = 1 + draw(4);
    const chosen = Array.from({ length: count }, () => selection(type, depth)).filter((one) => one !== '');
    return chosen.length > 0 ? `{ ${chosen.join(' ')} }` : '{ __typename }';
  }

  function selection(type: GraphQLCompositeType, depth: number): string {
    if (chance(8)) return `${chance(50) ? `t${String(draw(3))}: ` : ''}__typename${condition()}`;
    if (isAbstractType(type) ? chance(60) : chance(10)) return fragment(type, depth);
    const fields = isCompositeType(type) && 'getFields' in type ? Object.values(type.getFields()) : [];
    const open = depth > 0 ? fields : fields.filter((field) => isLeafType(getNamedType(field.type)));
    const field = open[draw(Math.max(1, open.length))];
    return field ? fieldText(field, depth) : '';
  }

  function fieldText(field: GraphQLField<unknown, unknown>, depth: number): string {
    // Another field's name as an alias, now and then: the planner must not take one for the other.
    const alias = chance(25) ? `${['a', 'b', 'price', 'sku', 'name', 'id'][draw(6)] ?? 'a'}: ` : '';
    const inner = getNamedType(field.type);
    const body = isCompositeType(inner) ? ` ${selections(inner, depth - 1)}` : '';
    return `${alias}${field.name}${argumentsText(field.args)}${condition()}${body}`;
  }

  function fragment(type: GraphQLCompositeType, depth: number): string {
    const types = isAbstractType(type) ? [...schema.getPossibleTypes(type), type] : [type];
    const on = types[draw(types.length)] ?? type;
    const body = selections(on, depth);
    if (chance(60)) return `... on ${on.name}${condition()} ${body}`;
    const name = `F${String(fragments.length)}`;
    fragments.push(`fragment ${name} on ${on.name} ${body}`);
    return `...${name}${condition()}`;
  }

  function argumentsText(args: readonly GraphQLArgument[]): string {
    const given = args.filter((argument) => isNonNullType(argument.type) || chance(50));
    return given.length === 0 ? '' : `(${given.map((one) => `${one.name}: ${argumentValue(one)}`).join(', ')})`;
  }

  function argumentValue({ type }: GraphQLArgument): string {
    const inner = getNamedType(type);
    if (isEnumType(inner)) return inner.getValues()[draw(inner.getValues().length)]?.name ?? 'null';
    switch (inner.name) {
      case 'Int':
        return chance(30) && !isNonNullType(type) ? '$count' : String(1 + draw(3));
      case 'Boolean':
        return chance(30) && !isNonNullType(type) ? '$yes' : String(chance(50));
      case 'ID':
        return `"${String(1 + draw(6))}"`;
      default:
        return '"words"';
    }
  }

  function condition(): string {
    if (!chance(12)) return '';
    const directive = chance(50) ? '@skip' : '@include';
    return ` ${directive}(if: ${['$yes', '$no', 'true', 'false'][draw(4)] ?? 'true'})`;
  }

  const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  if (!root) throw new Error(`the schema has no ${kind}`);
  const body = selections(root, 5);
  // An operation may not declare what it does not use.
  const all = [body, ...fragments].join('\n');
  const variables = ['$yes: Boolean = true', '$no: Boolean = false', '$count: Int = 2'].filter((one) =>
    all.includes(one.slice(0, one.indexOf(':'))),
  );
  return `${kind} Q${variables.length > 0 ? `(${variables.join(', ')})` : ''} ${body}\n${fragments.join('\n')}`;
}
