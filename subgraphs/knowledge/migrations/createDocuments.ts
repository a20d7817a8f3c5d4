import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const documents = `create table knowledge.documents (
  company_id uuid not null,
  id uuid not null,
  title text not null,
  text text not null,
  format text not null check (format in ('MARKDOWN', 'HTML', 'PLAIN')),
  source text,
  status text not null default 'QUEUED' check (status in ('QUEUED', 'INDEXED', 'FAILED')),
  error text,
  chunk_count int not null default 0,
  version int not null default 1,
  content_hash text not null,
  updated_at timestamptz(3) not null default now(),
  primary key (company_id, id),
  constraint documents_content_unique unique (company_id, content_hash)
)`;

export class CreateDocuments extends Migration {
  override up(): void {
    for (const statement of [documents, ...protectTable('knowledge.documents')]) this.addSql(statement);
  }
}
