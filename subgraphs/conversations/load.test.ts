import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { assign } from './commands/assign.ts';
import { openInbox, write, type TestCompany, type TestInbox } from './testing/inbox.ts';
import { limit, loads } from './testing/routing.ts';

describe('what agents have in hand', () => {
  let inbox: TestInbox;
  let acme: TestCompany;

  beforeAll(async () => {
    inbox = await openInbox();
    acme = await inbox.addCompany();
    await limit(inbox.database, acme, acme.ada, 10, [{ platform: 'WEB_CHAT', weight: 3 }]);
  });
  afterAll(() => inbox.close());

  const kept = async () => {
    const rows = await loads(inbox, acme);
    expect(rows.map(({ load }) => load)).toEqual(rows.map(({ recount }) => recount));
    return Object.fromEntries(rows.map(({ agent, load }) => [agent, load]));
  };

  test('is right after a bulk load, a change by hand of many, and their removal', async () => {
    const id = await write(inbox, acme, { platform: 'WEB_CHAT' });
    await assign(inbox.database, acme.ada, { conversationId: id, agentId: acme.ada.agentId });
    await inbox.rows('drop index conversations.conversations_one_active');
    await inbox.rows(
      `insert into conversations.conversations
       select (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'number', c.number + n,
         'platform', case when n % 2 = 0 then 'WEB_CHAT' else 'TELEGRAM' end))).*
       from conversations.conversations c, generate_series(1, 100) n where c.id = $1`,
      [id],
    );
    const [ada, ben] = [acme.ada.agentId, acme.ben.agentId];
    expect(await kept()).toEqual({ [ada]: 3 + 50 * 3 + 50, [ben]: 0 });
    await inbox.rows('update conversations.conversations set assignee_id = $1 where number % 4 = 0', [ben]);
    expect(await kept()).toMatchObject({ [ben]: 25 });
    await inbox.rows('delete from conversations.conversations where id <> $1', [id]);
    expect(await kept()).toEqual({ [ada]: 3, [ben]: 0 });
  });

  test('of an agent who is new is nothing', async () => {
    const globex = await inbox.addCompany();
    expect((await loads(inbox, globex)).map(({ load, capacity }) => [load, capacity])).toEqual([
      [0, 10],
      [0, 10],
    ]);
  });
});
