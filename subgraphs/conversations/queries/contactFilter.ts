import { badUserInput } from '#platform/graphql/errors.ts';
import { fragment, join, type Fragment, type Sql } from '#platform/postgres/sql.ts';
import type { Platform } from '#schema/events/values.ts';
import { isId } from '../ids.ts';
import { readAttribute, type AttributeValue } from '../rules/attributeValues.ts';
import { listDefinitions } from './attributeDefinitions.ts';

/** What is left out or null does not filter; what is given has to hold together. */
export interface ContactFilter {
  readonly blocked?: boolean | null | undefined;
  readonly channelIds?: readonly string[] | null | undefined;
  readonly platforms?: readonly Platform[] | null | undefined;
  readonly attributes?: readonly { readonly key: string; readonly value: unknown }[] | null | undefined;
}

/** So many contacts are found by their values and sorted; where more have them, a page is soon found among the newest. */
const MOST_BY_VALUE = 2_000;

/** Conditions on contacts `k`, each beginning with `and`. */
export async function contactConditions(sql: Sql, companyId: string, filter: ContactFilter): Promise<Fragment> {
  const { blocked, channelIds, platforms, attributes } = filter;
  const found: Fragment[] = [];
  if (blocked != null) found.push(blocked ? fragment`k.blocked_at is not null` : fragment`k.blocked_at is null`);
  if (channelIds) found.push(hasIdentity(companyId, fragment`i.channel_id = any(${idsOf(channelIds)}::uuid[])`));
  if (platforms) found.push(hasIdentity(companyId, fragment`i.platform = any(${platforms}::text[])`));
  if (attributes && attributes.length > 0) found.push(await hasValues(sql, companyId, attributes));
  return join(
    found.map((condition) => fragment`and ${condition}`),
    ' ',
  );
}

function hasIdentity(companyId: string, condition: Fragment): Fragment {
  return fragment`exists (
    select from conversations.contact_identities i
    where i.company_id = ${companyId} and i.contact_id = k.id and ${condition})`;
}

async function hasValues(
  sql: Sql,
  companyId: string,
  attributes: NonNullable<ContactFilter['attributes']>,
): Promise<Fragment> {
  const wanted = JSON.stringify(await readValues(sql, companyId, attributes));
  const some = await sql<{ id: string }>`
    select found.id from conversations.contacts_with(${wanted}::jsonb, ${MOST_BY_VALUE + 1}) as found (id)`;
  if (some.length > MOST_BY_VALUE) return fragment`k.attributes @> ${wanted}::jsonb`;
  return fragment`k.id = any(${some.map(({ id }) => id)}::uuid[])`;
}

/** As they are kept: by the ids of their definitions. */
async function readValues(
  sql: Sql,
  companyId: string,
  attributes: NonNullable<ContactFilter['attributes']>,
): Promise<Record<string, AttributeValue>> {
  const definitions = await listDefinitions(sql, companyId);
  const values: Record<string, AttributeValue> = {};
  for (const { key, value } of attributes) {
    const definition = definitions.find((one) => one.key === key);
    if (!definition) throw badUserInput(`The company has no attribute '${key}'`, 'filter.attributes');
    const read = readAttribute(definition, value);
    if ('wrong' in read) throw badUserInput(`${key}: ${read.wrong}`, 'filter.attributes');
    if (definition.id in values) throw badUserInput(`A contact has one value of '${key}'`, 'filter.attributes');
    values[definition.id] = read.value;
  }
  return values;
}

function idsOf(values: readonly string[]): readonly string[] {
  for (const value of values) if (!isId(value)) throw badUserInput(`'${value}' is not an id`, 'filter.channelIds');
  return values;
}
