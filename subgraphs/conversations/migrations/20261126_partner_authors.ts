import { Migration } from '@mikro-orm/migrations';

const statements = [
  // author_id of a PARTNER is made of its name: it has no row of its own here.
  `alter table conversations.messages
    drop constraint messages_author_kind_check,
    add constraint messages_author_kind_check
      check (author_kind in ('CONTACT', 'AGENT', 'BOT', 'CHANNEL', 'PARTNER')) not valid`,
  `alter table conversations.messages validate constraint messages_author_kind_check`,
];

/** Partners write to contacts. */
export class PartnerAuthors extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
