import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  `create table conversations.answer_ratings (
    company_id uuid not null,
    message_id uuid not null,
    agent_id uuid not null,
    rating text not null check (rating in ('GOOD', 'BAD')),
    rated_at timestamptz(3) not null default now(),
    primary key (company_id, message_id, agent_id),
    foreign key (company_id, message_id) references conversations.messages on delete cascade,
    foreign key (company_id, agent_id) references conversations.agents on delete cascade
  )`,
  `create index answer_ratings_agent on conversations.answer_ratings (company_id, agent_id)`,
  ...protectTable('conversations.answer_ratings'),
];

/** What agents think of what the bot said. */
export class AnswerRatings extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
