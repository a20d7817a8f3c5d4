import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const columns = 'company_id, id, platform, status, assignee_id';
const added = `select 1 as sign, ${columns} from after_rows`;
const removed = `select -1 as sign, ${columns} from before_rows`;

/**
 * Keeps what agents have in hand, as the counters of the inbox are kept: by the write, once a statement, agents in the order of
 * their ids. A write that takes an agent above the limit is counted.
 */
const countLoad = (name: string, change: string, unless = '') => `
  create function conversations.${name}() returns trigger language plpgsql as $$
  declare delta record;
  begin
    ${unless}
    for delta in
      select company_id, assignee_id as agent_id, platform, sum(sign)::int as added
      from (${change}) change
      where status = 'OPEN' and assignee_id is not null
      group by company_id, assignee_id, platform
      having sum(sign) <> 0
      order by company_id, assignee_id, platform
    loop
      update conversations.agent_load l set
        open_counts = jsonb_set(
          l.open_counts, array[delta.platform],
          to_jsonb(coalesce((l.open_counts ->> delta.platform)::int, 0) + delta.added)),
        load = l.load + delta.added * conversations.load_weight(l.weights, delta.platform),
        exceeded_count = l.exceeded_count + (
          delta.added > 0
          and l.load + delta.added * conversations.load_weight(l.weights, delta.platform) > l.capacity
        )::int
      where l.company_id = delta.company_id and l.agent_id = delta.agent_id;
    end loop;
    return null;
  end $$`;

const nothingMoved = `
    if not exists (select ${columns} from after_rows except select ${columns} from before_rows) then
      return null;
    end if;`;

const waiting = `status = 'OPEN' and assignee_id is null and waiting_since is not null`;

const statements = [
  // weights: what a conversation of a platform counts, 1 where it is not named. open_counts: open conversations by platform.
  // load: their weights together. exceeded_count: how often a person gave the agent more than the limit.
  `alter table conversations.agent_load
    add column capacity int not null default 10 check (capacity between 0 and 1000),
    add column weights jsonb not null default '{}',
    add column open_counts jsonb not null default '{}',
    add column load int not null default 0,
    add column exceeded_count int not null default 0,
    add column last_given_at timestamptz,
    add column return_due_at timestamptz(3)`,
  `create index agent_load_return_due on conversations.agent_load (return_due_at) where return_due_at is not null`,
  `create function conversations.load_weight(weights jsonb, platform text) returns int
    language sql immutable as $$ select coalesce((weights ->> platform)::int, 1) $$`,
  `with counted as (
     select company_id, assignee_id, platform, count(*)::int as open
     from conversations.conversations where status = 'OPEN' and assignee_id is not null
     group by company_id, assignee_id, platform
   ), summed as (
     select company_id, assignee_id, jsonb_object_agg(platform, open) as counts, sum(open)::int as load
     from counted group by company_id, assignee_id
   )
   update conversations.agent_load l set open_counts = s.counts, load = s.load
   from summed s where s.company_id = l.company_id and s.assignee_id = l.agent_id`,

  // Triggers of one event fire by name, these before those of the counters: every write takes the conversation first, then
  // the loads, then the counters, and so does assignment.
  countLoad('load_added_conversations', added),
  countLoad('load_changed_conversations', `${added} union all ${removed}`, nothingMoved),
  countLoad('load_removed_conversations', removed),
  `create trigger agent_load_added after insert on conversations.conversations
    referencing new table as after_rows
    for each statement execute function conversations.load_added_conversations()`,
  `create trigger agent_load_changed after update on conversations.conversations
    referencing new table as after_rows old table as before_rows
    for each statement execute function conversations.load_changed_conversations()`,
  `create trigger agent_load_removed after delete on conversations.conversations
    referencing old table as before_rows
    for each statement execute function conversations.load_removed_conversations()`,

  // Of a team: its conversations, to its members. Of a channel: its conversations that have no team, to the agents of a team or
  // of the whole company.
  `create table conversations.assignment_policies (
    company_id uuid not null,
    id uuid not null,
    team_id uuid,
    channel_id uuid,
    agents_of_team_id uuid,
    strategy text not null check (strategy in ('ROUND_ROBIN', 'FEWEST_OPEN')),
    queue_order text not null check (queue_order in ('OLDEST_FIRST', 'MOST_URGENT_FIRST')),
    grace_seconds int not null check (grace_seconds between 0 and 604800),
    is_enabled boolean not null,
    primary key (company_id, id),
    constraint assignment_policies_team unique (company_id, team_id),
    constraint assignment_policies_channel unique (company_id, channel_id),
    check (num_nonnulls(team_id, channel_id) = 1),
    check (agents_of_team_id is null or channel_id is not null),
    foreign key (company_id, team_id) references conversations.teams on delete cascade,
    foreign key (company_id, agents_of_team_id) references conversations.teams on delete cascade
  )`,
  ...protectTable('conversations.assignment_policies'),

  `create function conversations.urgency(priority text) returns int language sql immutable as $$
    select case priority when 'URGENT' then 0 when 'HIGH' then 1 when 'NORMAL' then 2 else 3 end $$`,
  `create index conversations_waiting_team on conversations.conversations (company_id, team_id, waiting_since, id)
    where ${waiting} and team_id is not null`,
  `create index conversations_waiting_team_urgent
    on conversations.conversations (company_id, team_id, conversations.urgency(priority), waiting_since, id)
    where ${waiting} and team_id is not null`,
  `create index conversations_waiting_channel on conversations.conversations (company_id, channel_id, waiting_since, id)
    where ${waiting} and team_id is null`,
  `create index conversations_waiting_channel_urgent
    on conversations.conversations (company_id, channel_id, conversations.urgency(priority), waiting_since, id)
    where ${waiting} and team_id is null`,

  // Over all companies: what waits, for the net below the events.
  `create function conversations.waiting_queues() returns table (company_id uuid, depth int, oldest timestamptz)
    language sql stable security definer set search_path = pg_catalog as $$
    select w.company_id, count(*)::int, min(w.waiting_since)
    from (
      select c.company_id, c.waiting_since
      from conversations.assignment_policies p
      join conversations.conversations c on c.company_id = p.company_id and c.team_id = p.team_id
        and c.${waiting.replaceAll(' and ', ' and c.')}
      where p.is_enabled and p.team_id is not null
      union all
      select c.company_id, c.waiting_since
      from conversations.assignment_policies p
      join conversations.conversations c on c.company_id = p.company_id and c.channel_id = p.channel_id and c.team_id is null
        and c.${waiting.replaceAll(' and ', ' and c.')}
      where p.is_enabled and p.channel_id is not null
    ) w
    group by w.company_id
  $$`,
  // And who has been gone for so long that somebody has to look at what they left.
  `create function conversations.agents_to_relieve(most int) returns table (company_id uuid, agent_id uuid)
    language sql stable security definer set search_path = pg_catalog as $$
    select l.company_id, l.agent_id from conversations.agent_load l
    where l.return_due_at <= now() order by l.return_due_at limit most
  $$`,
];

/** How much agents may have, and who gets what waits. */
export class Assignment extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
