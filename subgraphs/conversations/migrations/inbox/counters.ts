// Triggers and not the commands keep the counts: no write path, import or repair by hand can forget them. They run once
// a statement, so that a bulk load changes a counter once. Whoever changes several rows takes the company's first and
// then the agents' in the order of their ids, so that two writes never wait for each other.

const added = (columns: string) => `select 1 as sign, ${columns} from after_rows`;
const changed = (columns: string) => `${added(columns)} union all select -1, ${columns} from before_rows`;

const conversationColumns = 'company_id, id, status, assignee_id, inbound_count';

const countConversations = (change: string) => `
    insert into conversations.company_counters as k
      (company_id, open_count, pending_count, snoozed_count, unassigned_count, active_inbound_count)
    select company_id, sum(open), sum(pending), sum(snoozed), sum(unassigned), sum(active)
    from (
      select company_id,
        sign * (status = 'OPEN')::int as open,
        sign * (status = 'PENDING')::int as pending,
        sign * (status = 'SNOOZED')::int as snoozed,
        sign * (status = 'OPEN' and assignee_id is null)::int as unassigned,
        sign * (status <> 'RESOLVED' and inbound_count > 0)::int as active
      from (${change}) change
    ) counted
    group by company_id
    having (sum(open), sum(pending), sum(snoozed), sum(unassigned), sum(active)) <> (0, 0, 0, 0, 0)
    on conflict (company_id) do update set
      open_count = k.open_count + excluded.open_count,
      pending_count = k.pending_count + excluded.pending_count,
      snoozed_count = k.snoozed_count + excluded.snoozed_count,
      unassigned_count = k.unassigned_count + excluded.unassigned_count,
      active_inbound_count = k.active_inbound_count + excluded.active_inbound_count;

    for delta in
      with change as (${change}), counted as (
        select company_id, assignee_id as agent_id, sign as open, 0 as fully_read
        from change where status = 'OPEN' and assignee_id is not null
        union all
        select c.company_id, m.agent_id, 0, c.sign
        from change c
        join conversations.read_marks m on m.company_id = c.company_id and m.conversation_id = c.id
        where c.status <> 'RESOLVED' and c.inbound_count > 0 and m.read_inbound_count = c.inbound_count
      )
      select company_id, agent_id, sum(open) as open, sum(fully_read) as fully_read
      from counted group by company_id, agent_id
      having (sum(open), sum(fully_read)) <> (0, 0)
      order by company_id, agent_id
    loop
      ${updateAgent}
    end loop;`;

const updateAgent = `
      update conversations.agents set
        open_conversation_count = open_conversation_count + delta.open,
        fully_read_count = fully_read_count + delta.fully_read
      where company_id = delta.company_id and id = delta.agent_id;`;

const markColumns = 'company_id, conversation_id, agent_id, read_inbound_count';

const countMarks = (change: string) => `
    for delta in
      select m.company_id, m.agent_id, 0 as open, sum(m.sign) as fully_read
      from (${change}) m
      join conversations.conversations c on c.company_id = m.company_id and c.id = m.conversation_id
      where c.status <> 'RESOLVED' and c.inbound_count > 0 and m.read_inbound_count = c.inbound_count
      group by m.company_id, m.agent_id
      having sum(m.sign) <> 0
      order by m.company_id, m.agent_id
    loop
      ${updateAgent}
    end loop;`;

const triggerFunction = (name: string, body: string) =>
  `create function conversations.${name}() returns trigger language plpgsql as $$
  declare delta record;
  begin
    ${body}
    return null;
  end $$`;

// A set operation takes as long as there are rows. A join of the two would be planned once a session, for the one row of
// the first update, as a nested loop.
const nothingCounted = `
    if not exists (select ${conversationColumns} from after_rows except select ${conversationColumns} from before_rows) then
      return null;
    end if;`;

export const counters = [
  triggerFunction('count_added_conversations', countConversations(added(conversationColumns))),
  triggerFunction('count_changed_conversations', nothingCounted + countConversations(changed(conversationColumns))),
  triggerFunction('count_added_marks', countMarks(added(markColumns))),
  triggerFunction('count_changed_marks', countMarks(changed(markColumns))),
  `create trigger count_added after insert on conversations.conversations
    referencing new table as after_rows
    for each statement execute function conversations.count_added_conversations()`,
  `create trigger count_changed after update on conversations.conversations
    referencing new table as after_rows old table as before_rows
    for each statement execute function conversations.count_changed_conversations()`,
  // Whoever writes a mark holds the conversation's row: a message that comes at the same moment waits, or was counted.
  `create trigger count_added after insert on conversations.read_marks
    referencing new table as after_rows
    for each statement execute function conversations.count_added_marks()`,
  `create trigger count_changed after update on conversations.read_marks
    referencing new table as after_rows old table as before_rows
    for each statement execute function conversations.count_changed_marks()`,
];
