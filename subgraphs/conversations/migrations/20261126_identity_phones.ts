import { Migration } from '@mikro-orm/migrations';

const statements = [
  // The number that the platform last told along with the id: WhatsApp names one person by either.
  `alter table conversations.contact_identities add column phone text`,
  `create index contact_identities_phone on conversations.contact_identities (company_id, channel_id, phone)
    where phone is not null`,
];

/** Lets a person of WhatsApp be found by number as well as by id. */
export class IdentityPhones extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
