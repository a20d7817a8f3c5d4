import { Migration } from '@mikro-orm/migrations';
import { counters } from './inbox/counters.ts';
import { functions } from './inbox/functions.ts';
import { policies, tables } from './inbox/tables.ts';

export class Inbox extends Migration {
  override up(): void {
    for (const statement of [...tables, ...policies, ...counters, ...functions]) this.addSql(statement);
  }
}
