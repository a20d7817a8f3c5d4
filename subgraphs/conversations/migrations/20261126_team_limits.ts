import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';
import { rebuildCounts, recountingFunctions } from './limits/counters.ts';

const statements = [
  `alter table conversations.agents add column limited_to_teams boolean not null default false`,
  `create index team_members_agent on conversations.team_members (company_id, agent_id, team_id)`,

  // Nobody and no team are all zeros: they are part of the key. Pages half full, so that a count that changes stays on its page.
  `create table conversations.inbox_counters (
    company_id uuid not null,
    team_id uuid not null,
    assignee_id uuid not null,
    open_count int not null,
    pending_count int not null,
    snoozed_count int not null,
    active_inbound_count int not null,
    primary key (company_id, team_id, assignee_id)
  ) with (fillfactor = 50)`,
  `create table conversations.read_counters (
    company_id uuid not null,
    agent_id uuid not null,
    team_id uuid not null,
    assignee_id uuid not null,
    fully_read_count int not null,
    primary key (company_id, agent_id, team_id, assignee_id)
  ) with (fillfactor = 50)`,
  ...protectTable('conversations.inbox_counters'),
  ...protectTable('conversations.read_counters'),

  // Until the end of the migration nobody writes what is counted.
  `lock table conversations.conversations, conversations.read_marks in share row exclusive mode`,
  ...recountingFunctions,
  ...rebuildCounts,
  `alter table conversations.company_counters
    drop column open_count, drop column pending_count, drop column snoozed_count, drop column unassigned_count,
    drop column active_inbound_count`,
  `alter table conversations.agents drop column fully_read_count`,
];

/** Agents may be limited to their teams; what the inbox counts is counted by team and assignee, so that it is exact for them too. */
export class TeamLimits extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
