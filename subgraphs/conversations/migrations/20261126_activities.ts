import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  `alter table conversations.conversations add column version int not null default 1`,

  // actor_id is none of ours for partners.
  `create table conversations.conversation_activities (
    company_id uuid not null,
    conversation_id uuid not null,
    id uuid not null,
    kind text not null,
    actor_kind text not null check (actor_kind in ('agent', 'contact', 'bot', 'system', 'partner')),
    actor_id text,
    data jsonb not null,
    occurred_at timestamptz(3) not null,
    primary key (company_id, conversation_id, id),
    foreign key (company_id, conversation_id) references conversations.conversations
  )`,
  `create index conversation_activities_time
    on conversations.conversation_activities (company_id, conversation_id, occurred_at, id)`,
  ...protectTable('conversations.conversation_activities'),
];

/** What was done to a conversation, by whom and when. */
export class Activities extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
