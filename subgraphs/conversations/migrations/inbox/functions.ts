const boundCompany = `nullif(current_setting('app.company_id', true), '')::uuid`;

export const functions = [
  // Under row-level security PostgreSQL does not use the text index: the match operator is not leakproof, so the policy
  // has to be checked first, row by row. This runs as the owner, takes the company from the transaction as the policy
  // does, and gives away ids only. The company is a word of every row, so the index finds this company's matches alone.
  `create function conversations.search_conversations(words tsquery, with_notes boolean, most int) returns setof uuid
    language plpgsql stable security definer set search_path = pg_catalog as $$
  declare
    company constant uuid := ${boundCompany};
    query constant tsquery := quote_literal(company)::tsquery && words;
  begin
    return query
      select found.conversation_id from (
        select m.conversation_id from conversations.messages m
        where m.search @@ query and m.company_id = company and (with_notes or not m.is_private)
        order by m.created_at desc limit most
      ) found
      union
      select c.id from (
        select k.id from conversations.contacts k where k.search @@ query and k.company_id = company limit most
      ) found
      join conversations.conversations c on c.company_id = company and c.contact_id = found.id;
  end $$`,

  // The one question that goes over all companies: whose snooze has ended. It tells where to look and nothing else.
  `create function conversations.due_conversations(most int) returns table (company_id uuid, id uuid)
    language sql stable security definer set search_path = pg_catalog as $$
    select c.company_id, c.id from conversations.conversations c
    where c.status = 'SNOOZED' and c.snoozed_until <= now()
    order by c.snoozed_until limit most
  $$`,
];
