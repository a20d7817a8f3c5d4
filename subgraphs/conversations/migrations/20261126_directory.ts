import { Migration } from '@mikro-orm/migrations';

// What is gone keeps its row: activities and resolved conversations still name it. `cleared_at`: nothing that goes on refers to
// it any more.
const statements = [
  `alter table conversations.labels
    add column version int not null default 1,
    add column deleted_at timestamptz(3),
    add column cleared_at timestamptz(3),
    drop constraint labels_name`,
  `create unique index labels_name on conversations.labels (company_id, lower(name)) where deleted_at is null`,
  `create index labels_uncleared on conversations.labels (company_id, id)
    where deleted_at is not null and cleared_at is null`,

  `alter table conversations.teams
    add column version int not null default 1,
    add column deleted_at timestamptz(3),
    add column cleared_at timestamptz(3),
    drop constraint teams_name`,
  `create unique index teams_name on conversations.teams (company_id, lower(name)) where deleted_at is null`,
  `create index teams_uncleared on conversations.teams (company_id, id)
    where deleted_at is not null and cleared_at is null`,

  `alter table conversations.agents
    add column version int not null default 1,
    add column deactivated_at timestamptz(3),
    add column cleared_at timestamptz(3)`,
  `create index agents_uncleared on conversations.agents (company_id, id)
    where deactivated_at is not null and cleared_at is null`,

  // A question over all companies: what is gone and still referred to. It tells where to look and nothing else.
  `create function conversations.uncleared(most int) returns table (company_id uuid, kind text, id uuid)
    language sql stable security definer set search_path = pg_catalog as $$
    select l.company_id, 'LABEL', l.id from conversations.labels l
    where l.deleted_at is not null and l.cleared_at is null
    union all
    select t.company_id, 'TEAM', t.id from conversations.teams t
    where t.deleted_at is not null and t.cleared_at is null
    union all
    select a.company_id, 'AGENT', a.id from conversations.agents a
    where a.deactivated_at is not null and a.cleared_at is null
    limit most
  $$`,
];

/** Labels, teams and agents that people change, and take away. */
export class Directory extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
