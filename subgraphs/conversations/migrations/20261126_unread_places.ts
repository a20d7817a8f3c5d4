import { Migration } from '@mikro-orm/migrations';

/** As `case`, which row-level security lets an index answer: of `coalesce` PostgreSQL does not know that it tells nothing. */
const orNobody = (column: string) =>
  `(case when ${column} is null then '00000000-0000-0000-0000-000000000000'::uuid else ${column} end)`;

/**
 * By team and assignee, as they are counted: where somebody has something unread, it is looked for there and nowhere else. No other
 * list asks for `inbound_count`, and so none takes it for an index of all that goes on, where it has a better one.
 */
export class UnreadPlaces extends Migration {
  override up(): void {
    this.addSql(`create index conversations_place on conversations.conversations
      (company_id, ${orNobody('team_id')}, ${orNobody('assignee_id')})
      where status <> 'RESOLVED' and inbound_count > 0`);
  }
}
