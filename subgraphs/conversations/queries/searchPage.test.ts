import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { v7 } from 'uuid';
import type { Connection, PageRequest } from '#platform/graphql/connection.ts';
import type { Limit } from '#schema/visibility.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { assign } from '../commands/assign.ts';
import { removeMessage } from '../commands/removeMessage.ts';
import { saveDetails } from '../commands/saveDetails.ts';
import { sendMessage } from '../commands/sendMessage.ts';
import type { ConversationRow } from '../rows.ts';
import { openInbox, received, write, type TestCompany, type TestInbox, viewer } from '../testing/inbox.ts';
import { searchVector } from '../text/searchWords.ts';
import type { ConversationFilter } from './conversationFilter.ts';
import { listConversations } from './listConversations.ts';
import type { SearchOrder } from './searchPage.ts';

const COMMON = 2_600;

describe('a search', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  beforeAll(async () => {
    inbox = await openInbox();
  });
  afterAll(() => inbox.close());

  async function list(
    filter: ConversationFilter,
    page: Partial<PageRequest> = {},
    {
      as = acme.ada,
      order = 'NEWEST',
      limit,
    }: { readonly as?: Identity; readonly limit?: Limit; readonly order?: SearchOrder } = {},
  ): Promise<Connection<ConversationRow>> {
    const session = inbox.database.session(as.companyId);
    const request: PageRequest = { limit: 100, direction: 'forward', ...page };
    try {
      return await session.read((sql) => listConversations(sql, viewer(as, limit), { filter, order }, request));
    } finally {
      await session.close();
    }
  }
  async function numbers(search: string, options: Parameters<typeof list>[2] = {}, filter: ConversationFilter = {}) {
    const { edges } = await list({ ...filter, search }, {}, options);
    return edges.map(({ node }) => node.number);
  }
  const idOf = async (number: number): Promise<string> => {
    const [row] = await inbox.rows<{ id: string }>(
      'select id from conversations.conversations where company_id = $1 and number = $2',
      [acme.companyId, number],
    );
    return row?.id ?? '';
  };

  describe('of a few conversations', () => {
    const said = [
      'Où est ma commande 48213 ?',
      'Die Straße heißt Übergasse',
      'Где моя ёлка? Спасибо',
      '我的订单在哪里？',
      '注文したガスはどこですか',
      'สินค้าอยู่ที่ไหน',
      'مَرْحَبًا أين طلبي ٤٨٢١٤',
      'איפה ההזמנה שלי',
      'Great, thanks 👍🏽',
      '주문을 확인했어요',
      'orders, orders and an order',
      'an order',
    ] as const;

    beforeAll(async () => {
      acme = await inbox.addCompany();
      for (const [index, text] of said.entries()) {
        const sentAt = new Date(Date.UTC(2026, 0, 1, 12, index)).toISOString();
        await write(inbox, acme, { from: `person-${String(index + 1)}`, text, sentAt });
      }
    });

    test.each([
      ['commande ou', [1]],
      ['COMMANDE OÙ', [1]],
      ['comm', [1]],
      ['48213', [1]],
      ['strasse ubergasse', [2]],
      ['елка', [3]],
      ['спа', [3]],
      ['订单', [4]],
      ['单', [4]],
      ['在哪里', [4]],
      ['ｶﾞｽ', [5]],
      ['どこ', [5]],
      ['สินค้า', [6]],
      ['ไหน', [6]],
      ['مرحبا', [7]],
      ['48214', [7]],
      ['הזמ', []],
      ['ההזמנה', [8]],
      ['👍', [9]],
      ['👍🏿', [9]],
      ['주문', [10]],
      ['주문 확인', [10]],
      ['order', [12, 11]],
      ['name of person 4', [4]],
      ['#12', [12]],
      ['12', [12]],
      ['#99999', []],
      ['commande nowhere', []],
      ['or', [12, 11]],
      ['…', []],
      [`'); drop table conversations.messages; --`, []],
      ['&|!():*<->\\', []],
    ])('for %j finds %j, newest first', async (search, expected) => {
      expect(await numbers(search)).toEqual(expected);
    });

    test('without anything but blanks is none', async () => {
      expect(await numbers('  ')).toHaveLength(said.length);
    });

    test('finds e-mail addresses and phone numbers, in whatever form, as soon as they are known', async () => {
      expect(await numbers('0170 555 0100')).toEqual([]);
      const [contact] = await inbox.rows<{ id: string }>(
        'select contact_id as id from conversations.conversations where id = $1',
        [await idOf(3)],
      );
      const { companyId } = acme;
      const details = { name: 'Name of person-3', email: 'Kim.Doe@shop.example', phone: '+49 (170) 555-0100' };
      await inbox.database.write(companyId, ({ sql }) =>
        saveDetails({ sql, companyId }, contact?.id ?? '', { ...details, attributes: {}, blockedAt: null }),
      );
      for (const search of [
        'kim.doe@shop.example',
        'kim.d',
        'shop.example',
        '0170 555 0100',
        '+491705550100',
        '1705550100',
        '+49 170 55',
      ]) {
        expect([search, await numbers(search)]).toEqual([search, [3]]);
      }
    });

    test('follows the name of a contact, and a message that is taken back', async () => {
      const from = 'person-renamed';
      const { externalMessageId } = received(acme).data;
      await write(inbox, acme, { from, text: 'Zebrafish', externalMessageId });
      const [number] = await numbers('zebrafish');
      expect(await numbers('name of person renamed')).toEqual([number]);
      await write(inbox, acme, { from, contact: { ...received(acme, { from }).data.contact, name: 'Quentin' } });
      expect(await numbers('quentin')).toEqual([number]);
      expect(await numbers('name of person renamed')).toEqual([]);
      const at = new Date().toISOString();
      await removeMessage(inbox.database, {
        companyId: acme.companyId,
        data: { channelId: acme.channelId, threadExternalId: `thread-${from}`, externalMessageId, removedAt: at },
      });
      expect(await numbers('zebrafish')).toEqual([]);
    });

    test('keeps to every other filter', async () => {
      const conversationId = await idOf(11);
      await assign(inbox.database, acme.ben, { conversationId, agentId: acme.ben.agentId });
      expect(await numbers('order', {}, { assigneeId: acme.ben.agentId })).toEqual([11]);
      expect(await numbers('order', {}, { unassigned: true })).toEqual([12]);
      expect(await numbers('#11', {}, { unassigned: true })).toEqual([]);
      expect(await numbers('order', {}, { status: ['RESOLVED'] })).toEqual([]);
    });

    test('shows notes to agents only', async () => {
      const input = { conversationId: await idOf(1), text: 'suspicious', isPrivate: true, idempotencyKey: v7() };
      await sendMessage(inbox.database, acme.ada, input);
      expect(await numbers('suspicious')).toEqual([1]);
      expect(await numbers('suspicious', { as: acme.partner })).toEqual([]);
    });

    test('sees nothing of another company, though its mark in the index be the same', async () => {
      const other = await inbox.addCompany();
      await write(inbox, other, { from: 'stranger', text: 'Où est ma commande 48213 ?' });
      await inbox.rows(
        `update conversations.messages set search = array_to_tsvector($2::text[]) where company_id = $1`,
        [other.companyId, searchVector(acme.companyId, 'commande')],
      );
      expect(await numbers('commande')).toEqual([1]);
      expect(await numbers('commande', { as: other.ada })).toEqual([]);
      expect(await numbers('name', { as: other.ada })).toEqual([1]);
    });

    test('gives the best first: the number, the contact, the most messages, and whole words before beginnings', async () => {
      const company = await inbox.addCompany();
      const best = { as: company.ada, order: 'BEST' } as const;
      await write(inbox, company, { from: 'parrot', text: 'hello' });
      for (const text of ['2 parrots', 'parrots']) await write(inbox, company, { from: 'two', text });
      for (const text of ['one parrot', 'parrot', 'parrot']) await write(inbox, company, { from: 'three', text });
      await write(inbox, company, { from: 'four', text: 'a parrot' });
      await write(inbox, company, { from: 'five', text: '2 and 3' });
      expect(await numbers('parrot', best)).toEqual([1, 3, 4, 2]);
      expect(await numbers('2', best)).toEqual([2, 5]);
      expect(await numbers('2', { as: company.ada })).toEqual([5, 2]);
    });
  });

  describe('of words that thousands of messages have', () => {
    let quiet: string;

    /** Conversation 1 is the oldest; every one says "hello", every third "parrot", the oldest forty also "rare". */
    beforeAll(async () => {
      acme = await inbox.addCompany();
      quiet = await write(inbox, acme, { from: 'first', text: 'Hi', sentAt: '2026-01-01T00:00:00.000Z' });
      const words = searchVector(acme.companyId, 'hello parrot rare');
      await inbox.rows(
        `with people as (
           insert into conversations.contacts (company_id, id, name)
           select $1, gen_random_uuid(), 'x' from generate_series(1, $2) returning id
         ), identities as (
           insert into conversations.contact_identities (company_id, id, contact_id, channel_id, platform, external_id, thread_external_id)
           select $1, id, id, $3, 'TELEGRAM', id, id from people returning id
         )
         insert into conversations.conversations (company_id, id, number, contact_id, identity_id, channel_id, platform, status,
           opened_at, last_activity_at, created_at)
         select $1, gen_random_uuid(), 1 + row_number() over (), id, id, $3, 'TELEGRAM', 'OPEN', at, at, at
         from (select id, timestamptz '2026-01-01' + make_interval(mins => (row_number() over () / 3)::int) as at from identities) i`,
        [acme.companyId, COMMON, acme.channelId],
      );
      await inbox.rows(
        `insert into conversations.messages (company_id, id, conversation_id, channel_id, direction, author_kind, author_id, status,
           inbound_ordinal, created_at, search)
         select c.company_id, gen_random_uuid(), c.id, c.channel_id, 'INBOUND', 'CONTACT', c.contact_id, 'RECEIVED', 1,
           c.created_at, array_to_tsvector(array[$2] || case when number % 3 = 0 then array[$3] else '{}' end
             || case when number <= 40 then array[$4] else '{}' end)
         from conversations.conversations c, generate_series(1, case when c.number = 7 then 5 else 1 end)
         where c.company_id = $1 and c.number > 1`,
        [acme.companyId, ...words],
      );
      await inbox.rows('vacuum analyze conversations.messages, conversations.conversations');
    });

    async function walk(filter: ConversationFilter, options: Parameters<typeof list>[2], page: Partial<PageRequest>) {
      const seen: number[] = [];
      for (let cursor: string | undefined; ;) {
        const { edges, pageInfo } = await list(filter, { ...page, ...(cursor !== undefined && { cursor }) }, options);
        const shown = edges.map(({ node }) => node.number);
        seen.push(...(page.direction === 'backward' ? shown.toReversed() : shown));
        const [next, more] =
          page.direction === 'backward'
            ? [pageInfo.startCursor, pageInfo.hasPreviousPage]
            : [pageInfo.endCursor, pageInfo.hasNextPage];
        if (!more || next === null) return seen;
        cursor = next;
      }
    }
    const inOrder = async (condition: string): Promise<number[]> => {
      const rows = await inbox.rows<{ number: number }>(
        `select number from conversations.conversations where company_id = $1 and number > 1 and ${condition}
         order by last_activity_at desc, id desc`,
        [acme.companyId],
      );
      return rows.map(({ number }) => number);
    };

    test('finds every one of them, page by page, from either end', async () => {
      const expected = await inOrder('true');
      expect(await walk({ search: 'hello' }, {}, { limit: 100 })).toEqual(expected);
      expect(await walk({ search: 'hello' }, {}, { limit: 100, direction: 'backward' })).toEqual(expected.toReversed());
      expect(await walk({ search: 'hello parrot' }, {}, { limit: 100 })).toEqual(await inOrder('number % 3 = 0'));
    });

    test('finds the old ones within other filters, however many newer ones there are', async () => {
      await inbox.rows(
        'update conversations.conversations set priority = $2 where company_id = $1 and number between 2 and 9',
        [acme.companyId, 'URGENT'],
      );
      const expected = await inOrder(`priority = 'URGENT'`);
      expect(expected).toHaveLength(8);
      expect(await numbers('hello', {}, { priority: ['URGENT'] })).toEqual(expected);
      expect(await numbers('hello', {}, { priority: ['LOW'] })).toEqual([]);
      expect(await numbers('hello rare', {}, { priority: ['URGENT'] })).toEqual(expected);
    });

    test('finds for who is limited only what they may see, among the newest and among all', async () => {
      const { companyId, teamId } = acme;
      const give =
        'update conversations.conversations set team_id = $2 where company_id = $1 and number in (5, 6, 1200)';
      await inbox.rows(give, [companyId, teamId]);
      const limit: Limit = { agentId: acme.ada.agentId, teamIds: [teamId] };
      const expected = await inOrder('number in (5, 6, 1200)');
      expect(await numbers('hello', { limit })).toEqual(expected);
      expect(new Set(await numbers('hello', { limit, order: 'BEST' }))).toEqual(new Set(expected));
      expect(await numbers('hello', { limit: { ...limit, teamIds: [v7()] } })).toEqual([]);
    });

    test('gives the best of the newest first, each once, also while newer ones come', async () => {
      const order = { order: 'BEST' } as const;
      const { edges, pageInfo } = await list({ search: 'hello' }, { limit: 50 }, order);
      expect(edges.map(({ node }) => node.number)).toEqual((await inOrder('true')).slice(0, 50));
      await write(inbox, acme, { from: 'first', text: 'hello' });
      const { edges: more } = await list({ search: 'hello' }, { limit: 50, cursor: pageInfo.endCursor ?? '' }, order);
      expect(more.map(({ node }) => node.number)).toEqual((await inOrder('true')).slice(50, 100));
      const { edges: first } = await list({ search: 'hello' }, { limit: 3 }, order);
      expect(first[0]?.node.id).toBe(quiet);
    });

    test('gives the best of all where the newest do not have them', async () => {
      await inbox.rows(
        `update conversations.messages m set search = m.search || array_to_tsvector($2::text[])
         from conversations.conversations c
         where m.company_id = $1 and c.company_id = $1 and c.id = m.conversation_id and c.number between 2 and 1500`,
        [acme.companyId, searchVector(acme.companyId, 'outage')],
      );
      await inbox.rows(
        `insert into conversations.messages (company_id, id, conversation_id, channel_id, direction, author_kind, author_id, status,
           inbound_ordinal, created_at, search)
         select c.company_id, gen_random_uuid(), c.id, c.channel_id, 'INBOUND', 'CONTACT', c.contact_id, 'RECEIVED', 1,
           c.created_at, array_to_tsvector($2::text[])
         from conversations.conversations c where c.company_id = $1 and c.number between 2 and 1000`,
        [acme.companyId, searchVector(acme.companyId, 'outage')],
      );
      const [best, ...others] = await numbers('outage', { order: 'BEST' });
      expect(best).toBe(7);
      expect(others).toEqual((await inOrder('number between 2 and 1000 and number <> 7')).slice(0, 99));
      expect(await numbers('outage')).toEqual((await inOrder('number between 2 and 1500')).slice(0, 100));
      const all = await walk({ search: 'outage' }, { order: 'BEST' }, { limit: 100 });
      expect(new Set(all).size).toBe(1_499);
      expect(all).toHaveLength(1_499);
    });

    test('goes on from a cursor also when the search was changed to a number meanwhile', async () => {
      const order = { order: 'BEST' } as const;
      const { pageInfo } = await list({ search: 'hello' }, { limit: 5 }, order);
      const cursor = pageInfo.endCursor ?? '';
      expect((await list({ search: '#12' }, { cursor }, order)).edges).toEqual([]);
    });

    test('refuses the cursor of another order', async () => {
      const { pageInfo } = await list({ search: 'hello' }, { limit: 5 });
      const cursor = pageInfo.endCursor ?? '';
      await expect(list({ search: 'hello' }, { cursor }, { order: 'BEST' })).rejects.toMatchObject({
        extensions: { code: 'BAD_USER_INPUT' },
      });
    });
  });

  test('finds what a comparison of all words with all texts finds', async () => {
    const words = ['anna', 'annex', 'bo', 'bob', 'Ćma', '订单', '单子', 'ёж', '👍', '12'];
    const text = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 4 }).map((some) => some.join(' '));
    acme = await inbox.addCompany();
    const texts = fc.sample(text, { numRuns: 40, seed: 7 });
    for (const [index, each] of texts.entries()) {
      await write(inbox, acme, {
        from: String(index),
        text: each,
        contact: { ...received(acme).data.contact, externalId: String(index), name: null },
      });
    }
    const plain = (word: string) => word.toLowerCase().replace('ć', 'c').replace('ё', 'е');
    const has = (said: string, wanted: string, prefix: boolean) =>
      said
        .split(' ')
        .map(plain)
        .some((word) => (prefix ? word.startsWith(wanted) : word === wanted));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('anna', 'ann', 'bo', 'cma', 'еж', '订单', '👍'), { minLength: 1, maxLength: 3 }),
        async (wanted) => {
          const once = [...new Set(wanted)];
          const expected = texts.flatMap((said, index) =>
            once.every((word, n) => has(said, word, n === once.length - 1)) ? [index + 1] : [],
          );
          expect((await numbers(once.join(' '))).toSorted((a, b) => a - b)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });
});
