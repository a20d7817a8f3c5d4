import { isObjectType, type GraphQLSchema } from 'graphql';
import { aliasOf, type Root } from './operations.ts';

/** What stands in every payload of a mutation and is empty when all went well. */
const ERRORS = 'userErrors';

/** Every field of every object that the graph has, as `Type.field`: root fields too. */
export function coordinatesOf(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
    .flatMap((type) => (isObjectType(type) ? Object.keys(type.getFields()).map((name) => `${type.name}.${name}`) : []));
}

/** The fields that an answer has something in, as `Type.field`. A root field only when what was asked for was done. */
export function answeredIn(root: Root, data: unknown): Set<string> {
  const found = new Set<string>();
  if (typeof data !== 'object' || data === null) return found;
  for (const [field, value] of Object.entries(data)) {
    if (value !== null && isWithoutErrors(value)) found.add(`${root}.${field}`);
    look(value, found);
  }
  return found;
}

/** Whether what a root field gave says that all went well. */
export function isWithoutErrors(value: unknown): boolean {
  const errors = typeof value === 'object' && value !== null && ERRORS in value ? value[ERRORS] : [];
  return Array.isArray(errors) && errors.length === 0;
}

function look(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) look(item, found);
  else if (typeof value === 'object' && value !== null) {
    const type = '__typename' in value ? String(value.__typename) : undefined;
    for (const [key, inner] of Object.entries(value)) {
      if (inner === null || key === '__typename') continue;
      if (type !== undefined) found.add(`${type}.${key.replace(aliasOf(type, ''), '')}`);
      look(inner, found);
    }
  }
}

/**
 * What a sweep does not show: fields whose owner has never been answered, so that nobody can say whether others would be.
 *
 * @param exceptions Fields that cannot be answered here, and why.
 * @returns `missing`: fields that are neither. `needless`: exceptions that are answered, or that are no fields.
 */
export function gaps(
  schema: GraphQLSchema,
  answered: ReadonlySet<string>,
  exceptions: Readonly<Record<string, string>>,
): { readonly missing: string[]; readonly needless: string[] } {
  const unseen = coordinatesOf(schema).filter((coordinate) => !answered.has(coordinate));
  return {
    missing: unseen.filter((coordinate) => !(coordinate in exceptions)),
    needless: Object.keys(exceptions).filter((coordinate) => !unseen.includes(coordinate)),
  };
}
