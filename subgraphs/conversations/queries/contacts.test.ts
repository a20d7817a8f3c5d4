import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import type { Sql } from '#platform/postgres/sql.ts';
import { updateContact } from '../commands/updateContact.ts';
import { blockContact } from '../commands/blockContact.ts';
import { profileContact } from '../commands/profileContact.ts';
import { contactOf } from '../testing/contacts.ts';
import { companyMark } from '../text/searchWords.ts';
import { openInbox, received, write, type TestCompany, type TestInbox, viewer } from '../testing/inbox.ts';
import type { ContactFilter } from './contactFilter.ts';
import { contactPage } from './contacts.ts';
import { cursorOf } from './keyset.ts';

const people = [
  { from: 'ada', name: 'Ada Lovelace', email: 'ada@analytical.example', phone: '+43 660 1234567' },
  { from: 'zoe', name: 'Zoë Ångström', email: 'zoe@example.com', phone: '+1 415 555 0199' },
  { from: 'li', name: '李小龙', email: null, phone: null },
] as const;

describe('the list of contacts', () => {
  let inbox: TestInbox;
  let acme: TestCompany;

  beforeAll(async () => {
    inbox = await openInbox();
    acme = await inbox.addCompany();
    const globex = await inbox.addCompany();
    for (const { from, ...details } of people) {
      for (const company of [acme, globex]) {
        await write(inbox, company, { from });
        const contactId = await contactOf(inbox, company, from);
        await updateContact(inbox.database, company.ada, { contactId, ...details });
      }
    }
  });
  afterAll(() => inbox.close());

  async function read<T>(query: (sql: Sql) => Promise<T>): Promise<T> {
    const session = inbox.database.session(acme.companyId);
    try {
      return await session.read(query);
    } finally {
      await session.close();
    }
  }
  const page = (search = '', filter: ContactFilter = {}, more: { cursor?: string; backward?: boolean } = {}) => {
    const { cursor, backward } = more;
    const direction = backward ? 'backward' : 'forward';
    const request = { limit: 2, direction, ...(cursor !== undefined && { cursor }) } as const;
    return read((sql) => contactPage(sql, viewer(acme.ada), { search, filter }, request));
  };
  const names = async (...args: Parameters<typeof page>) => (await page(...args)).map(({ name }) => name);

  test.each([
    ['lovel', ['Ada Lovelace']],
    ['ADA@analytical', ['Ada Lovelace']],
    ['zoe angstrom', ['Zoë Ångström']],
    ['李', ['李小龙']],
    ['0660 123', ['Ada Lovelace']],
    ['+43 (660) 1234567', ['Ada Lovelace']],
    ['0043660', ['Ada Lovelace']],
    ['415-555', ['Zoë Ångström']],
    ['555 0199', []],
    ['!?', []],
    ['0', []],
    ['ada zoe', []],
  ])('is searched for %s', async (search, found) => {
    expect(await names(search)).toEqual(found);
  });

  test('is read newest first, from either end, one row beyond the page', async () => {
    expect(await names()).toEqual(['李小龙', 'Zoë Ångström', 'Ada Lovelace']);
    const [, second] = await page();
    const cursor = cursorOf(second?.createdAt ?? new Date(0), second?.id ?? '');
    expect(await names('', {}, { cursor })).toEqual(['Ada Lovelace']);
    expect(await names('', {}, { backward: true })).toEqual(['Ada Lovelace', 'Zoë Ångström', '李小龙']);
    expect(await names('', {}, { backward: true, cursor })).toEqual(['李小龙']);
  });

  test('shows who is blocked, and who is not', async () => {
    const contactId = await contactOf(inbox, acme, 'zoe');
    await blockContact(inbox.database, acme.ada, { contactId });
    expect(await names('', { blocked: true })).toEqual(['Zoë Ångström']);
    expect(await names('', { blocked: false })).toEqual(['李小龙', 'Ada Lovelace']);
    expect(await names('example', { blocked: true })).toEqual(['Zoë Ångström']);
  });

  test('finds a contact by e-mail after the platform has given another name', async () => {
    const contact = { from: 'mo', phone: '+44 20 7946 0000', name: 'Mo' };
    const { data } = received(acme, { from: contact.from });
    await write(inbox, acme, { from: contact.from });
    const profile = { ...data.contact, name: 'Mohammed', phone: contact.phone };
    const { channelId, threadExternalId } = data;
    await profileContact(inbox.database, {
      companyId: acme.companyId,
      data: { channelId, threadExternalId, contact: profile, pictureFileKey: null },
    });
    expect(await names('2079460')).toEqual(['Mohammed']);
    await updateContact(inbox.database, acme.ada, {
      contactId: await contactOf(inbox, acme, contact.from),
      email: 'mo@example.org',
    });
    await profileContact(inbox.database, {
      companyId: acme.companyId,
      data: { channelId, threadExternalId, contact: { ...profile, name: 'Moh' }, pictureFileKey: null },
    });
    expect(await names('moh example.org')).toEqual(['Moh']);
    expect(await names('mohammed')).toEqual([]);
    expect(await names('2079460')).toEqual(['Moh']);
  });

  test('is read by an index, and searched by one, among many thousands', async () => {
    const other = await inbox.addCompany();
    await inbox.rows(
      `insert into conversations.contacts (company_id, id, name, created_at, search)
       select $1::uuid, gen_random_uuid(), 'Contact ' || n, now() - n * interval '1 second',
         array_to_tsvector(array[$2 || 'contact', $2 || 'number' || n])
       from generate_series(1, 20000) n`,
      [other.companyId, companyMark(other.companyId)],
    );
    await inbox.rows('vacuum analyze conversations.contacts');
    const client = new Client({ connectionString: inbox.urls.appUrl });
    await client.connect();
    try {
      await client.query(`select set_config('app.company_id', $1, false)`, [other.companyId]);
      const explained = async (text: string) =>
        JSON.stringify((await client.query(`explain (format json) ${text}`)).rows);
      const list = `select id from conversations.contacts k where k.company_id = '${other.companyId}' and k.merged_into_id is null`;
      expect(await explained(`${list} order by k.created_at desc, k.id desc limit 26`)).toContain('contacts_newest');
      const found = `${list} and k.id in (select conversations.search_contacts('''${companyMark(other.companyId)}number777'':*', 1000))
        order by k.created_at desc, k.id desc limit 26`;
      expect(await explained(found)).not.toContain('Seq Scan');
    } finally {
      await client.end();
    }
    // What the function does inside, as its owner.
    const plan = await inbox.rows(
      `explain (format json) select k.id from conversations.contacts k
       where k.search @@ '''${companyMark(other.companyId)}number777'':*'::tsquery and k.company_id = '${other.companyId}'
         and k.merged_into_id is null order by k.created_at desc limit 1000`,
    );
    expect(JSON.stringify(plan)).toContain('contacts_search');
  });
});
