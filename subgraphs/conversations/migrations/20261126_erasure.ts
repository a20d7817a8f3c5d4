import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  `alter table conversations.contacts add column erased_at timestamptz(3)`,
  `alter table conversations.messages add column erased_at timestamptz(3)`,
  `create index messages_kept on conversations.messages (company_id, conversation_id, created_at, id)
    where erased_at is null`,

  // What each context erased, part by part: a part that comes again counts once.
  `create table conversations.erasure_reports (
    company_id uuid not null,
    job_id uuid not null,
    context text not null,
    part_id uuid not null,
    counts jsonb not null,
    last boolean not null,
    reported_at timestamptz(3) not null default now(),
    primary key (company_id, job_id, context, part_id),
    foreign key (company_id, job_id) references conversations.privacy_jobs
  )`,
  ...protectTable('conversations.erasure_reports'),

  // The one thing that may happen to an entry: what it says of a person goes with the person, that it happened stays.
  `create function conversations.redact_audit(subjects text[]) returns int
    language plpgsql volatile security definer set search_path = pg_catalog as $$
    declare redacted int;
    begin
      update conversations.audit_entries e set before = null, after = null
      where e.company_id = nullif(current_setting('app.company_id', true), '')::uuid
        and e.subject_id = any(subjects) and (e.before is not null or e.after is not null);
      get diagnostics redacted = row_count;
      return redacted;
    end $$`,
];

/** What is left of a person who was erased: that there were messages, and when. */
export class Erasure extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
