import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // An agent or a team; who or what is removed takes its mentions along.
  `create table conversations.message_mentions (
    company_id uuid not null,
    message_id uuid not null,
    position smallint not null,
    agent_id uuid,
    team_id uuid,
    primary key (company_id, message_id, position),
    check (num_nonnulls(agent_id, team_id) = 1),
    foreign key (company_id, message_id) references conversations.messages on delete cascade,
    foreign key (company_id, agent_id) references conversations.agents on delete cascade,
    foreign key (company_id, team_id) references conversations.teams on delete cascade
  )`,
  `create index message_mentions_agent on conversations.message_mentions (company_id, agent_id)
    where agent_id is not null`,
  `create index message_mentions_team on conversations.message_mentions (company_id, team_id)
    where team_id is not null`,
  ...protectTable('conversations.message_mentions'),
];

/** Who is meant by a note. */
export class Mentions extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
