import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startGraph, type TestGraph } from '../testing/graph.ts';
import { addCompany, type TestCompany } from '../testing/inbox.ts';
import { joinCompany } from '../testing/people.ts';

describe('the life of a conversation on the graph', () => {
  let graph: TestGraph;
  let acme: TestCompany;
  let admin: TestCompany['ada'];
  let conversationId: string;

  beforeAll(async () => {
    graph = await startGraph({ reopenWithinMs: 90_000 });
    acme = await addCompany(graph.database);
    admin = await joinCompany(graph.database, acme.companyId, 'ADMIN');
    conversationId = await graph.write(acme);
  });
  afterAll(() => graph.stop());

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
    const { data } = await graph.ask<Record<string, unknown>>(
      acme.ada,
      `mutation { ${field}(input: { conversationId: "${conversationId}", ${extra} }) ${shown} }`,
    );
    expect(data[field]).toMatchObject({ conversation: expected, userErrors: [] });
  });

  test('says how the inbox works, and lets admins change it', async () => {
    const fields = '{ reopenWithinSeconds reopenUnassigned version }';
    const settings = async () =>
      (await graph.ask<{ inboxSettings: unknown }>(acme.ada, `{ inboxSettings ${fields} }`)).data.inboxSettings;
    expect(await settings()).toEqual({ reopenWithinSeconds: 90, reopenUnassigned: false, version: 1 });
    const update = `mutation { updateInboxSettings(input: { reopenWithinSeconds: 5, reopenUnassigned: true, expectedVersion: 1 }) {
      inboxSettings ${fields} userErrors { code } } }`;
    const changed = { reopenWithinSeconds: 5, reopenUnassigned: true, version: 2 };
    expect((await graph.ask(admin, update)).data).toEqual({
      updateInboxSettings: { inboxSettings: changed, userErrors: [] },
    });
    expect(await settings()).toEqual(changed);
    expect((await graph.ask(admin, update)).data).toEqual({
      updateInboxSettings: { inboxSettings: null, userErrors: [{ code: 'CONFLICT' }] },
    });
    expect((await graph.ask(acme.ada, update)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
