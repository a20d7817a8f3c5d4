import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { PageRequest } from '#platform/graphql/connection.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { Company } from '../testing/fillInbox.ts';
import { openInbox, type TestInbox, viewer } from '../testing/inbox.ts';
import { addLargeCompany, workOf } from '../testing/largeInbox.ts';
import { chatMessagePage, chatMessagesByIds } from './chatMessages.ts';
import { chatPlace } from './chatPlace.ts';
import type { ConversationFilter } from './conversationFilter.ts';
import { contactConversationPages, conversationsByIds } from './conversations.ts';
import { inboxCounts } from './inboxCounts.ts';
import { cursorOf } from './keyset.ts';
import { listConversations } from './listConversations.ts';
import { messagePages, messagesByIds } from './messages.ts';
import { contactsByIds, identitiesOfContacts } from './contacts.ts';
import { agentsByIds, labelsByIds, replyRulesOf, teamsByIds } from './people.ts';
import type { SearchOrder } from './searchPage.ts';
import { typingPlace } from './typingPlace.ts';
import type { Viewer } from './viewer.ts';

const CONVERSATIONS = 20_000;
/** A page looks at its rows, their labels and marks, and at what it passes by between them. */
const PAGE = 1_000;
const page: PageRequest = { limit: 25, direction: 'forward' };
/** They have a row for each conversation, message or person; of the others a company has few. */
const large = ['contact_identities', 'contacts', 'conversation_labels', 'conversations', 'messages', 'read_marks'];

