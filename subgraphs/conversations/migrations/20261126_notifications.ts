import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const tables = [
  // fact_id: the message or the activity that it tells of. Of one fact an agent is told once, however often it is written
  // and in however many ways it concerns them.
  `create table conversations.notifications (
    company_id uuid not null,
    agent_id uuid not null,
    id uuid not null default gen_random_uuid(),
    kind text not null check (kind in ('MENTIONED', 'ASSIGNED', 'CONVERSATION_REOPENED', 'NEW_MESSAGE')),
    fact_id uuid not null,
    conversation_id uuid not null,
    message_id uuid,
    team_id uuid,
    actor_kind text not null check (actor_kind in ('agent', 'contact', 'bot', 'system', 'partner')),
    actor_id text,
    created_at timestamptz(3) not null default clock_timestamp(),
    read_at timestamptz(3),
    primary key (company_id, agent_id, id),
    constraint notifications_fact unique (company_id, agent_id, fact_id),
    foreign key (company_id, agent_id) references conversations.agents on delete cascade,
    foreign key (company_id, conversation_id) references conversations.conversations on delete cascade
  )`,
  `create index notifications_list on conversations.notifications (company_id, agent_id, created_at, id)`,
  `create index notifications_unread on conversations.notifications (company_id, agent_id, created_at, id)
    where read_at is null`,
  `create index notifications_conversation on conversations.notifications (company_id, conversation_id)`,
  `create index notifications_age on conversations.notifications (created_at)`,

  // A row of its own and not of the agent's: those rows are held by whoever changes a conversation.
  `create table conversations.notification_counters (
    company_id uuid not null,
    agent_id uuid not null,
    unread_count int not null,
    primary key (company_id, agent_id)
  )`,

  // Without a row: the default kinds, which stand in the code.
  `create table conversations.notification_settings (
    company_id uuid not null,
    agent_id uuid not null,
    kinds text[] not null,
    primary key (company_id, agent_id),
    foreign key (company_id, agent_id) references conversations.agents on delete cascade
  )`,
];

const added = 'select 1 as sign, company_id, agent_id, read_at from after_rows';
const removed = 'select -1, company_id, agent_id, read_at from before_rows';

/** Once a statement and in the agents' order, so that two writes never wait for each other. */
const countWith = (name: string, change: string) =>
  `create function conversations.${name}() returns trigger language plpgsql as $$
  begin
    insert into conversations.notification_counters as k (company_id, agent_id, unread_count)
    select company_id, agent_id, sum(sign) from (${change}) change (sign, company_id, agent_id, read_at)
    where read_at is null
    group by company_id, agent_id having sum(sign) <> 0
    order by company_id, agent_id
    on conflict (company_id, agent_id) do update set unread_count = k.unread_count + excluded.unread_count;
    return null;
  end $$`;

const counters = [
  countWith('count_added_notifications', added),
  countWith('count_changed_notifications', `${added} union all ${removed}`),
  countWith('count_removed_notifications', removed),
  `create trigger count_added after insert on conversations.notifications referencing new table as after_rows
    for each statement execute function conversations.count_added_notifications()`,
  `create trigger count_changed after update on conversations.notifications
    referencing new table as after_rows old table as before_rows
    for each statement execute function conversations.count_changed_notifications()`,
  `create trigger count_removed after delete on conversations.notifications referencing old table as before_rows
    for each statement execute function conversations.count_removed_notifications()`,
];

const forgetting = [
  // For all companies, a limited number at a time; what somebody marks at this moment waits for the next time.
  `create function conversations.forget_notifications(before timestamptz, most int) returns int
    language plpgsql volatile security definer set search_path = pg_catalog as $$
    declare forgotten int;
    begin
      delete from conversations.notifications n using (
        select company_id, agent_id, id from conversations.notifications
        where created_at < before order by created_at limit most for update skip locked
      ) old
      where n.company_id = old.company_id and n.agent_id = old.agent_id and n.id = old.id;
      get diagnostics forgotten = row_count;
      return forgotten;
    end $$`,
];

const policies = ['notifications', 'notification_counters', 'notification_settings'].flatMap((table) =>
  protectTable(`conversations.${table}`),
);

/** What each agent is to know. */
export class Notifications extends Migration {
  override up(): void {
    for (const statement of [...tables, ...policies, ...counters, ...forgetting]) this.addSql(statement);
  }
}
