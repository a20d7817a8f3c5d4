import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // detail_words: what of e-mail and phone is searched by, so that a name that a platform changes leaves it in place.
  `alter table conversations.contacts
    add column version int not null default 1,
    add column blocked_at timestamptz(3),
    add column merged_into_id uuid,
    add column detail_words text[] not null default '{}',
    add foreign key (company_id, merged_into_id) references conversations.contacts`,
  `create index contacts_newest on conversations.contacts (company_id, created_at, id) where merged_into_id is null`,
  `create index contacts_blocked on conversations.contacts (company_id, created_at, id)
    where merged_into_id is null and blocked_at is not null`,
  `create index contacts_merged on conversations.contacts (company_id, merged_into_id) where merged_into_id is not null`,

  // Contacts keep their values under the definition's id: those of a definition that is gone are not shown, and do not come
  // back when its key is taken for something else.
  `create table conversations.attribute_definitions (
    company_id uuid not null,
    id uuid not null,
    key text not null,
    name text not null,
    type text not null check (type in ('TEXT', 'NUMBER', 'BOOLEAN', 'DATE', 'LIST', 'URL')),
    choices text[] not null default '{}',
    created_at timestamptz(3) not null default now(),
    primary key (company_id, id),
    constraint attribute_definitions_key unique (company_id, key)
  )`,

  `create table conversations.contact_notes (
    company_id uuid not null,
    id uuid not null,
    contact_id uuid not null,
    author_id uuid not null,
    text text not null,
    created_at timestamptz(3) not null default now(),
    edited_at timestamptz(3),
    primary key (company_id, id),
    foreign key (company_id, contact_id) references conversations.contacts,
    foreign key (company_id, author_id) references conversations.agents
  )`,
  `create index contact_notes_contact on conversations.contact_notes (company_id, contact_id, created_at, id)`,
  ...protectTable('conversations.attribute_definitions'),
  ...protectTable('conversations.contact_notes'),

  // As the owner, for the reason that search_conversations has: row-level security keeps the text index from being used.
  `create function conversations.search_contacts(words tsquery, most int) returns setof uuid rows 20
    language plpgsql stable security definer set search_path = pg_catalog as $$
  declare
    company constant uuid := nullif(current_setting('app.company_id', true), '')::uuid;
    query constant tsquery := quote_literal(company)::tsquery && words;
  begin
    return query
      select k.id from conversations.contacts k
      where k.search @@ query and k.company_id = company and k.merged_into_id is null
      order by k.created_at desc limit most;
  end $$`,
];

/** What a company keeps of its contacts: attributes of its own, notes, who is blocked, and which were merged. */
export class Contacts extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
