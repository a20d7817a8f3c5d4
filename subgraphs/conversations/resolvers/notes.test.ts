import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { openGraph, type TwoCompanies } from '../testing/graph.ts';

const send = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  userErrors { code } message { id mentions { __typename ... on Agent { name } ... on Team { name members { name } } } } } }`;
const thread = `query ($id: ID!) { conversation(id: $id) { messages { edges { node {
  text mentions { ... on Agent { name } ... on Team { name } } } } } } }`;

describe('notes on the graph', () => {
  let graph: TwoCompanies;

  beforeAll(async () => {
    graph = await openGraph();
  });
  afterAll(() => graph.close());

  const note = (mentions: object[]) =>
    graph.ask(graph.acme.ada, send, {
      input: { conversationId: graph.conversationId, text: 'Look', isPrivate: true, mentions, idempotencyKey: v7() },
    });
  const nodes = (data: unknown) =>
    (data as { conversation: { messages: { edges: { node: unknown }[] } } }).conversation.messages.edges.map(
      ({ node }) => node,
    );

  test('show whom they mention, agents and teams, to agents only', async () => {
    const { data } = await note([{ agentId: graph.acme.ben.agentId }, { teamId: graph.acme.teamId }]);
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
    const seen = await graph.ask(graph.acme.ben, thread, { id: graph.conversationId });
    expect(nodes(seen.data)).toEqual([
      { text: 'Where is it?', mentions: [] },
      { text: 'Look', mentions: [{ name: 'Ben' }, { name: 'Support' }] },
    ]);
    const byPartner = await graph.ask(graph.acme.partner, thread, { id: graph.conversationId });
    expect(nodes(byPartner.data)).toEqual([{ text: 'Where is it?', mentions: [] }]);
  });

  test('take the same statements for a thread, however many mention somebody', async () => {
    const before = await graph.statements(() => graph.ask(graph.acme.ada, thread, { id: graph.conversationId }));
    const mentions = [{ agentId: graph.acme.ada.agentId }, { teamId: graph.acme.teamId }];
    for (let times = 0; times < 5; times++) await note(mentions);
    const after = await graph.statements(() => graph.ask(graph.acme.ada, thread, { id: graph.conversationId }));
    expect(after).toEqual(before);
  });
});
