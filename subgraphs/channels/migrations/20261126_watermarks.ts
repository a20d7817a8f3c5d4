import { Migration } from '@mikro-orm/migrations';

const statements = [
  // Up to when a person got and read what was sent: kept, since it may be told before a send in that time is recorded.
  `alter table channels.threads
    add column delivered_up_to timestamptz(3),
    add column read_up_to timestamptz(3)`,
];

/** Keeps what a platform says of all that was sent up to a time. */
export class Watermarks extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
