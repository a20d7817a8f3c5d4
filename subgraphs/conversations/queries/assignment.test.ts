import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Sql } from '#platform/postgres/sql.ts';
import { assign } from '../commands/assign.ts';
import { openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { addPolicy } from '../testing/routing.ts';
import { nextWaiting, policiesByIds, policiesWithQueue, type QueueOrder } from './assignment.ts';

describe('among many conversations, the queue', () => {
  let inbox: TestInbox;
  let acme: TestCompany;

  beforeAll(async () => {
    inbox = await openInbox();
    acme = await inbox.addCompany();
    const ofChannel = await write(inbox, acme, { from: 'one' });
    const ofTeam = await write(inbox, acme, { from: 'two' });
    await assign(inbox.database, acme.ada, { conversationId: ofTeam, teamId: acme.teamId });
    // 30,000 that are over, and 300 that wait in each of the two queues.
    await inbox.rows(
      `insert into conversations.conversations
       select (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'number', c.number + n * 2,
         'status', 'RESOLVED', 'resolved_at', now()))).*
       from conversations.conversations c, generate_series(1, 15000) n where c.id = any($1)`,
      [[ofChannel, ofTeam]],
    );
    await inbox.rows('drop index conversations.conversations_one_active');
    await inbox.rows(
      `insert into conversations.conversations
       select (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'number', c.number + 40000 + n * 2))).*
       from conversations.conversations c, generate_series(1, 300) n where c.id = any($1)`,
      [[ofChannel, ofTeam]],
    );
    await inbox.rows('analyze conversations.conversations');
  });
  afterAll(() => inbox.close());

  /** How PostgreSQL does what `ask` asks, as the service's own role. */
  async function planOf(ask: (sql: Sql) => Promise<unknown>): Promise<string> {
    const session = inbox.database.session(acme.companyId);
    const lines: string[] = [];
    try {
      await session.read(async (sql) => {
        const explain = async (strings: TemplateStringsArray, ...values: unknown[]) => {
          const [first = '', ...rest] = strings;
          const explained = Object.assign([`explain ${first}`, ...rest], { raw: strings.raw });
          const rows = await sql<{ 'QUERY PLAN': string }>(explained, ...values);
          lines.push(...rows.map((row) => row['QUERY PLAN']));
          return [];
        };
        await ask(explain as Sql);
      });
    } finally {
      await session.close();
    }
    return lines.join('\n');
  }

  async function planOfNext(scope: { readonly teamId?: string }, order: QueueOrder): Promise<string> {
    const id = await addPolicy(inbox.database, acme, { ...scope, order });
    const session = inbox.database.session(acme.companyId);
    const [policy] = await session.read((sql) => policiesByIds(sql, acme.companyId, [id]));
    await session.close();
    if (!policy) throw new Error('the policy is gone');
    return planOf((sql) => nextWaiting(sql, policy, []));
  }

  test.each([
    ['of a team', true, 'OLDEST_FIRST', 'conversations_waiting_team'],
    ['of a team', true, 'MOST_URGENT_FIRST', 'conversations_waiting_team_urgent'],
    ['of a channel', false, 'OLDEST_FIRST', 'conversations_waiting_channel'],
    ['of a channel', false, 'MOST_URGENT_FIRST', 'conversations_waiting_channel_urgent'],
  ] as const)('%s is read from its beginning by an index (%#: %s, %s)', async (_, isTeam, order, index) => {
    const plan = await planOfNext(isTeam ? { teamId: acme.teamId } : {}, order);
    expect(plan).toContain(`using ${index} on`);
    expect(plan).not.toContain('Sort');
  });

  test('is looked for by an index where nothing has waited yet', async () => {
    await planOfNext({}, 'OLDEST_FIRST');
    const plan = await planOf((sql) => policiesWithQueue(sql, acme.companyId));
    expect(plan).toContain('conversations_waiting_team');
    expect(plan).toContain('conversations_waiting_channel');
    expect(plan).not.toContain('Seq Scan on conversations');
  });
});
