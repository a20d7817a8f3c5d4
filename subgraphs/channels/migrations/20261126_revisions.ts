import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // What agents want changed of messages that went out, or are on their way: in the conversation's queue, behind them.
  `create table channels.revisions (
    company_id uuid not null,
    id uuid not null,
    message_id uuid not null,
    channel_id uuid not null,
    conversation_id uuid not null,
    thread_external_id text not null,
    kind text not null check (kind in ('EDIT', 'DELETE')),
    text text,
    status text not null check (status in ('WAITING', 'DONE', 'REFUSED')),
    attempts int not null default 0,
    parts_done int not null default 0,
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null default now(),
    primary key (company_id, id)
  )`,
  `create index revisions_pending on channels.revisions (company_id, conversation_id, created_at, id)
    where status = 'WAITING'`,
  `create index revisions_settled on channels.revisions (updated_at) where status <> 'WAITING'`,
  ...protectTable('channels.revisions'),

  // Taken out of the queue before anything of it went out.
  `alter table channels.deliveries
    drop constraint deliveries_status_check,
    add constraint deliveries_status_check
      check (status in ('WAITING', 'SENDING', 'UNCONFIRMED', 'SENT', 'DELIVERED', 'READ', 'FAILED', 'WITHDRAWN'))`,

  `create function channels.forget_revisions(before timestamptz, most int) returns int
    language sql volatile security definer set search_path = '' as $$
      with old as (
        select company_id, id from channels.revisions where status <> 'WAITING' and updated_at < before limit most
      ), gone as (
        delete from channels.revisions r using old where r.company_id = old.company_id and r.id = old.id returning 1
      )
      select count(*)::int from gone
    $$`,
];

/** Lets messages be edited and taken back. */
export class Revisions extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
