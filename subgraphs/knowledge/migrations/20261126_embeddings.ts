import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // A row is a company's: what it has embedded tells nobody else anything, and goes with what it was made from. `text_hash` stands for
  // the words, which are not kept; `document_id` is of which document they were, and empty for a question.
  `create table knowledge.embeddings (
    company_id uuid not null,
    text_hash text not null,
    model text not null,
    dimensions int not null,
    vector bytea not null,
    document_id uuid,
    used_at timestamptz(3) not null default now(),
    primary key (company_id, text_hash, model, dimensions)
  )`,
  // Nothing in it can be made smaller.
  `alter table knowledge.embeddings alter column vector set storage external`,
  `create index embeddings_document on knowledge.embeddings (company_id, document_id)`,
  `create index embeddings_used on knowledge.embeddings (used_at)`,
  ...protectTable('knowledge.embeddings'),
  `create function knowledge.forget_embeddings(before timestamptz, most int) returns int
    language plpgsql volatile security definer set search_path = pg_catalog as $$
    declare forgotten int;
    begin
      with old as (
        select company_id, text_hash, model, dimensions from knowledge.embeddings
        where used_at < before order by used_at limit most for update skip locked
      )
      delete from knowledge.embeddings e using old
      where e.company_id = old.company_id and e.text_hash = old.text_hash
        and e.model = old.model and e.dimensions = old.dimensions;
      get diagnostics forgotten = row_count;
      return forgotten;
    end $$`,
];

/** What texts were embedded as. */
export class Embeddings extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
