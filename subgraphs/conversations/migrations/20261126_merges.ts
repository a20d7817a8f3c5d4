import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // moved: what the merge moved and filled in, so that it can be undone. Conversations follow their identities.
  `create table conversations.contact_merges (
    company_id uuid not null,
    id uuid not null,
    into_id uuid not null,
    from_id uuid not null,
    moved jsonb not null,
    merged_by uuid not null,
    merged_at timestamptz(3) not null default now(),
    undone_by uuid,
    undone_at timestamptz(3),
    primary key (company_id, id),
    foreign key (company_id, into_id) references conversations.contacts,
    foreign key (company_id, from_id) references conversations.contacts
  )`,
  `create unique index contact_merges_standing on conversations.contact_merges (company_id, from_id)
    where undone_at is null`,
  `create index contact_merges_into on conversations.contact_merges (company_id, into_id, merged_at, id)`,
  ...protectTable('conversations.contact_merges'),
];

/** Which contacts turned out to be one person, and how to take that back. */
export class Merges extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
