import { Migration } from '@mikro-orm/migrations';
import { splitWords, type Execute } from './splitWords.ts';

const boundCompany = `nullif(current_setting('app.company_id', true), '')::uuid`;

const byTextIndex = `language plpgsql stable security definer
    set search_path = pg_catalog set enable_seqscan = off set plan_cache_mode = force_custom_plan set work_mem = '64MB' as $$
  #variable_conflict use_column`;

const markDetails = `update conversations.contacts set
  detail_words = array(select right(company_id::text, 8) || word from unnest(detail_words) word)`;

const before = [
  `drop function conversations.search_conversations(tsquery, boolean, int)`,
  `drop function conversations.search_contacts(tsquery, int)`,
  `drop index conversations.messages_search`,
  `drop index conversations.contacts_search`,
];

const after = [
  // Without a list of what is not sorted in yet: a search would read it from end to end, and now and then a write would
  // have to sort in megabytes of it.
  `create index messages_search on conversations.messages using gin (search) with (fastupdate = off)`,
  `create index contacts_search on conversations.contacts using gin (search) with (fastupdate = off)`,

  // Under row-level security PostgreSQL does not use the text indexes: the match operator is not leakproof, so the policy
  // has to be checked first, row by row. These run as the owner, take the company from the transaction as the policy does,
  // and give away ids and counts only. The words carry the company's mark, so the text index finds this company's matches
  // alone; no other index may be tried for the company, and planning anew for each search knows how common its words are.
  // With less memory the matches of a common word become pages, whose every row has to be looked at again.

  // How many messages, or contacts, have the words, counted to \`most\` + 1.
  `create function conversations.count_matches(words tsquery, with_notes boolean, most int) returns int ${byTextIndex}
  declare company constant uuid := ${boundCompany};
  begin
    return greatest(
      (select count(*) from (
        select from conversations.messages m
        where m.search @@ words and (m.company_id = company) is true and (with_notes or not m.is_private) limit most + 1
      ) found),
      (select count(*) from (
        select from conversations.contacts k
        where k.search @@ words and (k.company_id = company) is true limit most + 1
      ) found)
    );
  end $$`,

  // Every conversation that has the words, or whose contact does, and how well. Told that they are few, PostgreSQL looks
  // each of them up, rather than reading all conversations of all companies.
  `create function conversations.search_conversations(words tsquery, exact tsquery, with_notes boolean)
    returns table (id uuid, score int) rows 50 ${byTextIndex}
  declare company constant uuid := ${boundCompany};
  begin
    return query
      select found.id, sum(found.score)::int from (
        select m.conversation_id as id,
          conversations.match_score(0, count(*), count(*) filter (where m.search @@ exact)) as score
        from conversations.messages m
        where m.search @@ words and (m.company_id = company) is true and (with_notes or not m.is_private)
        group by m.conversation_id
        union all
        select c.id, conversations.match_score(1, 0, 0)
        from conversations.contacts k
        join conversations.conversations c on c.company_id = company and c.contact_id = k.id
        where k.search @@ words and (k.company_id = company) is true
      ) found
      group by found.id;
  end $$`,

  // The newest contacts that have the words; one that was merged into another is found as that other.
  `create function conversations.search_contacts(words tsquery, most int) returns setof uuid rows 20 ${byTextIndex}
  declare company constant uuid := ${boundCompany};
  begin
    return query
      select k.id from conversations.contacts k
      where k.search @@ words and (k.company_id = company) is true and k.merged_into_id is null
      order by k.created_at desc limit most;
  end $$`,
];

// A contact that is called so is better than any number of messages; of messages, the words as they stand count twice.
const score = `create function conversations.match_score(contacts bigint, messages bigint, exact bigint) returns int
  language sql immutable parallel safe as $$
  select least(messages + exact, 999)::int + least(contacts, 1)::int * 1000
$$`;

/**
 * Search by words that carry their company's mark, in any script (text/searchWords.ts). Finds
 * all that match and not only the newest, and says how well.
 */
export class Search extends Migration {
  override async up(): Promise<void> {
    const execute: Execute = async (statement, values = []) => this.execute(statement, [...values]);
    for (const statement of before) await execute(statement);
    await splitWords(execute, 'messages', 'text');
    await execute(markDetails);
    await splitWords(execute, 'contacts', 'name');
    await execute(`update conversations.contacts set search = search || array_to_tsvector(detail_words)`);
    for (const statement of [score, ...after]) await execute(statement);
  }
}
