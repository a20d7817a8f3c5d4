import { Migration } from '@mikro-orm/migrations';

const statements = [
  // Null: the company is there at any time.
  `alter table channels.companies
    add column business_hours jsonb,
    add column version int not null default 1`,

  // Companies of before are told as new ones are. A database that is new has none, and no outbox yet; the outbox is not the owner's.
  `do $$
  declare
    events jsonb := (
      select jsonb_agg(jsonb_build_object(
        'id', gen_random_uuid(),
        'type', 'channel.company.changed',
        'version', 1,
        'companyId', id,
        'occurredAt', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'actor', jsonb_build_object('kind', 'system'),
        'data', jsonb_build_object('name', name, 'timeZone', time_zone, 'businessHours', null)
      )) from channels.companies
    );
  begin
    if events is not null then
      set local role none;
      insert into channels.outbox (company_id, event)
      select (event ->> 'companyId')::uuid, event from jsonb_array_elements(events) as event;
      set local role channels_owner;
    end if;
  end $$`,
];

/** When companies are there for their customers; and other contexts hear of it. */
export class CompanyHours extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
