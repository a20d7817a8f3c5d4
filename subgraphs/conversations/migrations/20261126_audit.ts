import { Migration } from '@mikro-orm/migrations';
import { protectAppendOnly } from '#platform/postgres/tenantTable.ts';

const statements = [
  // before, after: what differs, and nothing else. actor_id is none of ours for partners.
  `create table conversations.audit_entries (
    company_id uuid not null,
    id uuid not null,
    occurred_at timestamptz(3) not null,
    actor_kind text not null check (actor_kind in ('agent', 'contact', 'bot', 'system', 'partner')),
    actor_id text,
    action text not null,
    subject_kind text not null,
    subject_id text not null,
    before jsonb,
    after jsonb,
    client_address text,
    request_id text,
    primary key (company_id, id)
  )`,
  `create index audit_entries_time on conversations.audit_entries (company_id, occurred_at, id)`,
  `create index audit_entries_actor on conversations.audit_entries (company_id, actor_id, occurred_at, id)`,
  `create index audit_entries_subject on conversations.audit_entries (company_id, subject_id, occurred_at, id)`,
  `create index audit_entries_action on conversations.audit_entries (company_id, action, occurred_at, id)`,
  ...protectAppendOnly('conversations.audit_entries'),
];

/** What people changed. The service can add to it and read it, and nothing else. */
export class Audit extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
