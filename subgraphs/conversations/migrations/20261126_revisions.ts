import { Migration } from '@mikro-orm/migrations';

const statements = [
  // revision: the last change of a message to the contact that an agent wanted, and what became of it.
  `alter table conversations.messages
    add column version int not null default 1,
    add column revision jsonb`,
];

/** Lets agents edit and delete messages. */
export class Revisions extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
