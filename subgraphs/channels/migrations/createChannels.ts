import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const tables = [
  `create table channels.companies (
    id uuid primary key,
    slug text not null constraint companies_slug_unique unique,
    name text not null,
    time_zone text not null,
    created_at timestamptz(3) not null default now()
  )`,
  // One account belongs to one company: its messages cannot be shared out between two.
  `create table channels.channels (
    id uuid primary key,
    company_id uuid not null references channels.companies,
    platform text not null check (platform in ('MESSENGER', 'INSTAGRAM', 'TELEGRAM', 'WHATSAPP', 'WEB_CHAT')),
    name text not null,
    external_id text not null,
    status text not null check (status in ('ACTIVE', 'PAUSED', 'NEEDS_REAUTHORIZATION')),
    access_token text not null,
    webhook_secret text not null,
    created_at timestamptz(3) not null default now(),
    constraint channels_account_unique unique (platform, external_id),
    constraint channels_of_company unique (company_id, id)
  )`,
  `create table channels.channel_health (
    company_id uuid not null,
    channel_id uuid not null,
    last_event_at timestamptz(3),
    last_delivery_at timestamptz(3),
    last_error text,
    primary key (company_id, channel_id),
    foreign key (company_id, channel_id) references channels.channels (company_id, id) on delete cascade
  )`,
  // That a row is here means that the message was told. No foreign key: it would lock the channel's row for each message.
  `create table channels.received_messages (
    company_id uuid not null,
    channel_id uuid not null,
    external_id text not null,
    received_at timestamptz(3) not null default now(),
    primary key (company_id, channel_id, external_id)
  )`,
  // Of what was asked for, not of what exists: a message for a channel that is gone has a row too, and fails in it.
  `create table channels.deliveries (
    company_id uuid not null,
    message_id uuid not null,
    channel_id uuid not null,
    conversation_id uuid not null,
    status text not null check (status in ('WAITING', 'SENDING', 'SENT', 'FAILED')),
    claimed_by uuid not null,
    attempts int not null,
    sent_parts int not null default 0,
    external_message_id text,
    failure jsonb,
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now(),
    primary key (company_id, message_id)
  )`,
  `create index deliveries_pending on channels.deliveries (company_id, channel_id) where status in ('WAITING', 'SENDING')`,
];

/**
 * A webhook knows a channel's id and no company, and the operators' tools know a slug: these two functions answer exactly
 * that, in the owner's name, and nothing else crosses companies. The policies let the owner see what its functions read.
 */
const lookups = [
  `create policy lookup on channels.channels for select to channels_owner using (true)`,
  `create policy lookup on channels.companies for select to channels_owner using (true)`,
  `create function channels.channel_for_webhook(wanted uuid)
    returns table (company_id uuid, platform text, webhook_secret text)
    language sql stable security definer set search_path = '' as $$
      select company_id, platform, webhook_secret from channels.channels where id = wanted
    $$`,
  `create function channels.company_for_slug(wanted text)
    returns table (id uuid)
    language sql stable security definer set search_path = '' as $$
      select id from channels.companies where slug = wanted
    $$`,
];

export class CreateChannels extends Migration {
  override up(): void {
    const policies = [
      ...protectTable('channels.companies', 'id'),
      ...protectTable('channels.channels'),
      ...protectTable('channels.channel_health'),
      ...protectTable('channels.received_messages'),
      ...protectTable('channels.deliveries'),
    ];
    for (const statement of [...tables, ...policies, ...lookups]) this.addSql(statement);
  }
}
