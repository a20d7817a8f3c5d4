import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // content: null when it was sent or thrown away. The row stays for a while, so that an older edit that comes late does not
  // bring it back.
  `create table conversations.drafts (
    company_id uuid not null,
    conversation_id uuid not null,
    agent_id uuid not null,
    kind text not null check (kind in ('REPLY', 'NOTE')),
    id uuid not null,
    content jsonb,
    revision int not null,
    updated_at timestamptz(3) not null,
    primary key (company_id, conversation_id, agent_id, kind),
    constraint drafts_id unique (company_id, agent_id, id),
    foreign key (company_id, conversation_id) references conversations.conversations on delete cascade,
    foreign key (company_id, agent_id) references conversations.agents on delete cascade
  )`,
  `create index drafts_list on conversations.drafts (company_id, agent_id, updated_at, id) where content is not null`,
  `create index drafts_age on conversations.drafts (updated_at) where content is not null`,
  `create index drafts_gone on conversations.drafts (updated_at) where content is null`,
  ...protectTable('conversations.drafts'),

  // For all companies, a limited number at a time; what somebody writes at this moment is not old any more.
  `create function conversations.forget_drafts(before timestamptz, gone_before timestamptz, most int) returns int
    language plpgsql volatile security definer set search_path = pg_catalog as $$
    declare forgotten int;
    begin
      with old as (
        select company_id, conversation_id, agent_id, kind from conversations.drafts
        where content is not null and updated_at < before order by updated_at limit most for update skip locked
      ), gone as (
        select company_id, conversation_id, agent_id, kind from conversations.drafts
        where content is null and updated_at < gone_before order by updated_at limit most for update skip locked
      )
      delete from conversations.drafts d using (select * from old union all select * from gone) old
      where d.company_id = old.company_id and d.conversation_id = old.conversation_id
        and d.agent_id = old.agent_id and d.kind = old.kind;
      get diagnostics forgotten = row_count;
      return forgotten;
    end $$`,
];

/** What agents have begun to write. */
export class Drafts extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
