import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { Sql } from '#platform/postgres/sql.ts';
import { assign } from '../commands/assign.ts';
import { deleteAttributeDefinition } from '../commands/attributeDefinitions.ts';
import { blockContact } from '../commands/blockContact.ts';
import { updateContact } from '../commands/updateContact.ts';
import { adminOf, contactOf, define } from '../testing/contacts.ts';
import { openInbox, viewer, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { workOf } from '../testing/largeInbox.ts';
import type { ContactFilter } from './contactFilter.ts';
import { contactPage } from './contacts.ts';

const page = { limit: 25, direction: 'forward' } as const;

describe('contacts are filtered', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let globex: TestCompany;

  beforeAll(async () => {
    inbox = await openInbox();
    [acme, globex] = [await inbox.addCompany(), await inbox.addCompany()];
    for (const company of [acme, globex]) {
      await define(inbox, company, { key: 'tier', type: 'LIST', choices: ['gold', 'silver'] });
      await define(inbox, company, { key: 'age', type: 'NUMBER' });
      await define(inbox, company, { key: 'vip', type: 'BOOLEAN' });
      await write(inbox, company, { from: 'ada', platform: 'TELEGRAM' });
      await write(inbox, company, { from: 'zoe', platform: 'WHATSAPP' });
      await write(inbox, company, { from: 'kim', platform: 'WHATSAPP' });
      for (const [from, attributes] of [
        ['ada', { tier: 'gold', age: 36, vip: true }],
        ['zoe', { tier: 'gold', age: 20 }],
      ] as const) {
        const contactId = await contactOf(inbox, company, from);
        await updateContact(inbox.database, company.ada, { contactId, attributes });
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
  const found = async (filter: ContactFilter, search = '', reader = viewer(acme.ada)) => {
    const contacts = await read((sql) => contactPage(sql, reader, { search, filter }, page));
    return contacts.map(({ name }) => name?.replace('Name of ', ''));
  };
  const attributes = (...values: [string, unknown][]) => ({
    attributes: values.map(([key, value]) => ({ key, value })),
  });

  test('by where they write', async () => {
    expect(await found({ platforms: ['WHATSAPP'] })).toEqual(['kim', 'zoe']);
    expect(await found({ platforms: ['WHATSAPP', 'TELEGRAM'] })).toEqual(['kim', 'zoe', 'ada']);
    expect(await found({ platforms: [] })).toEqual([]);
    expect(await found({ channelIds: [acme.channelId] })).toEqual(['kim', 'zoe', 'ada']);
    expect(await found({ channelIds: [globex.channelId, v7()] })).toEqual([]);
  });

  test('by the values that they have, all of them', async () => {
    expect(await found(attributes(['tier', 'gold']))).toEqual(['zoe', 'ada']);
    expect(await found(attributes(['tier', 'gold'], ['age', 36]))).toEqual(['ada']);
    expect(await found(attributes(['vip', true]))).toEqual(['ada']);
    expect(await found(attributes(['tier', 'silver']))).toEqual([]);
    expect(await found({ attributes: [] })).toEqual(['kim', 'zoe', 'ada']);
  });

  test('by all that is given together, words included', async () => {
    expect(await found({ ...attributes(['tier', 'gold']), platforms: ['WHATSAPP'] })).toEqual(['zoe']);
    expect(await found(attributes(['tier', 'gold']), 'ada')).toEqual(['ada']);
    await blockContact(inbox.database, acme.ada, { contactId: await contactOf(inbox, acme, 'zoe') });
    expect(await found({ ...attributes(['tier', 'gold']), blocked: false })).toEqual(['ada']);
  });

  test.each<[string, ContactFilter]>([
    ['an attribute that the company has not', attributes(['shoe_size', 44])],
    ['a value of another type', attributes(['age', '36'])],
    ['a value that is none of the choices', attributes(['tier', 'bronze'])],
    ['two values of one attribute', attributes(['age', 36], ['age', 20])],
    ['a channel that is no id', { channelIds: ['telegram'] }],
  ])('by nothing that cannot be: %s', async (_what, filter) => {
    await expect(found(filter)).rejects.toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  });

  test('by no value of a definition that is gone, nor by one of the same key that came after it', async () => {
    const definitionId = await define(inbox, acme, { key: 'city' });
    const contactId = await contactOf(inbox, acme, 'ada');
    await updateContact(inbox.database, acme.ada, { contactId, attributes: { city: 'Graz' } });
    expect(await found(attributes(['city', 'Graz']))).toEqual(['ada']);
    await deleteAttributeDefinition(inbox.database, await adminOf(inbox, acme), { definitionId });
    await define(inbox, acme, { key: 'city' });
    expect(await found(attributes(['city', 'Graz']))).toEqual([]);
  });

  test('for who is limited, among those whom they may see', async () => {
    const conversationId = await write(inbox, acme, { from: 'kim', platform: 'WHATSAPP' });
    await assign(inbox.database, acme.ben, { conversationId, teamId: acme.teamId });
    const limited = viewer(acme.ada, { agentId: acme.ada.agentId, teamIds: [acme.teamId] });
    expect(await found({ platforms: ['WHATSAPP'] }, '', limited)).toEqual(['kim']);
    expect(await found(attributes(['tier', 'gold']), '', limited)).toEqual([]);
  });

  test('by indexes, among many thousands, of which few or many are found', async () => {
    const company = await inbox.addCompany();
    const { companyId, channelId } = company;
    const [rare, common] = [
      await define(inbox, company, { key: 'rare' }),
      await define(inbox, company, { key: 'common' }),
    ];
    await inbox.rows(
      `insert into conversations.contacts (company_id, id, name, attributes, created_at)
       select $1::uuid, gen_random_uuid(), 'Contact ' || n,
         jsonb_build_object($2::text, 'yes') || case when n % 4000 = 0 then jsonb_build_object($3::text, 'yes') else '{}' end,
         now() - n * interval '1 second'
       from generate_series(1, 20000) n`,
      [companyId, common, rare],
    );
    await inbox.rows(
      `insert into conversations.contact_identities (company_id, id, contact_id, channel_id, platform, external_id, thread_external_id)
       select company_id, gen_random_uuid(), id, $2,
         case when attributes ? $3 then 'INSTAGRAM' else 'TELEGRAM' end, id::text, id::text
       from conversations.contacts where company_id = $1`,
      [companyId, channelId, rare],
    );
    await inbox.rows('vacuum analyze conversations.contacts, conversations.contact_identities');
    const work = (filter: ContactFilter) =>
      workOf(inbox, companyId, (sql) => contactPage(sql, viewer(company.ada), { search: '', filter }, page));
    for (const [filter, most] of [
      [attributes(['rare', 'yes']), 200],
      [attributes(['common', 'yes']), 5_000],
      [{ platforms: ['INSTAGRAM'] }, 1_000],
      [{ platforms: ['TELEGRAM'] }, 1_000],
      [{ channelIds: [channelId] }, 1_000],
    ] as const) {
      const { sequential, examined } = await work(filter);
      expect({ filter, sequential: sequential.filter((table) => table.startsWith('contact')) }).toEqual({
        filter,
        sequential: [],
      });
      expect(examined).toBeLessThan(most);
    }
  });
});
