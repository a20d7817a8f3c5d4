import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  `alter table conversations.messages
    drop constraint messages_author_kind_check,
    add constraint messages_author_kind_check check (author_kind in ('CONTACT', 'AGENT', 'BOT', 'CHANNEL')),
    add column sender_name text,
    add column payload text,
    add column story jsonb,
    add column referral jsonb,
    add column status_at timestamptz(3)`,

  // A reaction that was taken back stays as a row without an emoji, so that an older one that comes late does not return.
  `create table conversations.message_reactions (
    company_id uuid not null,
    message_id uuid not null,
    by_external_id text not null,
    emoji text,
    reacted_at timestamptz(3) not null,
    primary key (company_id, message_id, by_external_id),
    foreign key (company_id, message_id) references conversations.messages
  )`,

  // block_changed_at: when blocked_at was last set or taken away, so that what comes late changes nothing.
  `alter table conversations.contact_identities
    add column last_inbound_at timestamptz(3),
    add column blocked_at timestamptz(3),
    add column block_changed_at timestamptz(3),
    add column picture_file_key text`,
  `alter table conversations.contacts add column picture_file_key text`,

  // What the channels context last told of each channel: what may be sent is decided here before anything is queued.
  `create table conversations.channels (
    company_id uuid not null,
    id uuid not null,
    platform text not null,
    name text not null,
    status text not null check (status in ('ACTIVE', 'PAUSED', 'NEEDS_REAUTHORIZATION', 'REMOVED')),
    human_agent boolean not null,
    changed_at timestamptz(3) not null,
    primary key (company_id, id)
  )`,
  ...protectTable('conversations.message_reactions'),
  ...protectTable('conversations.channels'),
];

/** What the platforms tell besides messages: reactions, echoes, blocking, stories, referrals, and how a channel is. */
export class Platforms extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
