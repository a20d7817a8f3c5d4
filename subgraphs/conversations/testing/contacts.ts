import { createAttributeDefinition } from '../commands/attributeDefinitions.ts';
import type { TestCompany, TestInbox } from './inbox.ts';

/** Ada, with more to say. */
export function adminOf({ ada }: TestCompany) {
  return { ...ada, role: 'ADMIN' } as const;
}

/** Codes and fields of what a command refused; empty when it did what it was asked. */
export function codes(outcome: object): string[] {
  if (!('userErrors' in outcome)) return [];
  const { userErrors } = outcome as { userErrors: readonly { code: string; field: readonly string[] | null }[] };
  return userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
}

/** The contact behind an id of a channel. */
export async function contactOf(inbox: TestInbox, { companyId }: TestCompany, from = 'customer-1'): Promise<string> {
  const [row] = await inbox.rows<{ id: string }>(
    'select contact_id as id from conversations.contact_identities where company_id = $1 and external_id = $2',
    [companyId, from],
  );
  if (!row) throw new Error(`${from} has not written`);
  return row.id;
}

export async function define(
  inbox: TestInbox,
  company: TestCompany,
  definition: Partial<Parameters<typeof createAttributeDefinition>[2]> & { readonly key: string },
): Promise<string> {
  const input = { name: definition.key, type: 'TEXT', ...definition } as const;
  const outcome = await createAttributeDefinition(inbox.database, adminOf(company), input);
  if ('userErrors' in outcome) throw new Error(outcome.userErrors[0]?.message);
  return outcome.definitionId;
}
