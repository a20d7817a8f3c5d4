import type { PageRequest } from '#platform/graphql/connection.ts';
import { fragment, type Fragment, type Sql } from '#platform/postgres/sql.ts';
import type { ContactNoteRow, ContactRow, IdentityRow } from '../rows.ts';
import { contactQuery } from '../text/contactWords.ts';
import { contactConditions, type ContactFilter } from './contactFilter.ts';
import { keyset } from './keyset.ts';
import { visibleContacts, type Viewer } from './viewer.ts';

/** The newest contacts that a search looks at: words that half of all have must not read half of all. */
const MAX_MATCHES = 1_000;

/** Values are kept under the ids of their definitions, and shown under the keys of those that are there. */
const contactColumns = fragment`
  k.id, k.name, k.email, k.phone, k.picture_file_key as "pictureFileKey", k.blocked_at as "blockedAt", k.erased_at as "erasedAt",
  k.version,
  k.created_at as "createdAt",
  case when k.attributes = '{}' then k.attributes else (
    select coalesce(jsonb_object_agg(d.key, k.attributes -> d.id::text), '{}')
    from conversations.attribute_definitions d
    where d.company_id = k.company_id and jsonb_exists(k.attributes, d.id::text)
  ) end as attributes`;

/** A page of the company's contacts and one row more, newest first when read forward. */
export async function contactPage(
  sql: Sql,
  viewer: Viewer,
  { search, filter }: { readonly search: string; readonly filter: ContactFilter },
  page: PageRequest,
): Promise<ContactRow[]> {
  const { beyondCursor, order, limit } = keyset({ at: fragment`k.created_at`, id: fragment`k.id` }, page, 'descending');
  const filtered = await contactConditions(sql, viewer.companyId, filter);
  return sql<ContactRow>`
    select ${contactColumns} from conversations.contacts k
    where k.company_id = ${viewer.companyId} and k.merged_into_id is null and k.erased_at is null
      and ${visibleContacts(viewer)} ${filtered} ${matches(viewer.companyId, search.trim())} ${beyondCursor}
    order by ${order} limit ${limit}`;
}

function matches(companyId: string, search: string): Fragment {
  if (search === '') return fragment``;
  const query = contactQuery(companyId, search);
  if (query === undefined) return fragment`and false`;
  return fragment`and k.id in (select conversations.search_contacts(${query}::tsquery, ${MAX_MATCHES}))`;
}

/**
 * Each under the id that was asked for: of one that was merged into another, that other. With `offset 0` each is looked up by
 * its key: how many there are PostgreSQL cannot tell of a recursion, and would read all contacts.
 */
export async function contactsByIds(
  sql: Sql,
  viewer: Viewer,
  ids: readonly string[],
): Promise<(ContactRow & { readonly askedId: string })[]> {
  return sql<ContactRow & { askedId: string }>`
    with recursive kept as (
      select c.id as asked, c.id, c.merged_into_id from conversations.contacts c
      where c.company_id = ${viewer.companyId} and c.id = any(${ids}::uuid[])
      union all
      select kept.asked, c.id, c.merged_into_id from kept
      cross join lateral (
        select * from conversations.contacts where company_id = ${viewer.companyId} and id = kept.merged_into_id offset 0
      ) c
    )
    select kept.asked as "askedId", ${contactColumns}
    from kept cross join lateral (
      select * from conversations.contacts where company_id = ${viewer.companyId} and id = kept.id offset 0
    ) k
    where kept.merged_into_id is null and ${visibleContacts(viewer)}`;
}

export async function identitiesOfContacts(
  sql: Sql,
  companyId: string,
  contactIds: readonly string[],
): Promise<IdentityRow[]> {
  return sql<IdentityRow>`
    select contact_id as "contactId", channel_id as "channelId", external_id as "externalId",
      display_name as "displayName", blocked_at as "blockedAt"
    from conversations.contact_identities
    where company_id = ${companyId} and contact_id = any(${contactIds}::uuid[]) order by id`;
}

const noteColumns = fragment`
  n.id, n.contact_id as "contactId", n.author_id as "authorId", n.text, n.created_at as "createdAt",
  n.edited_at as "editedAt"`;

/** The same page, and one row more, for each of several contacts; nothing for whom notes are not meant. */
export async function contactNotePages(
  sql: Sql,
  { companyId, agentId }: Viewer,
  contactIds: readonly string[],
  page: PageRequest,
): Promise<ContactNoteRow[]> {
  if (agentId === null) return [];
  const { beyondCursor, order, limit } = keyset({ at: fragment`n.created_at`, id: fragment`n.id` }, page, 'descending');
  return sql<ContactNoteRow>`
    select n.* from unnest(${contactIds}::uuid[]) as contact (id)
    cross join lateral (
      select ${noteColumns} from conversations.contact_notes n
      where n.company_id = ${companyId} and n.contact_id = contact.id ${beyondCursor}
      order by ${order} limit ${limit}
    ) n`;
}

export async function contactNotesByIds(sql: Sql, viewer: Viewer, ids: readonly string[]): Promise<ContactNoteRow[]> {
  if (viewer.agentId === null) return [];
  return sql<ContactNoteRow>`
    select ${noteColumns} from conversations.contact_notes n
    join conversations.contacts k on k.company_id = n.company_id and k.id = n.contact_id
    where n.company_id = ${viewer.companyId} and n.id = any(${ids}::uuid[]) and ${visibleContacts(viewer)}`;
}
