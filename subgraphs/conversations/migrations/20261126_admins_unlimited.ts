import { Migration } from '@mikro-orm/migrations';

const statements = [
  `update conversations.agents set limited_to_teams = false where role = 'ADMIN' and limited_to_teams`,
  `alter table conversations.agents add constraint agents_admins_unlimited check (role <> 'ADMIN' or not limited_to_teams)`,
];

/** Who is for the whole company sees all of it. */
export class AdminsUnlimited extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