describe('at 20,000 conversations, beside other companies', () => {
  let inbox: TestInbox;
  let company: Company;
  let agent: Identity & { kind: 'agent' };
  /** Some from all over the list. */
  let some: readonly {
    readonly id: string;
    readonly contact_id: string;
    readonly identity_id: string;
    readonly last_message_id: string;
    readonly last_activity_at: Date;
    readonly channel_id: string;
  }[];

  beforeAll(async () => {
    inbox = await openInbox();
    await addLargeCompany(inbox, 4_000);
    company = await addLargeCompany(inbox, CONVERSATIONS);
    await addLargeCompany(inbox, 4_000);
    const [agentId = ''] = company.agentIds;
    agent = { kind: 'agent', companyId: company.companyId, agentId, role: 'AGENT', scopes: [] };
    some = await inbox.rows(
      'select * from conversations.conversations where company_id = $1 and number % 800 = 1 limit 25',
      [company.companyId],
    );
  });
  afterAll(() => inbox.close());

  const work = (query: (sql: Sql) => Promise<unknown>) => workOf(inbox, company.companyId, query);
  const list = (filter: ConversationFilter, request: Partial<PageRequest> = {}, order: SearchOrder = 'NEWEST') =>
    work((sql) => listConversations(sql, viewer(agent), { filter, order }, { ...page, ...request }));
  const ids = () => some.map(({ id }) => id);
  const visitor = () => ({
    kind: 'visitor' as const,
    companyId: company.companyId,
    channelId: some[3]?.channel_id ?? '',
    visitorId: 'person-1',
    origin: 'https://shop.example',
    scopes: [],
  });

  type Lists = readonly [name: string, index: string, filter: () => ConversationFilter, most: number];
  const lists: Lists[] = [
    ['all', 'conversations_activity', () => ({}), PAGE],
    ['open ones', 'conversations_status', () => ({ status: ['OPEN'] }), PAGE],
    ['resolved ones', 'conversations_activity', () => ({ status: ['RESOLVED'] }), PAGE],
    ['the agent’s', 'conversations_assignee', () => ({ assigneeId: agent.agentId, status: ['OPEN'] }), PAGE],
    ['unassigned ones', 'conversations_unassigned', () => ({ unassigned: true }), PAGE],
    ['a team’s', 'conversations_team', () => ({ teamId: company.teamIds[0] ?? '' }), PAGE],
    ['a channel’s', 'conversations_activity', () => ({ channelIds: [company.channels[0]?.id ?? ''] }), PAGE],
    ['unread ones', 'conversations_active', () => ({ unread: true, status: ['OPEN', 'PENDING', 'SNOOZED'] }), 1_500],
    ['a platform’s', 'conversations_activity', () => ({ platforms: ['TELEGRAM'] }), PAGE],
    ['urgent ones', 'conversations_priority', () => ({ priority: ['URGENT'] }), PAGE],
    ['a common label’s', 'conversation_labels_activity', () => ({ labelIds: [company.labelIds[0] ?? ''] }), PAGE],
    ['a rare label’s', 'conversation_labels_activity', () => ({ labelIds: [company.labelIds.at(-1) ?? ''] }), PAGE],
    [
      'a rare label’s open ones',
      'conversation_labels_status',
      () => ({ labelIds: [company.labelIds.at(-1) ?? ''], status: ['OPEN'] }),
      PAGE,
    ],
    ['several labels’', 'conversation_labels_activity', () => ({ labelIds: company.labelIds.slice(2, 5) }), 2_000],
  ];
  test.each(lists)('a page of %s walks %s', async (_name, index, filter, most) => {
    const middle = some[12];
    const cursor = cursorOf(middle?.last_activity_at ?? new Date(), middle?.id ?? '');
    for (const request of [{}, { cursor }, { direction: 'backward', cursor }] as const) {
      const { indexes, sequential, examined } = await list(filter(), request);
      expect(indexes).toContain(index);
      expect(sequential.filter((table) => large.includes(table))).toEqual([]);
      expect(examined).toBeLessThan(most);
    }
  });

  test('a page of several filters is bounded by the rarest of them', async () => {
    const { sequential, examined } = await list({ priority: ['URGENT'], status: ['OPEN'], assigneeId: agent.agentId });
    expect(sequential.filter((table) => large.includes(table))).toEqual([]);
    expect(examined).toBeLessThan(2_000);
  });

  test.each<[string, string, number]>([
    ['a rare word', 'k1234', 20_000],
    ['two words, of which one is rare', 'order k1234', 20_000],
    ['a common word', 'order', 10_000],
    ['the first letter that somebody types', 'o', 3_000],
    ['a contact', 'Zoë granka', 20_000],
    ['an e-mail address', 'customer.100@mail20.example', 20_000],
    ['a phone number', '0170 1000300', 20_000],
    ['a number', '#17', 100],
    ['nothing that is there', 'xylophone', 20_000],
  ])('a search for %s looks at matches and newest conversations only', async (_name, search, most) => {
    for (const order of ['NEWEST', 'BEST'] as const) {
      const { sequential, examined, statements } = await list({ search }, {}, order);
      expect(sequential.filter((table) => large.includes(table))).toEqual([]);
      expect(examined).toBeLessThan(order === 'BEST' ? most + 20_000 : most);
      expect(statements).toBeLessThanOrEqual(3);
    }
  });

  test('what a screen asks beside its list is found by keys', async () => {
    const contacts = some.map(({ contact_id }) => contact_id);
    const messages = some.map(({ last_message_id }) => last_message_id);
    const reader = viewer(agent);
    const { companyId } = company;
    const expected: readonly [query: (sql: Sql) => Promise<unknown>, index: string, most: number][] = [
      [(sql) => conversationsByIds(sql, reader, ids()), 'conversations_pkey', PAGE],
      [(sql) => messagePages(sql, reader, ids(), { ...page, direction: 'backward' }), 'messages_conversation', 700],
      [(sql) => messagesByIds(sql, reader, messages), 'messages_pkey', 100],
      [(sql) => contactConversationPages(sql, reader, contacts, page), 'conversations_contact', PAGE],
      [(sql) => contactsByIds(sql, reader, contacts), 'contacts_pkey', 100],
      [(sql) => identitiesOfContacts(sql, companyId, contacts), 'contact_identities_contact', 100],
      [
        (sql) =>
          replyRulesOf(
            sql,
            companyId,
            some.map(({ identity_id }) => identity_id),
          ),
        'contact_identities_pkey',
        100,
      ],
      [(sql) => chatMessagePage(sql, visitor(), page), 'contact_identities_external', 300],
      [(sql) => chatMessagesByIds(sql, visitor(), messages), 'messages_pkey', 200],
      [(sql) => chatPlace(sql, visitor()), 'contact_identities_external', 20],
      [(sql) => typingPlace(sql, reader, ids()[0] ?? ''), 'conversations_pkey', 20],
    ];
    for (const [query, index, most] of expected) {
      const { indexes, sequential, examined } = await work(query);
      expect(indexes).toContain(index);
      expect(sequential.filter((table) => large.includes(table))).toEqual([]);
      expect(examined).toBeLessThan(most);
    }
  });

  test('what a live update shows is found by keys also when it is planned for any values', async () => {
    const reader = viewer(agent);
    const limited = { ...reader, limit: { agentId: agent.agentId, teamIds: company.teamIds } };
    const contacts = some.map(({ contact_id }) => contact_id);
    const messages = some.map(({ last_message_id }) => last_message_id);
    for (const who of [reader, limited]) {
      const queries = [
        (sql: Sql) => conversationsByIds(sql, who, ids()),
        (sql: Sql) => messagesByIds(sql, who, messages),
        (sql: Sql) => contactsByIds(sql, who, contacts),
      ];
      for (const query of queries) {
        const { sequential, examined } = await workOf(inbox, company.companyId, query, 'readByKey');
        expect(sequential.filter((table) => large.includes(table))).toEqual([]);
        expect(examined).toBeLessThan(PAGE);
      }
    }
  });

  test('counts and menus look at as many rows as there are agents, teams and labels', async () => {
    const { companyId, agentIds, teamIds, labelIds } = company;
    const few: readonly [query: (sql: Sql) => Promise<unknown>, most: number][] = [
      // One for each team and assignee, of the inbox and of what the agent has read.
      [(sql) => inboxCounts(sql, viewer(agent)), 8 * (agentIds.length + 1) * (teamIds.length + 1)],
      [(sql) => agentsByIds(sql, companyId, agentIds), 100],
      [(sql) => teamsByIds(sql, companyId, teamIds), 100],
      [(sql) => labelsByIds(sql, companyId, labelIds), 100],
    ];
    for (const [query, most] of few) {
      const { sequential, examined } = await work(query);
      expect(sequential.filter((table) => large.includes(table))).toEqual([]);
      expect(examined).toBeLessThan(most);
    }
  });

  describe('of an agent who has read what goes on', () => {
    const unread: ConversationFilter = { unread: true, status: ['OPEN', 'PENDING', 'SNOOZED'] };
    let reader: Viewer;
    /** Oldest activity first. */
    let goingOn: string[];
    const unreadPage = (filter: ConversationFilter = unread) =>
      work((sql) => listConversations(sql, reader, { filter, order: 'NEWEST' }, page));
    const found = async (filter: ConversationFilter = unread) => {
      const session = inbox.database.session(company.companyId);
      try {
        const list = await session.read((sql) => listConversations(sql, reader, { filter, order: 'NEWEST' }, page));
        return list.edges.map(({ node }) => node.id);
      } finally {
        await session.close();
      }
    };
    const forget = (ids: readonly string[]) =>
      inbox.rows(
        'update conversations.read_marks set read_inbound_count = 0 where agent_id = $1 and conversation_id = any($2)',
        [reader.agentId, ids],
      );

    beforeAll(async () => {
      const { companyId, agentIds } = company;
      const agentId = agentIds[1] ?? '';
      reader = viewer({ kind: 'agent', companyId, agentId, role: 'AGENT', scopes: [] });
      await inbox.rows(
        `insert into conversations.read_marks select company_id, id, $2, inbound_count, now()
         from conversations.conversations where company_id = $1 and status <> 'RESOLVED'
         on conflict (company_id, conversation_id, agent_id) do update set read_inbound_count = excluded.read_inbound_count`,
        [companyId, agentId],
      );
      await inbox.rows('vacuum analyze conversations.conversations, conversations.read_marks');
      const rows = await inbox.rows<{ id: string }>(
        `select id from conversations.conversations
         where company_id = $1 and status <> 'RESOLVED' and inbound_count > 0 order by last_activity_at, id`,
        [companyId],
      );
      goingOn = rows.map(({ id }) => id);
    });

    test('nothing is walked to find that nothing is unread', async () => {
      const { examined, indexes } = await unreadPage();
      expect(await found()).toEqual([]);
      expect(indexes).not.toContain('conversations_active');
      // One for each team and assignee, of the inbox and of what the agent has read.
      expect(examined).toBeLessThan(8 * (company.agentIds.length + 1) * (company.teamIds.length + 1));
    });

    test('what alone is unread, however old, is looked for where it is', async () => {
      const oldest = goingOn[0] ?? '';
      await forget([oldest]);
      expect(await found()).toEqual([oldest]);
      expect(await found({ ...unread, assigneeId: reader.agentId })).toEqual([]);
      const { examined, indexes, sequential } = await unreadPage();
      expect(indexes).toContain('conversations_place');
      expect(sequential.filter((table) => large.includes(table))).toEqual([]);
      expect(goingOn.length).toBeGreaterThan(1_500);
      expect(examined).toBeLessThan(500);
    });

    test('of who has read little, the list is walked from its newest', async () => {
      await forget(goingOn);
      expect(await found()).toEqual(goingOn.toReversed().slice(0, page.limit));
      const { examined, indexes } = await unreadPage();
      expect(indexes).not.toContain('conversations_place');
      expect(examined).toBeLessThan(PAGE);
    });
  });
});
