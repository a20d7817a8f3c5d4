import { Migration } from '@mikro-orm/migrations';

const statements = [
  // How far the newest version is on its way to be found; null before anybody works on it, and afterwards.
  `alter table knowledge.documents add column progress jsonb`,
];

/** Long imports say how far they are. */
export class DocumentProgress extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
