import { Migration } from '@mikro-orm/migrations';

const statements = [
  // What an agent uploads is of no channel until it is sent.
  `alter table channels.files
    alter column channel_id drop not null,
    add column uploaded_by uuid`,
  `create index files_unused on channels.files (company_id, uploaded_by)
    where uploaded_by is not null and delete_after is not null`,
];

/** Files that agents upload. */
export class Uploads extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
