import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // Since when it is open, and with whom: null with nobody. Of what is open already that is not known.
  `alter table conversations.conversations add column holder_id uuid, add column held_since timestamptz(3)`,

  // As the channels tell it. A company that is not there yet is in UTC, and always there for its customers.
  `create table conversations.company_calendars (
    company_id uuid not null primary key,
    time_zone text not null,
    business_hours jsonb,
    changed_at timestamptz(3) not null
  )`,
  ...protectTable('conversations.company_calendars'),
];

/** What waiting and handling are measured by. */
export class Measures extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
