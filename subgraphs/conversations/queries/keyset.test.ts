import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Connection, PageRequest } from '#platform/graphql/connection.ts';
import { connectionOf } from '#platform/graphql/connection.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { ConversationRow, MessageRow } from '../rows.ts';
import { openInbox, write, type TestCompany, type TestInbox, viewer } from '../testing/inbox.ts';
import { chatMessagePage } from './chatMessages.ts';
import { contactConversationPages } from './conversations.ts';
import { cursorOf } from './keyset.ts';
import { listConversations } from './listConversations.ts';
import { messagePages } from './messages.ts';

const ROWS = 24;

/** A list of the subgraph: how a page of it is read, and which ids it has, in its order. */
interface List {
  readonly read: (page: PageRequest) => Promise<Connection<{ readonly id: string }>>;
  readonly ids: () => Promise<readonly string[]>;
}

describe('every list', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let thread: string;
  let contactId: string;

  beforeAll(async () => {
    inbox = await openInbox();
    acme = await inbox.addCompany();
    for (let index = 0; index < ROWS; index++) {
      // Many of one moment: the id has to decide.
      const sentAt = new Date(Date.UTC(2026, 0, 1, 12, 0, index % 5)).toISOString();
      await write(inbox, acme, { from: `customer-${String(index)}`, text: `Order ${String(index)}`, sentAt });
      thread = await write(inbox, acme, { from: 'talkative', text: `line ${String(index)}`, sentAt });
    }
    const [one] = await inbox.rows<{ contact_id: string; identity_id: string }>(
      'select contact_id, identity_id from conversations.conversations where id = $1',
      [thread],
    );
    contactId = one?.contact_id ?? '';
    await inbox.rows(
      `insert into conversations.conversations (company_id, id, number, contact_id, identity_id, channel_id, platform, status,
         opened_at, resolved_at, last_activity_at, created_at)
       select $1, gen_random_uuid(), 1000 + n, $2, $3, $4, 'TELEGRAM', 'RESOLVED', at, at, at, at
       from generate_series(1, $5) n, lateral (select timestamptz '2026-01-01 12:00' + make_interval(secs => n % 5) as at) t`,
      [acme.companyId, contactId, one?.identity_id, acme.channelId, ROWS],
    );
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
  const idsOf = async (text: string, values: readonly unknown[]): Promise<string[]> =>
    (await inbox.rows<{ id: string }>(text, [...values])).map(({ id }) => id);
  const conversationIds = (condition: string) =>
    idsOf(
      `select id from conversations.conversations c where company_id = $1 and ${condition} order by last_activity_at desc, id desc`,
      [acme.companyId],
    );
  const messageIds = () =>
    idsOf('select id from conversations.messages where conversation_id = $1 order by created_at, id', [thread]);
  const byActivity = ({ lastActivityAt, id }: ConversationRow) => cursorOf(lastActivityAt, id);
  const byTime = ({ createdAt, id }: MessageRow) => cursorOf(createdAt, id);

  const lists: Readonly<Record<string, List>> = {
    'the inbox': {
      read: (page) => read((sql) => listConversations(sql, viewer(acme.ada), { filter: {}, order: 'NEWEST' }, page)),
      ids: () => conversationIds('true'),
    },
    'a filtered inbox': {
      read: (page) =>
        read((sql) =>
          listConversations(sql, viewer(acme.ada), { filter: { status: ['RESOLVED'] }, order: 'NEWEST' }, page),
        ),
      ids: () => conversationIds(`status = 'RESOLVED'`),
    },
    'what a search finds': {
      read: (page) =>
        read((sql) => listConversations(sql, viewer(acme.ada), { filter: { search: 'order' }, order: 'NEWEST' }, page)),
      ids: () =>
        conversationIds(
          `exists (select from conversations.messages m where m.conversation_id = c.id and text like 'Order%')`,
        ),
    },
    'what a search finds, best first': {
      read: (page) =>
        read((sql) => listConversations(sql, viewer(acme.ada), { filter: { search: 'order' }, order: 'BEST' }, page)),
      ids: () =>
        conversationIds(
          `exists (select from conversations.messages m where m.conversation_id = c.id and text like 'Order%')`,
        ),
    },
    'a contact’s conversations': {
      read: async (page) =>
        connectionOf(
          await read((sql) => contactConversationPages(sql, viewer(acme.ada), [contactId], page)),
          page,
          byActivity,
        ),
      ids: () => conversationIds(`contact_id = '${contactId}'`),
    },
    'the messages of a conversation': {
      read: async (page) =>
        connectionOf(await read((sql) => messagePages(sql, viewer(acme.ada), [thread], page)), page, byTime),
      ids: messageIds,
    },
    'what a visitor sees': {
      read: async (page) => {
        const { companyId, channelId } = acme;
        const visitor = {
          companyId,
          channelId,
          visitorId: 'talkative',
          kind: 'visitor',
          origin: '',
          scopes: [],
        } as const;
        return connectionOf(await read((sql) => chatMessagePage(sql, visitor, page)), page, byTime);
      },
      ids: messageIds,
    },
  };

  /** All that a walk from one end shows, in the order of the list; `between` happens after each page. */
  async function walk(
    { read: readPage }: List,
    { limit, direction }: Pick<PageRequest, 'limit' | 'direction'>,
    between: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<string[]> {
    const seen: string[] = [];
    for (let cursor: string | undefined, pages = 0; ; pages++) {
      expect(pages).toBeLessThan(ROWS * 4);
      const { edges, pageInfo } = await readPage({ limit, direction, ...(cursor !== undefined && { cursor }) });
      expect(edges.length).toBeLessThanOrEqual(limit);
      const ids = edges.map(({ node }) => node.id);
      if (direction === 'forward') seen.push(...ids);
      else seen.unshift(...ids);
      const [next, more] =
        direction === 'forward'
          ? [pageInfo.endCursor, pageInfo.hasNextPage]
          : [pageInfo.startCursor, pageInfo.hasPreviousPage];
      if (!more || next === null) return seen;
      cursor = next;
      await between();
    }
  }

  const pages = fc.record({
    limit: fc.integer({ min: 1, max: ROWS + 2 }),
    direction: fc.constantFrom('forward' as const, 'backward' as const),
  });

  test.each(Object.keys(lists))(
    'shows all of %s once and in order, in pages of any size, from either end',
    async (name) => {
      const list = lists[name];
      if (!list) throw new Error('there is no such list');
      const expected = await list.ids();
      expect(expected.length).toBeGreaterThanOrEqual(ROWS);
      await fc.assert(
        fc.asyncProperty(pages, async (page) => {
          expect(await walk(list, page)).toEqual(expected);
        }),
        { numRuns: 10 },
      );
    },
  );

  test.each(['the inbox', 'a filtered inbox', 'what a search finds', 'a contact’s conversations'])(
    'of conversations that move shows those of %s that stayed, each once and in order, and comes to an end',
    async (name) => {
      const list = lists[name];
      if (!list) throw new Error('there is no such list');
      await fc.assert(
        fc.asyncProperty(pages, fc.array(fc.nat(), { maxLength: 10 }), async (page, moves) => {
          const before = await list.ids();
          const left = [...moves];
          const moved = new Set<string>();
          const seen = await walk(list, page, async () => {
            const next = left.pop();
            if (next === undefined) return;
            const id = before[next % before.length] ?? '';
            moved.add(id);
            await inbox.rows(
              `update conversations.conversations set last_activity_at = (select max(last_activity_at) from conversations.conversations) + interval '1 second'
               where id = $1`,
              [id],
            );
          });
          const stayed = before.filter((id) => !moved.has(id));
          expect(seen.filter((id) => !moved.has(id))).toEqual(stayed);
        }),
        { numRuns: 12 },
      );
    },
  );
});
