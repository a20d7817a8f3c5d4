import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const channels = [
  `alter table channels.channels
    add column settings jsonb not null default '{}',
    alter column access_token drop not null,
    alter column webhook_secret drop not null,
    drop constraint channels_status_check,
    add constraint channels_status_check check (status in ('ACTIVE', 'PAUSED', 'NEEDS_REAUTHORIZATION', 'REMOVED')),
    drop constraint channels_account_unique`,
  // Conversations keep naming a channel that is gone, so its row stays; its account may be connected again.
  `create unique index channels_account_unique on channels.channels (platform, external_id) where status <> 'REMOVED'`,
];

const received = [
  // One row for each message of a platform, in either direction, whatever was heard of it first: its lock is what puts two
  // workers that hear of one message into turn. Until the message itself has come, what was said about it is held here.
  `alter table channels.received_messages
    add column told boolean not null default true,
    add column state jsonb`,
  `create index received_messages_age on channels.received_messages (received_at)`,

  `create table channels.threads (
    company_id uuid not null,
    channel_id uuid not null,
    thread_external_id text not null,
    last_inbound_at timestamptz(3),
    last_inbound_external_id text,
    primary key (company_id, channel_id, thread_external_id)
  )`,
];

const deliveries = [
  // Written past the inbox: no conversation, as far as is known here. `created_at` is the message's own time, by which a
  // conversation's messages go out.
  `alter table channels.deliveries
    add column thread_external_id text,
    add column payload jsonb,
    add column part_count int,
    add column retried_at timestamptz(3),
    drop constraint deliveries_status_check,
    add constraint deliveries_status_check
      check (status in ('WAITING', 'SENDING', 'UNCONFIRMED', 'SENT', 'DELIVERED', 'READ', 'FAILED')),
    alter column conversation_id drop not null,
    alter column claimed_by drop not null,
    alter column attempts set default 0`,
  `drop index channels.deliveries_pending`,
  `create index deliveries_pending on channels.deliveries (company_id, conversation_id, created_at, message_id)
    where status in ('WAITING', 'SENDING', 'UNCONFIRMED')`,
  `create index deliveries_settled on channels.deliveries (updated_at) where status in ('SENT', 'DELIVERED', 'READ')`,
  `create index deliveries_pending_of_channel on channels.deliveries (company_id, channel_id)
    where status in ('WAITING', 'SENDING', 'UNCONFIRMED')`,

  // A message is one or more sends: a long text is split, every file goes by itself.
  `create table channels.delivery_parts (
    company_id uuid not null,
    message_id uuid not null,
    part int not null,
    channel_id uuid not null,
    thread_external_id text not null,
    text text,
    status text not null check (status in ('SENDING', 'UNCONFIRMED', 'SENT', 'DELIVERED', 'READ', 'FAILED')),
    external_id text,
    sent_at timestamptz(3) not null,
    primary key (company_id, message_id, part)
  )`,
  `create unique index delivery_parts_external on channels.delivery_parts (company_id, channel_id, external_id)
    where external_id is not null`,
  // What has been read, or failed, is not heard of again: a long thread's index holds what may still change.
  `create index delivery_parts_open on channels.delivery_parts (company_id, channel_id, thread_external_id, sent_at)
    where status in ('SENDING', 'UNCONFIRMED', 'SENT', 'DELIVERED')`,

  // What a platform says of a message whose id we do not know yet: its webhook may be quicker than its answer.
  `create table channels.early_receipts (
    company_id uuid not null,
    channel_id uuid not null,
    external_id text not null,
    status text not null,
    failure jsonb,
    at timestamptz(3) not null,
    received_at timestamptz(3) not null default now(),
    primary key (company_id, channel_id, external_id, status)
  )`,
  `create index early_receipts_age on channels.early_receipts (received_at)`,

  // One row for each conversation with something to send: whoever holds its lease sends the conversation's messages, in
  // their order. 'infinity' waits for the channel to be resumed.
  `create table channels.delivery_queues (
    company_id uuid not null,
    conversation_id uuid not null,
    channel_id uuid not null,
    due_at timestamptz(3) not null,
    leased_by uuid,
    primary key (company_id, conversation_id)
  )`,
  `create index delivery_queues_due on channels.delivery_queues (due_at) where due_at < 'infinity'`,
  // Of the service itself, and of no company: closed to all but the function below.
  `create table channels.turns (
    name text primary key,
    holder uuid not null,
    ends_at timestamptz(3) not null
  )`,
  `alter table channels.turns enable row level security`,
  `create policy nobody on channels.turns using (false)`,
  `create index delivery_queues_channel on channels.delivery_queues (company_id, channel_id)`,
];

const files = [
  `create table channels.files (
    company_id uuid not null,
    id uuid not null,
    channel_id uuid not null,
    name text,
    mime_type text not null,
    size bigint not null,
    created_at timestamptz(3) not null default now(),
    primary key (company_id, id)
  )`,

  // People of a web chat. Who is signed in at the site is the same visitor on every device.
  `create table channels.visitors (
    company_id uuid not null,
    channel_id uuid not null,
    id uuid not null,
    user_id text,
    name text,
    email text,
    created_at timestamptz(3) not null default now(),
    primary key (company_id, channel_id, id),
    constraint visitors_user unique (company_id, channel_id, user_id)
  )`,
];

