import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // leased_until: until then somebody works on it; afterwards it is anybody's.
  `create table conversations.bulk_jobs (
    company_id uuid not null,
    id uuid not null,
    agent_id uuid not null,
    request jsonb not null,
    status text not null check (status in ('RUNNING', 'DONE', 'CANCELLED')),
    total int not null,
    done_count int not null default 0,
    failed_count int not null default 0,
    idempotency_key text not null,
    leased_until timestamptz(3) not null,
    created_at timestamptz(3) not null,
    finished_at timestamptz(3) check ((finished_at is null) = (status = 'RUNNING')),
    primary key (company_id, id),
    constraint bulk_jobs_idempotency unique (company_id, agent_id, idempotency_key),
    foreign key (company_id, agent_id) references conversations.agents
  )`,
  `create index bulk_jobs_agent on conversations.bulk_jobs (company_id, agent_id, created_at, id)`,
  `create index bulk_jobs_due on conversations.bulk_jobs (leased_until) where finished_at is null`,
  `create index bulk_jobs_finished on conversations.bulk_jobs (finished_at) where finished_at is not null`,

  // Ids as they were given: what is none of the company's fails and has no conversation to refer to.
  `create table conversations.bulk_job_items (
    company_id uuid not null,
    job_id uuid not null,
    position int not null,
    conversation_id uuid not null,
    status text not null default 'WAITING' check (status in ('WAITING', 'DONE', 'FAILED', 'CANCELLED')),
    user_errors jsonb not null default '[]',
    attempts int not null default 0,
    primary key (company_id, job_id, position),
    constraint bulk_job_items_conversation unique (company_id, job_id, conversation_id),
    foreign key (company_id, job_id) references conversations.bulk_jobs on delete cascade
  )`,
  `create index bulk_job_items_waiting on conversations.bulk_job_items (company_id, job_id, position)
    where status = 'WAITING'`,
  ...protectTable('conversations.bulk_jobs'),
  ...protectTable('conversations.bulk_job_items'),

  // Over all companies: the job that has waited longest is the caller's for the time of the lease.
  `create function conversations.claim_bulk_job(lease_ms int)
    returns table (company_id uuid, id uuid, agent_id uuid, role text)
    language sql security definer set search_path = pg_catalog as $$
    update conversations.bulk_jobs j set leased_until = now() + lease_ms * interval '1 millisecond'
    from conversations.agents a
    where (j.company_id, j.id) = (
      select d.company_id, d.id from conversations.bulk_jobs d
      where d.finished_at is null and d.leased_until <= now()
      order by d.leased_until limit 1 for update skip locked
    ) and a.company_id = j.company_id and a.id = j.agent_id
    returning j.company_id, j.id, j.agent_id, a.role
  $$`,

  // Over all companies: what came of a job is of interest for a week.
  `create function conversations.forget_bulk_jobs(most int) returns int
    language sql security definer set search_path = pg_catalog as $$
    with old as materialized (
      select d.company_id, d.id from conversations.bulk_jobs d
      where d.finished_at < now() - interval '7 days' limit most for update skip locked
    ), forgotten as (
      delete from conversations.bulk_jobs j using old where j.company_id = old.company_id and j.id = old.id returning 1
    )
    select count(*)::int from forgotten
  $$`,
];

/** Changes of many conversations at once, worked off in the background. */
export class Bulk extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
