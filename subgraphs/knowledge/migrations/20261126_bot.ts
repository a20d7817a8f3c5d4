import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // The id is that of the event that asked, and of the message that it becomes. An answer that is under way has nothing but its place.
  `create table knowledge.bot_answers (
    company_id uuid not null,
    id uuid not null,
    conversation_id uuid not null,
    message_id uuid not null,
    ordinal int not null,
    status text not null default 'RUNNING' check (status in ('RUNNING', 'ANSWERED', 'HANDED_OVER', 'REPLACED')),
    reason text,
    question text,
    language text,
    text text,
    citations jsonb not null default '[]',
    confidence real,
    steps jsonb not null default '[]',
    asked_at timestamptz(3) not null,
    settled_at timestamptz(3),
    primary key (company_id, id)
  )`,
  `create index bot_answers_conversation on knowledge.bot_answers (company_id, conversation_id, ordinal)`,
  `create index bot_answers_message on knowledge.bot_answers (company_id, message_id)`,
  ...protectTable('knowledge.bot_answers'),
];

/** What the bot was asked, what it said, and how it came to that. */
export class Bot extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
