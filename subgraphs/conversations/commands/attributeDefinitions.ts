import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import { storableText } from '#platform/postgres/storableText.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { isId } from '../ids.ts';
import type { DefinitionRow } from '../rows.ts';
import type { AttributeType } from '../rules/attributeValues.ts';
import { audit } from './audit.ts';
import { refuse, writeAsAgent, type AgentTransaction, type Outcome, type Refusal } from './asAgent.ts';

const MAX_DEFINITIONS = 100;
const MAX_CHOICES = 100;
const MAX_LENGTH = 100;

type Defined = Outcome<{ definitionId: string }>;

/** Key and type stay for good: programs read by the one, values are of the other. */
export async function createAttributeDefinition(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: {
    readonly key: string;
    readonly name: string;
    readonly type: AttributeType;
    readonly choices?: readonly string[] | null | undefined;
  },
): Promise<Defined> {
  return writeAsAgent(database, identity, 'attributes:define', async (transaction) => {
    const { sql, companyId } = transaction;
    const { key, type } = input;
    const name = readName(input.name);
    const choices = readChoices(type, input.choices ?? []);
    if (!/^[a-z][a-z0-9_]{0,49}$/.test(key)) {
      return refuse('INVALID', 'A key has small letters, digits and _, begins with a letter, and ends by 50.', 'key');
    }
    if ('userErrors' in name) return name;
    if ('userErrors' in choices) return choices;
    const [held] = await sql<{ count: number }>`
      select count(*)::int as count from conversations.attribute_definitions where company_id = ${companyId}`;
    if ((held?.count ?? 0) >= MAX_DEFINITIONS) {
      return refuse('TOO_MANY', `A company has at most ${MAX_DEFINITIONS} attributes: delete one first.`, 'key');
    }
    const [added] = await sql<{ id: string }>`
      insert into conversations.attribute_definitions (company_id, id, key, name, type, choices)
      values (${companyId}, ${v7()}, ${key}, ${name.value}, ${type}, ${choices.value}::text[])
      on conflict (company_id, key) do nothing
      returning id`;
    if (!added) return refuse('TAKEN', 'The company has an attribute of this key already.', 'key');
    const after = { key, type, name: name.value, choices: choices.value };
    await audit(transaction, { action: 'attribute.created', subject: subjectOf(added.id), after });
    return { definitionId: added.id };
  });
}

export async function updateAttributeDefinition(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: {
    readonly definitionId: string;
    readonly name?: string | null | undefined;
    readonly choices?: readonly string[] | null | undefined;
  },
): Promise<Defined> {
  return writeAsAgent(database, identity, 'attributes:define', async (transaction) => {
    const definition = await lockDefinition(transaction, input.definitionId);
    if ('userErrors' in definition) return definition;
    const name = readName(input.name ?? definition.name);
    const choices = readChoices(definition.type, input.choices ?? definition.choices);
    if ('userErrors' in name) return name;
    if ('userErrors' in choices) return choices;
    const { sql, companyId } = transaction;
    await sql`
      update conversations.attribute_definitions set name = ${name.value}, choices = ${choices.value}::text[]
      where company_id = ${companyId} and id = ${definition.id}`;
    const { id, ...before } = definition;
    const after = { ...before, name: name.value, choices: choices.value };
    await audit(transaction, { action: 'attribute.updated', subject: subjectOf(id), before, after });
    return { definitionId: id };
  });
}

export async function deleteAttributeDefinition(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly definitionId: string },
): Promise<Outcome<{ deletedId: string }>> {
  return writeAsAgent(database, identity, 'attributes:define', async (transaction) => {
    const definition = await lockDefinition(transaction, input.definitionId);
    if ('userErrors' in definition) return definition;
    const { sql, companyId } = transaction;
    await sql`
      delete from conversations.attribute_definitions where company_id = ${companyId} and id = ${definition.id}`;
    const { id, ...before } = definition;
    await audit(transaction, { action: 'attribute.deleted', subject: subjectOf(id), before });
    return { deletedId: id };
  });
}

function subjectOf(id: string) {
  return { kind: 'attribute', id };
}

async function lockDefinition({ sql, companyId }: AgentTransaction, id: string): Promise<DefinitionRow | Refusal> {
  const [definition] = isId(id)
    ? await sql<DefinitionRow>`
        select id, key, name, type, choices from conversations.attribute_definitions
        where company_id = ${companyId} and id = ${id} for update`
    : [];
  return definition ?? refuse('NOT_FOUND', 'There is no such attribute.', 'definitionId');
}

function readName(text: string): { readonly value: string } | Refusal {
  const value = storableText(text).trim();
  if (value !== '' && value.length <= MAX_LENGTH) return { value };
  return refuse('INVALID', `A name has 1 to ${MAX_LENGTH} characters.`, 'name');
}

function readChoices(type: AttributeType, texts: readonly string[]): { readonly value: string[] } | Refusal {
  const value = [...new Set(texts.map((text) => storableText(text).trim()))];
  if (type !== 'LIST') {
    return value.length === 0 ? { value } : refuse('INVALID', 'Only a LIST has choices: leave them out.', 'choices');
  }
  if (value.length === 0 || value.length > MAX_CHOICES || value.some((one) => one === '' || one.length > MAX_LENGTH)) {
    return refuse('INVALID', `A LIST has 1 to ${MAX_CHOICES} choices of 1 to ${MAX_LENGTH} characters.`, 'choices');
  }
  return { value };
}
