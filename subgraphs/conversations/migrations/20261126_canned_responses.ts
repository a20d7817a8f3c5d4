import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // owner_id: whose it is; null: everybody's. shortcode_key: the shortcode as it is compared, in an order that does not depend
  // on the locale of the cluster.
  `create table conversations.canned_responses (
    company_id uuid not null,
    id uuid not null,
    owner_id uuid,
    shortcode text not null,
    shortcode_key text collate "C" not null,
    content text not null,
    attachment_urls text[] not null,
    usage_count int not null default 0,
    version int not null default 1,
    search tsvector not null,
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    primary key (company_id, id),
    foreign key (company_id, owner_id) references conversations.agents on delete cascade
  )`,
  `create unique index canned_responses_shared on conversations.canned_responses (company_id, shortcode_key)
    where owner_id is null`,
  `create unique index canned_responses_own on conversations.canned_responses (company_id, owner_id, shortcode_key)
    where owner_id is not null`,
  `create index canned_responses_list on conversations.canned_responses (company_id, shortcode_key, id)`,
  `create index canned_responses_search on conversations.canned_responses using gin (search)`,
  ...protectTable('conversations.canned_responses'),

  // As the owner, for the reason that search_conversations has: under row-level security the text index would not be used.
  // The company is a word of every row.
  `create function conversations.search_canned_responses(words tsquery, agent uuid, most int) returns setof uuid
    language plpgsql stable security definer set search_path = pg_catalog as $$
    declare
      company constant uuid := nullif(current_setting('app.company_id', true), '')::uuid;
      query constant tsquery := quote_literal(company)::tsquery && words;
    begin
      return query
        select c.id from conversations.canned_responses c
        where c.search @@ query and c.company_id = company and (c.owner_id is null or c.owner_id = agent)
        order by c.shortcode_key, c.id limit most;
    end $$`,
];

/** Texts that agents write often. */
export class CannedResponses extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
