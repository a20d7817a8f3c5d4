import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  `create table conversations.company_settings (
    company_id uuid not null primary key,
    reopen_within_seconds int check (reopen_within_seconds >= 0),
    reopen_unassigned boolean not null default false,
    version int not null default 1
  )`,
  ...protectTable('conversations.company_settings'),
];

/** How a company wants its inbox to work. */
export class Settings extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
