import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { saveDetails } from '../commands/saveDetails.ts';
import { openInbox, write, type TestInbox } from '../testing/inbox.ts';

let inbox: TestInbox;
beforeAll(async () => {
  inbox = await openInbox();
});
afterAll(() => inbox.close());

const withoutDots = (words: string): string => `array(select replace(word, '.', '') from unnest(${words}) word)`;

test('an update finds what was written before it', async () => {
  const company = await inbox.addCompany();
  await write(inbox, company, { text: 'Où est ma commande 48213, 订单？' });
  const { companyId } = company;
  const words = () =>
    inbox.rows<{ search: string; details: string[] | null }>(
      `select search::text, null as details from conversations.messages
       union all select search::text, detail_words from conversations.contacts order by search`,
    );
  const [contact] = await inbox.rows<{ id: string }>('select id from conversations.contacts');
  await inbox.database.write(companyId, ({ sql }) =>
    saveDetails({ sql, companyId }, contact?.id ?? '', {
      name: 'Zoë',
      email: 'zoe@shop.example',
      phone: '+49 170 5550100',
      attributes: {},
      blockedAt: null,
    }),
  );
  const kept = await words();
  expect(kept).toHaveLength(2);

  const before = withoutDots('tsvector_to_array(search)');
  await inbox.rows(`update conversations.messages set search = array_to_tsvector(${before})`);
  await inbox.rows(
    `update conversations.contacts set search = array_to_tsvector(${before}), detail_words = ${withoutDots('detail_words')}`,
  );
  expect(await words()).not.toEqual(kept);
  await inbox.rows(`delete from conversations.migrations where name = '20261126_word_ends'`);
  await inbox.migrate();
  expect(await words()).toEqual(kept);
});
