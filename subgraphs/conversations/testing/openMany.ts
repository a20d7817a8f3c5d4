import { write, type TestCompany, type TestInbox } from './inbox.ts';

/** Open conversations of one contact of the company, faster than contacts write; their ids. */
export async function openMany(inbox: TestInbox, company: TestCompany, count: number): Promise<string[]> {
  const first = await write(inbox, company, { from: 'first' });
  const others = await inbox.rows<{ id: string }>(
    `with identity as (
       insert into conversations.contact_identities
         (company_id, id, contact_id, channel_id, platform, external_id, thread_external_id)
       select c.company_id, gen_random_uuid(), c.contact_id, c.channel_id, c.platform, 'c' || n, 't' || n
       from conversations.conversations c, generate_series(2, $3) n where c.company_id = $1 and c.id = $2
       returning company_id, id, contact_id, channel_id, platform, substr(external_id, 2)::int as number
     )
     insert into conversations.conversations
       (company_id, id, number, contact_id, identity_id, channel_id, platform, status, opened_at, last_activity_at, created_at)
     select company_id, gen_random_uuid(), number + 1000000, contact_id, id, channel_id, platform, 'OPEN', now(), now(), now()
     from identity order by number
     returning id`,
    [company.companyId, first, count],
  );
  await inbox.rows('update conversations.conversations set version = 1 where company_id = $1', [company.companyId]);
  await inbox.told();
  return [first, ...others.map(({ id }) => id)];
}
