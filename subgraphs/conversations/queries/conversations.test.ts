import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { v7 } from 'uuid';
import type { PageRequest } from '#platform/graphql/connection.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { ConversationStatus, Platform, Priority } from '#schema/events/values.ts';
import { labelConversation } from '../commands/labelConversation.ts';
import { openInbox, viewer, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import type { ConversationFilter } from './conversationFilter.ts';
import { conversationPage } from './conversations.ts';
import { cursorOf } from './keyset.ts';
import { messagePages } from './messages.ts';

const statuses: readonly ConversationStatus[] = ['PENDING', 'OPEN', 'SNOOZED', 'RESOLVED'];
const priorities: readonly Priority[] = ['LOW', 'NORMAL', 'HIGH', 'URGENT'];
const platforms: readonly Platform[] = ['TELEGRAM', 'WHATSAPP'];
const COUNT = 60;

/** What the tests know of a conversation, as the database has it. */
interface Known {
  readonly id: string;
  readonly number: number;
  readonly status: ConversationStatus;
  readonly priority: Priority;
  readonly platform: Platform;
  readonly channel: string;
  readonly assignee: string | null;
  readonly team: string | null;
  readonly labels: readonly string[];
  readonly unread: boolean;
}

describe('the list', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let otherChannel: string;
  /** In the order of the list. */
  let known: readonly Known[];

  beforeAll(async () => {
    inbox = await openInbox();
    acme = await inbox.addCompany();
    otherChannel = v7();
    for (let index = 0; index < COUNT; index++) {
      await write(inbox, acme, {
        from: `customer-${index}`,
        text: `Order ${index % 7}`,
        platform: platforms[index % 2] ?? 'TELEGRAM',
        channelId: index % 5 === 0 ? otherChannel : acme.channelId,
        // Many of one moment: the id has to decide.
        sentAt: new Date(Date.UTC(2026, 0, 1, 12, 0, index % 8)).toISOString(),
      });
    }
    const { companyId, ada, teamId, labelIds } = acme;
    await inbox.rows(
      `update conversations.conversations set
         status = ($2::text[])[number % 4 + 1], resolved_at = case when number % 4 = 3 then now() end,
         priority = ($3::text[])[number % 4 + 1],
         assignee_id = case when number % 3 = 0 then $4::uuid end, team_id = case when number % 6 < 2 then $5::uuid end
       where company_id = $1`,
      [companyId, statuses, priorities, ada.agentId, teamId],
    );
    await inbox.rows(
      `insert into conversations.conversation_labels (company_id, conversation_id, label_id)
       select company_id, id, $2::uuid from conversations.conversations where company_id = $1 and number % 3 = 1
       union all
       select company_id, id, $3::uuid from conversations.conversations where company_id = $1 and number % 4 < 2`,
      [companyId, ...labelIds],
    );
    await inbox.rows(
      `insert into conversations.read_marks select company_id, id, $2, 1, now() from conversations.conversations
       where company_id = $1 and number % 2 = 0`,
      [companyId, ada.agentId],
    );
    known = await inbox.rows<Known>(
      `select c.id, number, status, priority, platform, channel_id as channel, assignee_id as assignee, team_id as team,
         array(select label_id from conversations.conversation_labels l where l.conversation_id = c.id)::text[] as labels,
         not exists (select from conversations.read_marks r where r.conversation_id = c.id) as unread
       from conversations.conversations c where company_id = $1 order by last_activity_at desc, c.id desc`,
      [companyId],
    );
  });
  afterAll(() => inbox.close());

  async function read<T>(query: (sql: Sql) => Promise<T>, { companyId } = acme): Promise<T> {
    const session = inbox.database.session(companyId);
    try {
      return await session.read(query);
    } finally {
      await session.close();
    }
  }

  const page = (filter: ConversationFilter, request: Partial<PageRequest> = {}, limited = false) =>
    read((sql) =>
      conversationPage(sql, limited ? ofTheirTeam() : viewer(acme.ada), filter, {
        limit: 100,
        direction: 'forward',
        ...request,
      }),
    );
  const ofTheirTeam = () => viewer(acme.ada, { agentId: acme.ada.agentId, teamIds: [acme.teamId, v7()] });
  const isTheirs = ({ team, assignee }: Known) => team === acme.teamId || assignee === acme.ada.agentId;
  const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

  test('shows every conversation once and in order, read in pages of any size from either end', async () => {
    const sizes = fc.record({
      limit: fc.integer({ min: 1, max: 30 }),
      forward: fc.boolean(),
      limited: fc.boolean(),
      labelled: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ limit, forward, limited, labelled }) => {
        const direction = forward ? 'forward' : 'backward';
        const filter = labelled ? { labelIds: acme.labelIds } : {};
        const seen: string[] = [];
        for (let cursor: string | undefined; ;) {
          const rows = await page(filter, { limit, direction, ...(cursor !== undefined && { cursor }) }, limited);
          const shown = rows.slice(0, limit);
          seen.push(...idsOf(shown));
          const last = shown.at(-1);
          if (rows.length <= limit || !last) break;
          cursor = cursorOf(last.lastActivityAt, last.id);
        }
        const all = idsOf(known.filter((one) => (!limited || isTheirs(one)) && (!labelled || one.labels.length > 0)));
        expect(seen).toEqual(forward ? all : all.toReversed());
      }),
      { numRuns: 24 },
    );
  });

  test('moves a conversation to the front of its labels with each message, and a label given later finds it there', async () => {
    const globex = await inbox.addCompany();
    const [first, second] = globex.labelIds;
    const newestOf = async (labelId: string) => {
      const [row] = await read(
        (sql) => conversationPage(sql, viewer(globex.ada), { labelIds: [labelId] }, { limit: 1, direction: 'forward' }),
        globex,
      );
      return row?.id;
    };
    const said = (from: string, minute: number) =>
      write(inbox, globex, { from, sentAt: new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString() });
    const older = await said('older', 0);
    const newer = await said('newer', 1);
    for (const conversationId of [older, newer]) {
      await labelConversation(inbox.database, globex.ada, { conversationId, labelIds: [first] });
    }
    expect(await newestOf(first)).toBe(newer);
    await said('older', 2);
    expect(await newestOf(first)).toBe(older);
    await labelConversation(inbox.database, globex.ada, { conversationId: newer, labelIds: [second] });
    expect(await newestOf(second)).toBe(newer);
    await labelConversation(inbox.database, globex.ada, { conversationId: older, labelIds: [second] });
    expect(await newestOf(second)).toBe(older);
  });

  test('keeps to every filter, and to all of them together', async () => {
    const some = <T>(...values: readonly T[]) =>
      fc.option(fc.subarray([...values], { minLength: 0 }), { nil: undefined });
    const one = <T>(...values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
    const filters = fc.record({
      status: some(...statuses),
      priority: some(...priorities),
      platforms: some(...platforms),
      channelIds: some(acme.channelId, otherChannel),
      labelIds: some(...acme.labelIds),
      assigneeId: one(acme.ada.agentId, acme.ben.agentId),
      teamId: one(acme.teamId),
      unassigned: one(true, false),
      unread: one(true, false),
    });
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const expected = known.filter(
          (c) =>
            (filter.status?.includes(c.status) ?? true) &&
            (filter.priority?.includes(c.priority) ?? true) &&
            (filter.platforms?.includes(c.platform) ?? true) &&
            (filter.channelIds?.includes(c.channel) ?? true) &&
            (filter.labelIds?.some((label) => c.labels.includes(label)) ?? true) &&
            (filter.assigneeId === undefined || c.assignee === filter.assigneeId) &&
            (filter.teamId === undefined || c.team === filter.teamId) &&
            (filter.unassigned === undefined || (c.assignee === null) === filter.unassigned) &&
            (filter.unread === undefined || c.unread === filter.unread),
        );
        expect(idsOf(await page(filter))).toEqual(idsOf(expected));
        expect(idsOf(await page(filter, {}, true))).toEqual(idsOf(expected.filter(isTheirs)));
      }),
      { numRuns: 150 },
    );
  });

  test('gives the messages of several conversations, each its own page, from either end', async () => {
    const company = await inbox.addCompany();
    const conversations: string[] = [];
    for (const from of ['a', 'b']) {
      for (let second = 0; second < 5; second++) {
        const sentAt = new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString();
        const id = await write(inbox, company, { from, text: `${from}${second}`, sentAt });
        if (second === 0) conversations.push(id);
      }
    }
    const ada = viewer(company.ada);
    const texts = async (request: PageRequest) => {
      const rows = await read((sql) => messagePages(sql, ada, conversations, request), company);
      return conversations.map((id) =>
        rows.filter(({ conversationId }) => conversationId === id).map(({ text }) => text),
      );
    };
    expect(await texts({ limit: 2, direction: 'forward' })).toEqual([
      ['a0', 'a1', 'a2'],
      ['b0', 'b1', 'b2'],
    ]);
    expect(await texts({ limit: 1, direction: 'backward' })).toEqual([
      ['a4', 'a3'],
      ['b4', 'b3'],
    ]);
    const cursor = cursorOf(new Date(Date.UTC(2026, 0, 1, 12, 0, 3)), '00000000-0000-0000-0000-000000000000');
    expect(await texts({ limit: 5, direction: 'forward', cursor })).toEqual([
      ['a3', 'a4'],
      ['b3', 'b4'],
    ]);
  });
});
