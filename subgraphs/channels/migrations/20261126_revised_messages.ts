import { Migration } from '@mikro-orm/migrations';

/** Whoever erases a message erases what was to be changed of it. */
export class RevisedMessages extends Migration {
  override up(): void {
    this.addSql('create index revisions_message on channels.revisions (company_id, message_id)');
  }
}
