import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { testNats, testPostgres } from '#test/stack/index.ts';
import { receiveMessage } from '../commands/receiveMessage.ts';
import { addCompany, received, type TestCompany } from '../testing/inbox.ts';
import { startService } from '../testing/service.ts';

const send = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  userErrors { code } message { id mentions { __typename ... on Agent { name } ... on Team { name members { name } } } } } }`;
const thread = `query ($id: ID!) { conversation(id: $id) { messages { edges { node {
  text mentions { ... on Agent { name } ... on Team { name } } } } } } }`;

describe('notes on the graph', () => {
  let stores: { postgres: Awaited<ReturnType<typeof testPostgres>>; nats: Awaited<ReturnType<typeof testNats>> };
  let running: Awaited<ReturnType<typeof startService>>;
  let acme: TestCompany;
  let id: string;

  beforeAll(async () => {
    const [postgres, nats] = await Promise.all([testPostgres(), testNats()]);
    stores = { postgres, nats };
    running = await startService({ postgresUrl: postgres.adminUrl, natsUrl: nats.url });
    acme = await addCompany(running.database);
    await receiveMessage(running.database, received(acme, { text: 'Where is it?' }), { reopenWithinMs: 0 });
    const { data } = await running.ask<{ conversations: { edges: [{ node: { id: string } }] } }>(
      acme.ada,
      '{ conversations { edges { node { id } } } }',
    );
    id = data.conversations.edges[0].node.id;
  });
  afterAll(async () => {
    await running.service.stop();
    await Promise.all([stores.postgres.close(), stores.nats.close()]);
  });

  const note = (mentions: object[]) =>
    running.ask(acme.ada, send, {
      input: { conversationId: id, text: 'Look', isPrivate: true, mentions, idempotencyKey: v7() },
    });
  const nodes = (data: unknown) =>
    (data as { conversation: { messages: { edges: { node: unknown }[] } } }).conversation.messages.edges.map(
      ({ node }) => node,
    );

  test('show whom they mention, agents and teams, to agents only', async () => {
    const { data } = await note([{ agentId: acme.ben.agentId }, { teamId: acme.teamId }]);
    expect(data).toMatchObject({
      sendMessage: {
        userErrors: [],
        message: {
          mentions: [
            { __typename: 'Agent', name: 'Ben' },
            { __typename: 'Team', name: 'Support', members: [{ name: 'Ada' }, { name: 'Ben' }] },
          ],
        },
      },
    });
    const seen = await running.ask(acme.ben, thread, { id });
    expect(nodes(seen.data)).toEqual([
      { text: 'Where is it?', mentions: [] },
      { text: 'Look', mentions: [{ name: 'Ben' }, { name: 'Support' }] },
    ]);
    const byPartner = await running.ask(acme.partner, thread, { id });
    expect(nodes(byPartner.data)).toEqual([{ text: 'Where is it?', mentions: [] }]);
  });

  test('take the same statements for a thread, however many mention somebody', async () => {
    const before = await running.statements(() => running.ask(acme.ada, thread, { id }));
    for (let times = 0; times < 5; times++) await note([{ agentId: acme.ada.agentId }, { teamId: acme.teamId }]);
    const after = await running.statements(() => running.ask(acme.ada, thread, { id }));
    expect(after).toEqual(before);
  });
});
