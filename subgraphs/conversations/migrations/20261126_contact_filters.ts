import { Migration } from '@mikro-orm/migrations';

const statements = [
  `create index contact_identities_platform on conversations.contact_identities (company_id, platform, contact_id)`,
  // Values are kept under the ids of their definitions, which no two companies share.
  `create index contacts_attributes on conversations.contacts using gin (attributes jsonb_path_ops) with (fastupdate = off)`,
  // As the owner, for the reason that search_contacts has: under row-level security the index is not used. It gives away ids, and
  // not more of them than are wanted; other companies’ contacts are not read for that.
  `create function conversations.contacts_with(wanted jsonb, most int) returns setof uuid rows 20
    language plpgsql stable security definer set search_path = pg_catalog set enable_seqscan = off as $$
  declare company constant uuid := nullif(current_setting('app.company_id', true), '')::uuid;
  begin
    return query
      select k.id from conversations.contacts k
      where k.attributes @> wanted and (k.company_id = company) is true and k.merged_into_id is null
      limit most;
  end $$`,
];

/** Contacts by where they write and by the values that they have. */
export class ContactFilters extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
