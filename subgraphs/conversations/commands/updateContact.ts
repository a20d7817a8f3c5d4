import { isDeepStrictEqual } from 'node:util';
import { userError, type UserError } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { listDefinitions } from '../queries/attributeDefinitions.ts';
import type { DefinitionRow } from '../rows.ts';
import { readAttribute, type AttributeValue } from '../rules/attributeValues.ts';
import { readEmail, readName, readPhone, type FieldReading } from '../rules/contactFields.ts';
import type { Outcome } from './asAgent.ts';
import { audit } from './audit.ts';
import { changeContact, type ContactDetails, type ContactInput } from './changeContact.ts';
import { saveDetails } from './saveDetails.ts';

export interface UpdateContactInput extends ContactInput {
  readonly name?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly attributes?: unknown;
}

type Attributes = ContactDetails['attributes'];

/** What is undefined stays, null takes it away; attributes by their keys. Everything that is wrong is said at once. */
export async function updateContact(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: UpdateContactInput,
): Promise<Outcome<{ contactId: string }>> {
  return changeContact(database, identity, input, async (transaction, contact) => {
    const { sql, companyId } = transaction;
    const errors: UserError[] = [];
    const field = (name: 'name' | 'email' | 'phone', read: (text: string) => FieldReading) => {
      const text = input[name];
      if (text === undefined) return contact[name];
      const reading = text === null ? { value: null } : read(text);
      if ('value' in reading) return reading.value;
      errors.push(userError('INVALID', reading.wrong, ['input', name]));
      return null;
    };
    const { blockedAt } = contact;
    const named = { name: field('name', readName), email: field('email', readEmail), phone: field('phone', readPhone) };
    const attributes =
      input.attributes == null
        ? contact.attributes
        : readAttributes(contact.attributes, input.attributes, await listDefinitions(sql, companyId), errors);
    if (errors.length > 0) return { userErrors: errors };

    const before: ContactDetails = { ...detailsOf(contact), blockedAt };
    const after: ContactDetails = { ...named, attributes, blockedAt };
    if (isDeepStrictEqual(before, after)) return undefined;
    await saveDetails(transaction, contact.id, after);
    const subject = { kind: 'contact', id: contact.id };
    await audit(transaction, { action: 'contact.updated', subject, before: { ...before }, after: { ...after } });
    return 'DETAILS';
  });
}

function detailsOf({ name, email, phone, attributes }: ContactDetails) {
  return { name, email, phone, attributes };
}

/** The values under their definitions' ids; those whose definition is gone go with this. */
function readAttributes(
  known: Attributes,
  given: unknown,
  definitions: readonly DefinitionRow[],
  errors: UserError[],
): Attributes {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    errors.push(userError('INVALID', 'Attributes are an object: a value by each key.', ['input', 'attributes']));
    return known;
  }
  const values = new Map<string, AttributeValue>();
  const byKey = new Map(definitions.map((definition) => [definition.key, definition]));
  for (const { id } of definitions) {
    const value = known[id];
    if (value !== undefined) values.set(id, value);
  }
  for (const [key, value] of Object.entries(given)) {
    const wrong = setAttribute(values, byKey.get(key), value);
    if (wrong) errors.push(userError(wrong.code, wrong.message, ['input', 'attributes', key]));
  }
  return Object.fromEntries(values);
}

function setAttribute(
  values: Map<string, AttributeValue>,
  definition: DefinitionRow | undefined,
  value: unknown,
): { readonly code: string; readonly message: string } | undefined {
  if (!definition) return { code: 'UNKNOWN_ATTRIBUTE', message: 'The company has no attribute of this key.' };
  if (value === null) {
    values.delete(definition.id);
    return undefined;
  }
  const reading = readAttribute(definition, value);
  if ('wrong' in reading) return { code: 'INVALID', message: reading.wrong };
  values.set(definition.id, reading.value);
  return undefined;
}
