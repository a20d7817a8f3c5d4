import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  `create table conversations.retention_settings (
    company_id uuid not null primary key,
    retention_days int check (retention_days between 1 and 3650),
    updated_at timestamptz(3) not null default now()
  )`,
  ...protectTable('conversations.retention_settings'),

  // One that was opened again and resolved anew has contents again.
  `alter table conversations.conversations add column contents_erased_at timestamptz(3)`,
  `create index conversations_contents on conversations.conversations (company_id, resolved_at)
    where status = 'RESOLVED' and (contents_erased_at is null or contents_erased_at < resolved_at)`,

  // Over all companies: whose contents have been kept for as long as their company wants. It tells where to look.
  `create function conversations.expired_contents(at timestamptz, most int) returns table (company_id uuid, id uuid)
    language sql stable security definer set search_path = pg_catalog as $$
      select s.company_id, c.id from conversations.retention_settings s
      cross join lateral (
        select k.id from conversations.conversations k
        where k.company_id = s.company_id and k.status = 'RESOLVED'
          and (k.contents_erased_at is null or k.contents_erased_at < k.resolved_at)
          and k.resolved_at < at - s.retention_days * interval '1 day'
        order by k.resolved_at limit most
      ) c
      where s.retention_days is not null limit most
    $$`,
];

/** For how long a company keeps what was said in conversations that are over. */
export class Retention extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
