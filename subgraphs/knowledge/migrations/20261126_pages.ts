import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // Of a document that stands at an address, and when it is to be read there: the table is the queue. Whoever reads a page moves
  // that on, so that somebody else does when they die of it.
  `alter table knowledge.documents
    add column url text,
    add column host text,
    add column refresh_hours int,
    add column read_at timestamptz(3),
    add column read_tries int not null default 0,
    add column import_id uuid,
    add column import_waits boolean not null default false`,
  `create index documents_to_read on knowledge.documents (read_at, host) where read_at is not null`,
  `create index documents_of_import on knowledge.documents (company_id, import_id, id) where import_id is not null`,

  `create table knowledge.document_imports (
    company_id uuid not null,
    id uuid not null,
    url text not null,
    refresh_hours int,
    status text not null default 'READING' check (status in ('READING', 'RUNNING', 'DONE', 'FAILED')),
    error text,
    total int,
    done_count int not null default 0,
    failed_count int not null default 0,
    leased_until timestamptz(3) not null default now(),
    told_at timestamptz(3) not null default now(),
    created_at timestamptz(3) not null default now(),
    ended_at timestamptz(3) check ((ended_at is null) = (status in ('READING', 'RUNNING'))),
    primary key (company_id, id)
  )`,
  ...protectTable('knowledge.document_imports'),
  `create unique index document_imports_running on knowledge.document_imports (company_id, url) where ended_at is null`,
  `create index document_imports_to_read on knowledge.document_imports (leased_until) where status = 'READING'`,

  // Over all companies: the page that has waited longest is the caller's for the time of the lease, unless the caller is busy with
  // its host or has enough of its company.
  `create function knowledge.claim_page(busy_hosts text[], busy_companies uuid[], lease_ms int)
    returns table (company_id uuid, id uuid, host text)
    language sql security definer set search_path = pg_catalog as $$
      update knowledge.documents d set read_at = now() + lease_ms * interval '1 millisecond'
      where (d.company_id, d.id) = (
        select w.company_id, w.id from knowledge.documents w
        where w.read_at <= now() and w.host <> all (busy_hosts) and w.company_id <> all (busy_companies)
        order by w.read_at limit 1 for update skip locked
      )
      returning d.company_id, d.id, d.host
    $$`,
  `create function knowledge.claim_import(lease_ms int) returns table (company_id uuid, id uuid)
    language sql security definer set search_path = pg_catalog as $$
      update knowledge.document_imports i set leased_until = now() + lease_ms * interval '1 millisecond'
      where (i.company_id, i.id) = (
        select w.company_id, w.id from knowledge.document_imports w
        where w.status = 'READING' and w.leased_until <= now()
        order by w.leased_until limit 1 for update skip locked
      )
      returning i.company_id, i.id
    $$`,
];

/** Documents that are read from the web. */
export class Pages extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
