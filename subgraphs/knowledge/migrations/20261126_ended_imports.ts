import { Migration } from '@mikro-orm/migrations';

const statements = [
  // What a contact has asked is known from its beginning: an answer that is replaced, or dies, is traced no further.
  `alter table knowledge.bot_answers add column looked_up text`,

  `create index document_imports_ended on knowledge.document_imports (ended_at) where ended_at is not null`,
  `create function knowledge.forget_imports(before timestamptz, most int) returns int
    language plpgsql volatile security definer set search_path = pg_catalog as $$
    declare forgotten int;
    begin
      with old as (
        select company_id, id from knowledge.document_imports
        where ended_at < before order by ended_at limit most for update skip locked
      )
      delete from knowledge.document_imports i using old where i.company_id = old.company_id and i.id = old.id;
      get diagnostics forgotten = row_count;
      return forgotten;
    end $$`,
];

/** What was looked up goes with who asked, and imports go a while after they have ended. */
export class EndedImports extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
