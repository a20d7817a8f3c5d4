import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // Keys that have ended stay: the audit log and messages are about what was done with them.
  `create table conversations.partner_keys (
    company_id uuid not null,
    id uuid not null,
    partner text not null,
    name text not null,
    hash text not null,
    hint text not null,
    scopes text[] not null,
    requests_per_minute int not null check (requests_per_minute > 0),
    cost_per_minute int not null check (cost_per_minute > 0),
    created_at timestamptz(3) not null default now(),
    expires_at timestamptz(3),
    revoked_at timestamptz(3),
    last_used_at timestamptz(3),
    replaced_by_id uuid,
    primary key (company_id, id)
  )`,
  `create index partner_keys_time on conversations.partner_keys (company_id, created_at, id)`,
  `create index partner_keys_partner on conversations.partner_keys (company_id, partner, created_at, id)`,
  ...protectTable('conversations.partner_keys'),
];

/** With which programs of other firms ask the graph. */
export class PartnerKeys extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
