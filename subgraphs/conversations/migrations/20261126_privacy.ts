import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // due_at: from when on a worker may take it. Whoever has it moves that ahead, so that what a dead one had falls due again.
  `create table conversations.privacy_jobs (
    company_id uuid not null,
    id uuid not null,
    kind text not null check (kind in ('EXPORT', 'ERASURE')),
    status text not null check (status in ('QUEUED', 'RUNNING', 'DONE', 'FAILED', 'EXPIRED')),
    contact_id uuid not null,
    requested_by uuid not null,
    requested_at timestamptz(3) not null default now(),
    finished_at timestamptz(3),
    due_at timestamptz(3) not null default now(),
    attempts int not null default 0,
    file_key text,
    file_size bigint,
    expires_at timestamptz(3),
    primary key (company_id, id),
    foreign key (company_id, contact_id) references conversations.contacts
  )`,
  `create unique index privacy_jobs_under_way on conversations.privacy_jobs (company_id, contact_id, kind)
    where status in ('QUEUED', 'RUNNING')`,
  `create index privacy_jobs_time on conversations.privacy_jobs (company_id, requested_at, id)`,
  `create index privacy_jobs_due on conversations.privacy_jobs (due_at) where status in ('QUEUED', 'RUNNING')`,
  `create index privacy_jobs_expiring on conversations.privacy_jobs (expires_at) where status = 'DONE'`,
  ...protectTable('conversations.privacy_jobs'),

  // What crosses companies tells where there is something to do, and takes it for a while: nothing else.
  `create function conversations.take_privacy_job(lease interval)
    returns table (company_id uuid, id uuid, kind text, contact_id uuid, attempts int)
    language sql volatile security definer set search_path = pg_catalog as $$
      update conversations.privacy_jobs j set status = 'RUNNING', due_at = now() + lease, attempts = j.attempts + 1
      from (
        select d.company_id, d.id from conversations.privacy_jobs d
        where d.status in ('QUEUED', 'RUNNING') and d.due_at <= now()
        order by d.due_at limit 1 for update skip locked
      ) due
      where j.company_id = due.company_id and j.id = due.id
      returning j.company_id, j.id, j.kind, j.contact_id, j.attempts
    $$`,
  `create function conversations.expired_exports(most int) returns table (company_id uuid, id uuid, file_key text)
    language sql stable security definer set search_path = pg_catalog as $$
      select j.company_id, j.id, j.file_key from conversations.privacy_jobs j
      where j.status = 'DONE' and j.expires_at <= now() order by j.expires_at limit most
    $$`,
];

/** What was asked to be handed out of, or erased about, a person. */
export class Privacy extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
