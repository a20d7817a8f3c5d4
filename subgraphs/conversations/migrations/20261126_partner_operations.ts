import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // What an id means never changes: one that was retired keeps its row.
  `create table conversations.partner_operations (
    company_id uuid not null,
    partner text not null,
    id text not null,
    name text not null,
    type text not null check (type in ('query', 'mutation', 'subscription')),
    body text not null,
    cost int not null,
    published_at timestamptz(3) not null default now(),
    retired_at timestamptz(3),
    primary key (company_id, partner, id)
  )`,
  ...protectTable('conversations.partner_operations'),

  // Who runs what, as far as it was told: for whoever thinks of retiring it.
  `create table conversations.partner_calls (
    company_id uuid not null,
    partner text not null,
    operation_id text not null,
    key_id uuid not null,
    calls bigint not null,
    last_called_at timestamptz(3) not null,
    primary key (company_id, partner, operation_id, key_id),
    foreign key (company_id, partner, operation_id) references conversations.partner_operations,
    foreign key (company_id, key_id) references conversations.partner_keys
  )`,
  ...protectTable('conversations.partner_calls'),
];

/** What partners may run. */
export class PartnerOperations extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
