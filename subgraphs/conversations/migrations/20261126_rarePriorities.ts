import { Migration } from '@mikro-orm/migrations';

/** What is urgent is rare, and looked for all day; what is normal is found by walking any other index of the list. */
export class RarePriorities extends Migration {
  override up(): void {
    this.addSql(`create index conversations_priority on conversations.conversations
      (company_id, priority, last_activity_at, id) where priority <> 'NORMAL'`);
  }
}
