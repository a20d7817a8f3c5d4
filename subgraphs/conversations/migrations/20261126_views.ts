import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // The filter as people gave it. Whose view it is stays when they leave: a shared one goes on.
  `create table conversations.saved_views (
    company_id uuid not null,
    id uuid not null,
    owner_id uuid not null,
    name text not null,
    visibility text not null check (visibility in ('PRIVATE', 'SHARED')),
    filter jsonb not null,
    version int not null default 1,
    created_at timestamptz(3) not null,
    primary key (company_id, id),
    foreign key (company_id, owner_id) references conversations.agents
  )`,
  `create index saved_views_owner on conversations.saved_views (company_id, owner_id)`,
  `create index saved_views_shared on conversations.saved_views (company_id) where visibility = 'SHARED'`,
  `create unique index saved_views_private_name on conversations.saved_views (company_id, owner_id, lower(name))
    where visibility = 'PRIVATE'`,
  `create unique index saved_views_shared_name on conversations.saved_views (company_id, lower(name))
    where visibility = 'SHARED'`,

  // The order that an agent has put them in, shared ones included.
  `create table conversations.saved_view_positions (
    company_id uuid not null,
    agent_id uuid not null,
    view_id uuid not null,
    position int not null,
    primary key (company_id, agent_id, view_id),
    foreign key (company_id, agent_id) references conversations.agents,
    foreign key (company_id, view_id) references conversations.saved_views on delete cascade
  )`,
  `create index saved_view_positions_view on conversations.saved_view_positions (company_id, view_id)`,
  ...protectTable('conversations.saved_views'),
  ...protectTable('conversations.saved_view_positions'),
];

/** Filters of the inbox that people keep under a name. */
export class Views extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
