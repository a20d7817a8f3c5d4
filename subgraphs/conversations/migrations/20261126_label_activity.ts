import { Migration } from '@mikro-orm/migrations';

const statements = [
  `alter table conversations.conversation_labels add column last_activity_at timestamptz, add column status text`,
  // Until the end of the migration nobody writes what is copied.
  `lock table conversations.conversations in share row exclusive mode`,
  `update conversations.conversation_labels l set last_activity_at = c.last_activity_at, status = c.status
    from conversations.conversations c where c.company_id = l.company_id and c.id = l.conversation_id`,
  `alter table conversations.conversation_labels
    alter column last_activity_at set not null, alter column status set not null`,
  `create index conversation_labels_activity on conversations.conversation_labels
    (company_id, label_id, last_activity_at, conversation_id)`,
  `create index conversation_labels_status on conversations.conversation_labels
    (company_id, label_id, status, last_activity_at, conversation_id)`,
  // The new indexes find what it found.
  `drop index conversations.conversation_labels_label`,

  `create function conversations.take_place_in_lists() returns trigger language plpgsql set search_path = pg_catalog as $$
  begin
    select c.last_activity_at, c.status into strict new.last_activity_at, new.status from conversations.conversations c
    where c.company_id = new.company_id and c.id = new.conversation_id;
    return new;
  end $$`,
  `create trigger take_place_in_lists before insert on conversations.conversation_labels
    for each row execute function conversations.take_place_in_lists()`,
  `create function conversations.pass_place_in_lists() returns trigger language plpgsql set search_path = pg_catalog as $$
  begin
    update conversations.conversation_labels set last_activity_at = new.last_activity_at, status = new.status
    where company_id = new.company_id and conversation_id = new.id;
    return null;
  end $$`,
  `create trigger pass_place_in_lists after update of last_activity_at, status on conversations.conversations
    for each row when ((old.last_activity_at, old.status) is distinct from (new.last_activity_at, new.status))
    execute function conversations.pass_place_in_lists()`,
];

/**
 * A label's conversations in the order of the inbox, all of them and those of a status, from an index: those of a rare label
 * were found by walking all conversations, which took the longer the rarer it was.
 */
export class LabelActivity extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
