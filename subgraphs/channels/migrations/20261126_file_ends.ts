import { Migration } from '@mikro-orm/migrations';
import { protectTable } from '#platform/postgres/tenantTable.ts';

const statements = [
  // From when on nobody needs it; null is a file that stays.
  `alter table channels.files add column delete_after timestamptz(3)`,
  `create index files_to_delete on channels.files (delete_after) where delete_after is not null`,
  `create table channels.profile_pictures (
    company_id uuid not null,
    channel_id uuid not null,
    external_id text not null,
    file_id uuid not null,
    digest text not null,
    primary key (company_id, channel_id, external_id)
  )`,
  ...protectTable('channels.profile_pictures'),
  `create function channels.files_to_delete(most int) returns table (company_id uuid, id uuid)
    language sql stable security definer set search_path = '' as $$
      select company_id, id from channels.files where delete_after <= now() order by delete_after limit most
    $$`,
];

/** Lets files end: pictures of people that others have taken the place of. */
export class FileEnds extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
