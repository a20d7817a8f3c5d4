import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testNats, testPostgres } from '#test/stack/index.ts';
import { receiveMessage } from '../commands/receiveMessage.ts';
import { addCompany, received, type TestCompany } from '../testing/inbox.ts';
import { joinCompany } from '../testing/people.ts';
import { startService } from '../testing/service.ts';

describe('the life of a conversation on the graph', () => {
  let stores: { close(): Promise<unknown> }[];
  let running: Awaited<ReturnType<typeof startService>>;
  let acme: TestCompany;
  let admin: TestCompany['ada'];
  let conversationId: string;

  beforeAll(async () => {
    const [postgres, nats] = await Promise.all([testPostgres(), testNats()]);
    stores = [postgres, nats];
    running = await startService({ postgresUrl: postgres.adminUrl, natsUrl: nats.url }, { reopenWithinMs: 90_000 });
    acme = await addCompany(running.database);
    admin = await joinCompany(running.database, acme.companyId, 'ADMIN');
    await receiveMessage(running.database, received(acme), { reopenWithinMs: 0 });
    const { data } = await running.ask<{ conversations: { edges: [{ node: { id: string } }] } }>(
      acme.ada,
      '{ conversations { edges { node { id } } } }',
    );
    conversationId = data.conversations.edges[0].node.id;
  });
  afterAll(async () => {
    await running.service.stop();
    await Promise.all(stores.map((store) => store.close()));
  });

  const shown = '{ conversation { status snoozedUntil priority botEnabled } userErrors { code } }';
  const until = '2100-01-01T00:00:00.000Z';

  test.each([
    ['snoozeConversation', `until: "${until}"`, { status: 'SNOOZED', snoozedUntil: until }],
    ['openConversation', '', { status: 'OPEN', snoozedUntil: null }],
    ['handToBot', '', { status: 'PENDING', botEnabled: true }],
    ['takeFromBot', '', { status: 'OPEN', botEnabled: false }],
    ['setPriority', 'priority: URGENT', { priority: 'URGENT' }],
    ['resolveConversation', '', { status: 'RESOLVED' }],
    ['reopenConversation', '', { status: 'OPEN' }],
  ])('%s answers with the conversation as it left it', async (field, extra, expected) => {
    const { data } = await running.ask<Record<string, unknown>>(
      acme.ada,
      `mutation { ${field}(input: { conversationId: "${conversationId}", ${extra} }) ${shown} }`,
    );
    expect(data[field]).toMatchObject({ conversation: expected, userErrors: [] });
  });

  test('says how the inbox works, and lets admins change it', async () => {
    const fields = '{ reopenWithinSeconds reopenUnassigned version }';
    const settings = async () =>
      (await running.ask<{ inboxSettings: unknown }>(acme.ada, `{ inboxSettings ${fields} }`)).data.inboxSettings;
    expect(await settings()).toEqual({ reopenWithinSeconds: 90, reopenUnassigned: false, version: 1 });
    const update = `mutation { updateInboxSettings(input: { reopenWithinSeconds: 5, reopenUnassigned: true, expectedVersion: 1 }) {
      inboxSettings ${fields} userErrors { code } } }`;
    const changed = { reopenWithinSeconds: 5, reopenUnassigned: true, version: 2 };
    expect((await running.ask(admin, update)).data).toEqual({
      updateInboxSettings: { inboxSettings: changed, userErrors: [] },
    });
    expect(await settings()).toEqual(changed);
    expect((await running.ask(admin, update)).data).toEqual({
      updateInboxSettings: { inboxSettings: null, userErrors: [{ code: 'CONFLICT' }] },
    });
    expect((await running.ask(acme.ada, update)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
