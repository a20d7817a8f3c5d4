// The triggers are those of `inbox/counters.ts`, and so are the reasons for them; what they count is kept by team and assignee.
// One statement changes its counters in the order of their keys, first the inbox's, then what agents have read, then the agents: two
// that change one conversation each never wait for each other in a circle. Transactions with several such statements may; PostgreSQL
// ends one of them, and it is tried again.

const nobody = `'00000000-0000-0000-0000-000000000000'::uuid`;
/** In which counter a conversation is. */
const bucket = (alias: string) =>
  `coalesce(${alias}.team_id, ${nobody}) as team_id, coalesce(${alias}.assignee_id, ${nobody}) as assignee_id`;

const added = (columns: string) => `select 1 as sign, ${columns} from after_rows`;
const changed = (columns: string) => `${added(columns)} union all select -1, ${columns} from before_rows`;

const conversationColumns = 'company_id, id, status, team_id, assignee_id, inbound_count';
const markColumns = 'company_id, conversation_id, agent_id, read_inbound_count';

const countInbox = (change: string) => `
    insert into conversations.inbox_counters as k
      (company_id, team_id, assignee_id, open_count, pending_count, snoozed_count, active_inbound_count)
    select company_id, team_id, assignee_id, sum(open), sum(pending), sum(snoozed), sum(active)
    from (
      select c.company_id, ${bucket('c')},
        sign * (c.status = 'OPEN')::int as open,
        sign * (c.status = 'PENDING')::int as pending,
        sign * (c.status = 'SNOOZED')::int as snoozed,
        sign * (c.status <> 'RESOLVED' and c.inbound_count > 0)::int as active
      from (${change}) c
    ) counted
    group by company_id, team_id, assignee_id
    having (sum(open), sum(pending), sum(snoozed), sum(active)) <> (0, 0, 0, 0)
    order by company_id, team_id, assignee_id
    on conflict (company_id, team_id, assignee_id) do update set
      open_count = k.open_count + excluded.open_count,
      pending_count = k.pending_count + excluded.pending_count,
      snoozed_count = k.snoozed_count + excluded.snoozed_count,
      active_inbound_count = k.active_inbound_count + excluded.active_inbound_count;`;

/** @param read Rows of company, agent, bucket and sign: an active conversation that an agent has read to the end. */
const countRead = (read: string) => `
    insert into conversations.read_counters as k (company_id, agent_id, team_id, assignee_id, fully_read_count)
    select company_id, agent_id, team_id, assignee_id, sum(sign)
    from (${read}) counted
    group by company_id, agent_id, team_id, assignee_id
    having sum(sign) <> 0
    order by company_id, agent_id, team_id, assignee_id
    on conflict (company_id, agent_id, team_id, assignee_id) do update set
      fully_read_count = k.fully_read_count + excluded.fully_read_count;`;

const fullyRead = `c.status <> 'RESOLVED' and c.inbound_count > 0 and m.read_inbound_count = c.inbound_count`;

const readOfConversations = (change: string) => `
      select c.company_id, m.agent_id, ${bucket('c')}, c.sign
      from (${change}) c
      join conversations.read_marks m on m.company_id = c.company_id and m.conversation_id = c.id
      where ${fullyRead}`;

const readOfMarks = (change: string) => `
      select m.company_id, m.agent_id, ${bucket('c')}, m.sign
      from (${change}) m
      join conversations.conversations c on c.company_id = m.company_id and c.id = m.conversation_id
      where ${fullyRead}`;

const countOpenOfAgents = (change: string) => `
    for delta in
      select company_id, assignee_id as agent_id, sum(sign) as open
      from (${change}) change
      where status = 'OPEN' and assignee_id is not null
      group by company_id, assignee_id
      having sum(sign) <> 0
      order by company_id, assignee_id
    loop
      update conversations.agents set open_conversation_count = open_conversation_count + delta.open
      where company_id = delta.company_id and id = delta.agent_id;
    end loop;`;

const countConversations = (change: string) =>
  countInbox(change) + countRead(readOfConversations(change)) + countOpenOfAgents(change);

const nothingCounted = `
    if not exists (select ${conversationColumns} from after_rows except select ${conversationColumns} from before_rows) then
      return null;
    end if;`;

const triggerFunction = (name: string, body: string) =>
  `create or replace function conversations.${name}() returns trigger language plpgsql as $$
  declare delta record;
  begin
    ${body}
    return null;
  end $$`;

export const recountingFunctions = [
  triggerFunction('count_added_conversations', countConversations(added(conversationColumns))),
  triggerFunction('count_changed_conversations', nothingCounted + countConversations(changed(conversationColumns))),
  triggerFunction('count_added_marks', countRead(readOfMarks(added(markColumns)))),
  triggerFunction('count_changed_marks', countRead(readOfMarks(changed(markColumns)))),
];

const everything = `select 1 as sign, ${conversationColumns} from conversations.conversations`;

export const rebuildCounts = [countInbox(everything), countRead(readOfConversations(everything))];