/** What crosses companies, each as narrow as its question. */
const lookups = [
  // A removed channel hears nothing any more.
  `drop function channels.channel_for_webhook(uuid)`,
  `create function channels.channel_for_webhook(wanted uuid)
    returns table (company_id uuid, platform text, external_id text, webhook_secret text)
    language sql stable security definer set search_path = '' as $$
      select company_id, platform, external_id, webhook_secret from channels.channels
      where id = wanted and status <> 'REMOVED'
    $$`,
  // Meta's webhooks name accounts of all companies, a web chat's page its site.
  `create function channels.channel_for_account(wanted_platform text, wanted_account text)
    returns table (id uuid, company_id uuid)
    language sql stable security definer set search_path = '' as $$
      select id, company_id from channels.channels
      where platform = wanted_platform and external_id = wanted_account and status <> 'REMOVED'
    $$`,
  // For sealing anew what an older key sealed, in the order of the ids.
  `create function channels.channels_sealed_otherwise(active_key text, after uuid, most int)
    returns table (id uuid, company_id uuid)
    language sql stable security definer set search_path = '' as $$
      select id, company_id from channels.channels
      where id > after
        and (split_part(access_token, '.', 2) <> active_key or split_part(webhook_secret, '.', 2) <> active_key)
      order by id limit most
    $$`,
  // A lease is a due time in the future: when its holder is gone, the queue falls due again by itself.
  `create function channels.lease_queues(worker uuid, most int, lease interval, busy uuid[])
    returns table (company_id uuid, conversation_id uuid, channel_id uuid)
    language sql volatile security definer set search_path = '' as $$
      update channels.delivery_queues q set leased_by = worker, due_at = now() + lease
      from (
        select k.company_id, k.conversation_id from channels.delivery_queues k
        where k.due_at <= now() and k.channel_id <> all (busy)
        order by k.due_at limit most for update skip locked
      ) due
      where q.company_id = due.company_id and q.conversation_id = due.conversation_id
      returning q.company_id, q.conversation_id, q.channel_id
    $$`,
  // Taken by whoever has it already, or finds it over; for no time at all, it is given back.
  `create function channels.take_turn(wanted text, taker uuid, lasts interval) returns boolean
    language sql volatile security definer set search_path = '' as $$
      with taken as (
        insert into channels.turns as turn (name, holder, ends_at) values (wanted, taker, now() + lasts)
        on conflict (name) do update set holder = excluded.holder, ends_at = excluded.ends_at
          where turn.holder = excluded.holder or turn.ends_at <= now()
        returning 1
      )
      select exists (select from taken)
    $$`,
  `create function channels.delivery_queue_age() returns float8
    language sql stable security definer set search_path = '' as $$
      select coalesce(extract(epoch from now() - min(due_at)), 0)::float8
      from channels.delivery_queues where due_at <= now()
    $$`,
  // A limited number at a time, so that it holds up nobody. A delivery that failed stays: an agent may try it again.
  `create function channels.forget_old(before timestamptz, most int) returns int
    language plpgsql volatile security definer set search_path = '' as $$
    declare forgotten int; total int := 0;
    begin
      delete from channels.received_messages r using (
        select company_id, channel_id, external_id from channels.received_messages where received_at < before limit most
      ) old
      where r.company_id = old.company_id and r.channel_id = old.channel_id and r.external_id = old.external_id;
      get diagnostics forgotten = row_count; total := total + forgotten;
      delete from channels.early_receipts e using (
        select company_id, channel_id, external_id from channels.early_receipts where received_at < before limit most
      ) old
      where e.company_id = old.company_id and e.channel_id = old.channel_id and e.external_id = old.external_id;
      get diagnostics forgotten = row_count; total := total + forgotten;
      with old as (
        select company_id, message_id from channels.deliveries
        where status in ('SENT', 'DELIVERED', 'READ') and updated_at < before limit most
      ), parts as (
        delete from channels.delivery_parts p using old where p.company_id = old.company_id and p.message_id = old.message_id
      )
      delete from channels.deliveries d using old where d.company_id = old.company_id and d.message_id = old.message_id;
      get diagnostics forgotten = row_count;
      return total + forgotten;
    end $$`,
];

const protectedTables = ['threads', 'delivery_parts', 'early_receipts', 'delivery_queues', 'files', 'visitors'];

/** Every platform: what is kept of messages in both directions, the delivery queues, files and visitors. */
export class Platforms extends Migration {
  override up(): void {
    const policies = protectedTables.flatMap((table) => protectTable(`channels.${table}`));
    for (const statement of [...channels, ...received, ...deliveries, ...files, ...policies, ...lookups]) {
      this.addSql(statement);
    }
  }
}
