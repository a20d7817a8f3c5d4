import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // While a newer version waits to be indexed, or cannot be, the one that is indexed is found. `file` is what the text of the
  // newer one has still to be read from.
  `alter table knowledge.documents
    add column indexed_version int not null default 0,
    add column language text,
    add column file jsonb,
    drop constraint documents_format_check,
    add constraint documents_format_check check (format in ('MARKDOWN', 'HTML', 'PLAIN', 'CSV'))`,
  `update knowledge.documents set indexed_version = version where status = 'INDEXED'`,
  // In which collection a company's passages are searched. The revision counts up with everything that changes what a search
  // finds: what was remembered of searches ends with it.
  `create table knowledge.indexes (
    company_id uuid not null,
    collection text not null,
    revision bigint not null default 1,
    primary key (company_id)
  )`,
];

/** Documents that are changed and removed. */
export class DocumentVersions extends Migration {
  override up(): void {
    for (const statement of [...statements, ...protectTable('knowledge.indexes')]) this.addSql(statement);
  }
}
