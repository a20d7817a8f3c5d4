import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  `create table conversations.bot_settings (
    company_id uuid not null primary key,
    enabled boolean not null default false,
    channel_ids uuid[] not null default '{}',
    name text not null default 'Bot',
    hand_over_words text[] not null default '{}',
    hours jsonb not null default '[]',
    time_zone text not null default 'UTC',
    answers_outside_hours boolean not null default true,
    version int not null default 1
  )`,
  ...protectTable('conversations.bot_settings'),
  // The first message of the contact that the bot is to know of: what was said before it got the conversation is another story.
  `alter table conversations.conversations add column bot_from_ordinal int not null default 1`,
  `alter table conversations.messages add column citations jsonb not null default '[]'`,
];

/** A bot begins conversations and answers in them. */
export class Bot extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
