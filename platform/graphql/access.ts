import {
  getArgumentValues,
  getNamedType,
  getVariableValues,
  isCompositeType,
  isObjectType,
  isUnionType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Identity, Role } from '#platform/identity/identity.ts';
import { AccessTableError, forbidden } from './errors.ts';
import { rootFieldsOf } from './rootFields.ts';

/** Who may do one thing. Services of our own may do everything. */
export interface Permission {
  readonly roles: readonly Role[];
  /** Partners may too, when their token has this scope. */
  readonly scope?: string;
  /** For visitors of a web chat. */
  readonly visitors?: true;
}

/** Which permission each root field and each entity of a subgraph takes, by the permission's name. */
export interface AccessTable<P extends string = string> {
  readonly permissions: Readonly<Record<P, Permission>>;
  readonly query: Readonly<Record<string, P>>;
  readonly mutation: Readonly<Record<string, P>>;
  /** For every field of such a type, wherever in an operation it stands. */
  readonly types: Readonly<Record<string, P>>;
}

/** A table whose names are checked by the compiler. */
export function accessTable<P extends string>(
  permissions: Readonly<Record<P, Permission>>,
  subjects: Omit<AccessTable<NoInfer<P>>, 'permissions'>,
): AccessTable<P> {
  return { permissions, ...subjects };
}

interface Asked {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
  readonly identity: Identity;
}

/** @throws AccessTableError when a root field or an entity of the schema has no entry, or an entry has nothing in the schema. */
export function checkTable(schema: GraphQLSchema, table: AccessTable): void {
  const root = (type: { getFields(): object } | null | undefined) =>
    Object.keys(type?.getFields() ?? {}).filter((name) => !name.startsWith('_'));
  const entity = schema.getType('_Entity');
  const entities = isUnionType(entity)
    ? entity
        .getTypes()
        .filter(isResolvable)
        .map(({ name }) => name)
    : [];
  const types = Object.keys(schema.getTypeMap());
  const queries = root(schema.getQueryType());
  const mutations = root(schema.getMutationType());
  const subjects = [
    { what: 'query', needed: queries, known: queries, entered: table.query },
    { what: 'mutation', needed: mutations, known: mutations, entered: table.mutation },
    { what: 'type', needed: entities, known: types, entered: table.types },
  ];
  for (const { what, needed, known, entered } of subjects) {
    const missing = needed.find((name) => !(name in entered));
    if (missing !== undefined) throw AccessTableError.missing(what, missing);
    const unknown = Object.keys(entered).find((name) => !known.includes(name));
    if (unknown !== undefined) throw AccessTableError.unknown(what, unknown);
  }
}

/** Of an entity that is another subgraph's there is nothing here but its key. */
function isResolvable({ astNode, extensionASTNodes }: GraphQLObjectType): boolean {
  const directives = [astNode, ...extensionASTNodes].flatMap((node) => node?.directives ?? []);
  const keys = directives.filter(({ name }) => name.value === 'key');
  return !keys.every((key) =>
    key.arguments?.some(
      ({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value,
    ),
  );
}

/** Looks at a whole operation before any of it is executed. @returns why it is refused, for the first thing that is not permitted. */
export function checkOperation(table: AccessTable, asked: Asked): GraphQLError | undefined {
  const { operation, document, identity } = asked;
  if (identity.kind === 'service') return undefined;
  const fields = operation.operation === 'subscription' ? {} : table[operation.operation];
  const taken: (readonly [what: string, permission: string | undefined])[] = [];
  for (const field of rootFieldsOf(document, operation)) {
    const name = field.name.value;
    if (name === '_entities') {
      taken.push(...entityTypesOf(asked, field).map((type) => [type, table.types[type]] as const));
    } else if (!name.startsWith('__')) {
      taken.push([name, fields[name]]);
    }
  }
  for (const type of typesOf(asked)) if (type in table.types) taken.push([type, table.types[type]]);

  for (const [what, name] of taken) {
    const permission = name === undefined ? undefined : table.permissions[name];
    if (!permission || !isPermitted(permission, identity)) return refusal(identity, what, permission);
  }
  return undefined;
}

export function isPermitted({ roles, scope, visitors }: Permission, identity: Identity): boolean {
  switch (identity.kind) {
    case 'agent':
      return roles.includes(identity.role);
    case 'partner':
      return scope !== undefined && identity.scopes.includes(scope);
    case 'visitor':
      return visitors === true;
    case 'service':
      return true;
  }
}

/** Says what it would take. */
export function refusal(identity: Identity, what: string, permission: Permission | undefined): GraphQLError {
  const { roles = [], scope, visitors } = permission ?? {};
  if (identity.kind === 'visitor') return forbidden(`A visitor of a web chat may not ask for ${what}.`);
  if (visitors && roles.length === 0) return forbidden(`${what} is for visitors of a web chat.`);
  if (identity.kind === 'agent') {
    return forbidden(`${what} takes the role ${roles.join(' or ')}: ask somebody of your company who has it.`);
  }
  if (scope === undefined) return forbidden(`${what} is for agents: use the token of one.`);
  return forbidden(
    `${what} takes the scope ${scope}, which this token does not have: ask the company for one that does.`,
  );
}

/** What the representations say they are, as the executor will read them: in the text, or as variables. */
function entityTypesOf({ schema, operation, variables }: Asked, field: FieldNode): string[] {
  const entities = schema.getQueryType()?.getFields()['_entities'];
  const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {});
  const { representations } = entities ? getArgumentValues(entities, field, coerced) : {};
  if (!Array.isArray(representations)) return ['what is no entity'];
  return representations.map((one: unknown) =>
    String(typeof one === 'object' && one !== null && '__typename' in one ? one.__typename : 'what is no entity'),
  );
}

/** Documents are kept parsed between requests, so each operation is looked through once. */
const looked = new WeakMap<OperationDefinitionNode, ReadonlySet<string>>();

/** The names of all object types of which an operation selects a field. */
function typesOf({
  schema,
  document,
  operation,
}: Pick<Asked, 'schema' | 'document' | 'operation'>): ReadonlySet<string> {
  const known = looked.get(operation);
  if (known) return known;
  const found = new Set<string>();
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions) if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);

  function look({ selections }: SelectionSetNode, type: GraphQLNamedType | undefined): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) lookAtField(selection, type);
      else if (selection.kind === Kind.INLINE_FRAGMENT) look(selection.selectionSet, conditionOf(selection) ?? type);
      else {
        const fragment = fragments.get(selection.name.value);
        // Once is enough: what it selects is the same wherever it is spread.
        fragments.delete(selection.name.value);
        if (fragment) look(fragment.selectionSet, conditionOf(fragment));
      }
    }
  }

  function lookAtField({ name, selectionSet }: FieldNode, type: GraphQLNamedType | undefined): void {
    if (!isObjectType(type) || name.value === '__typename') return;
    found.add(type.name);
    const field = type.getFields()[name.value];
    const inner = field && getNamedType(field.type);
    if (selectionSet && isCompositeType(inner)) look(selectionSet, inner);
  }

  function conditionOf({ typeCondition }: Partial<Pick<FragmentDefinitionNode, 'typeCondition'>>) {
    return typeCondition && schema.getType(typeCondition.name.value);
  }

  const roots = { query: schema.getQueryType(), mutation: schema.getMutationType(), subscription: undefined };
  look(operation.selectionSet, roots[operation.operation] ?? undefined);
  looked.set(operation, found);
  return found;
}
