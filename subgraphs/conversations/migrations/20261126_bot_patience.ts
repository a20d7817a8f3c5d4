import { Migration } from '@mikro-orm/migrations';

const statements = [
  `alter table conversations.bot_settings add column hand_over_after_seconds int not null default 120`,
  // Until when the bot has to answer what the contact waits for; null while nobody waits for it.
  `alter table conversations.conversations add column bot_due_at timestamptz(3)`,
  `update conversations.conversations set bot_due_at = now() + interval '120 seconds'
    where status = 'PENDING' and bot_enabled and waiting_since is not null`,
  `create index conversations_bot_due on conversations.conversations (bot_due_at)
    where status = 'PENDING' and bot_enabled and bot_due_at is not null`,

  // Over all companies: for whom the bot has let a contact wait for too long. It tells where to look and nothing else.
  `create function conversations.overdue_bots(most int) returns table (company_id uuid, id uuid)
    language sql stable security definer set search_path = pg_catalog as $$
    select c.company_id, c.id from conversations.conversations c
    where c.status = 'PENDING' and c.bot_enabled and c.bot_due_at <= now()
    order by c.bot_due_at limit most
  $$`,
];

/** How long contacts wait for the bot before people answer. */
export class BotPatience extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
