import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // What automatic assignment knows of an agent, in one row that it locks while it decides.
  // presence_seen_at: when that was seen, in microseconds of Redis' clock.
  `create table conversations.agent_load (
    company_id uuid not null,
    agent_id uuid not null,
    presence text not null default 'OFFLINE' check (presence in ('ONLINE', 'AWAY', 'OFFLINE')),
    presence_since timestamptz(3) not null default now(),
    presence_seen_at bigint not null default 0,
    is_away boolean not null default false,
    primary key (company_id, agent_id),
    foreign key (company_id, agent_id) references conversations.agents on delete cascade
  )`,
  `create index agent_load_present on conversations.agent_load (company_id, agent_id)
    where presence <> 'OFFLINE' or is_away`,
  ...protectTable('conversations.agent_load'),
  `insert into conversations.agent_load (company_id, agent_id) select company_id, id from conversations.agents`,

  // Whoever adds an agent, by whatever way, need not know of this table.
  `create function conversations.add_agent_load() returns trigger language plpgsql as $$
  begin
    insert into conversations.agent_load (company_id, agent_id) select company_id, id from after_rows;
    return null;
  end $$`,
  `create trigger add_load after insert on conversations.agents
    referencing new table as after_rows
    for each statement execute function conversations.add_agent_load()`,

  // Over all companies: whom Redis has to be asked about after it lost its data. It tells who and nothing else.
  `create function conversations.present_agents() returns table (company_id uuid, agent_id uuid, is_away boolean)
    language sql stable security definer set search_path = pg_catalog as $$
    select l.company_id, l.agent_id, l.is_away from conversations.agent_load l
    where l.presence <> 'OFFLINE' or l.is_away
  $$`,
];

/** Whether agents are there. */
export class Presence extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
