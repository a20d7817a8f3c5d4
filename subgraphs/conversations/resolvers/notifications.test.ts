import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import { openGraph, type TwoCompanies } from '../testing/graph.ts';

const list = `query ($unread: Boolean, $first: Int, $after: String, $last: Int, $before: String) {
  unreadNotificationCount
  notifications(unread: $unread, first: $first, after: $after, last: $last, before: $before) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { node {
      id kind readAt createdAt conversation { number } message { text } team { name }
      actor { __typename ... on Agent { name } ... on Contact { contactName: name } }
    } }
  }
}`;
const entity = `query ($id: ID!) { _entities(representations: [{ __typename: "Notification", id: $id }]) {
  ... on Notification { id kind } } }`;

interface Node {
  readonly id: string;
  readonly kind: string;
  readonly readAt: string | null;
  readonly message: { readonly text: string } | null;
}
interface Listed {
  readonly unreadNotificationCount: number;
  readonly notifications: {
    readonly pageInfo: Record<'startCursor' | 'endCursor', string> & Record<string, unknown>;
    readonly edges: readonly { readonly node: Node }[];
  };
}

describe('notifications on the graph', () => {
  let graph: TwoCompanies;

  beforeAll(async () => {
    graph = await openGraph();
    for (const text of ['one', 'two', 'three', 'four', 'five']) await note(text);
  });
  afterAll(() => graph.close());

  const note = (text: string, mentions: object[] = [{ teamId: graph.acme.teamId }]) =>
    graph.ask(
      graph.acme.ada,
      'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { userErrors { code } } }',
      {
        input: { conversationId: graph.conversationId, text, isPrivate: true, mentions, idempotencyKey: v7() },
      },
    );
  async function page(variables: object = {}, as: Identity = graph.acme.ben) {
    const { data, errors } = await graph.ask<Listed>(as, list, variables);
    expect(errors).toBeUndefined();
    const { edges, pageInfo } = data.notifications;
    return { nodes: edges.map(({ node }) => node), pageInfo, unread: data.unreadNotificationCount };
  }
  const texts = (nodes: readonly Node[]) => nodes.map(({ message }) => message?.text);

  test('say what happened, where, by whom and by way of which team', async () => {
    const { nodes, unread } = await page({ first: 1 });
    expect(nodes).toEqual([
      {
        id: expect.any(String),
        kind: 'MENTIONED',
        readAt: null,
        createdAt: expect.any(String),
        conversation: { number: 1 },
        message: { text: 'five' },
        team: { name: 'Support' },
        actor: { __typename: 'Agent', name: 'Ada' },
      },
    ]);
    expect(unread).toBe(5);
  });

  test('are paged in both directions', async () => {
    const first = await page({ first: 2 });
    expect(texts(first.nodes)).toEqual(['five', 'four']);
    const next = await page({ first: 2, after: first.pageInfo.endCursor });
    expect(texts(next.nodes)).toEqual(['three', 'two']);
    const back = await page({ last: 2, before: next.pageInfo.startCursor });
    expect(texts(back.nodes)).toEqual(['five', 'four']);
    expect(texts((await page({ last: 1 })).nodes)).toEqual(['one']);
  });

  test('take the same statements for a page of any size', async () => {
    const one = await graph.statements(() => page({ first: 1 }));
    const all = await graph.statements(() => page({ first: 100 }));
    expect(all).toEqual(one);
    // set_config, count, page, conversations, messages, teams, agents.
    expect(one).toHaveLength(7);
  });

  test('are filtered by whether they were read, and counted', async () => {
    const { nodes } = await page();
    const input = { ids: nodes.slice(0, 2).map(({ id }) => id) };
    const mark = `mutation ($input: MarkNotificationsReadInput!) { markNotificationsRead(input: $input) {
      unreadNotificationCount userErrors { code } } }`;
    const { data } = await graph.ask(graph.acme.ben, mark, { input });
    expect(data).toEqual({ markNotificationsRead: { unreadNotificationCount: 3, userErrors: [] } });
    expect(texts((await page({ unread: true })).nodes)).toEqual(['three', 'two', 'one']);
    expect(texts((await page({ unread: false })).nodes)).toEqual(['five', 'four']);
    expect((await graph.ask(graph.acme.ben, mark, { input: {} })).data).toEqual({
      markNotificationsRead: { unreadNotificationCount: 3, userErrors: [{ code: 'INVALID' }] },
    });
  });

  test('are the agent’s own: a colleague and another company have none of them', async () => {
    const [notification] = (await page()).nodes;
    for (const stranger of [graph.acme.ada, graph.globex.ben]) {
      expect((await page({}, stranger)).nodes).toEqual([]);
      const { data } = await graph.ask(stranger, entity, { id: notification?.id });
      expect(data).toEqual({ _entities: [null] });
    }
    expect((await graph.ask(graph.acme.ben, entity, { id: notification?.id })).data).toEqual({
      _entities: [{ id: notification?.id, kind: 'MENTIONED' }],
    });
  });

  test('and their settings are refused to partners', async () => {
    for (const query of [
      '{ notifications { edges { node { id } } } }',
      '{ unreadNotificationCount }',
      '{ notificationSettings { kinds } }',
      'mutation { markNotificationsRead(input: { ids: [] }) { unreadNotificationCount } }',
      'mutation { updateNotificationSettings(input: { kinds: [] }) { notificationSettings { kinds } } }',
    ]) {
      const { errors } = await graph.ask(graph.acme.partner, query);
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });

  test('come as the agent chooses', async () => {
    const settings = '{ notificationSettings { kinds } }';
    const before = { notificationSettings: { kinds: ['MENTIONED', 'ASSIGNED', 'CONVERSATION_REOPENED'] } };
    expect((await graph.ask(graph.acme.ada, settings)).data).toEqual(before);
    const update = `mutation { updateNotificationSettings(input: { kinds: [NEW_MESSAGE, ASSIGNED] }) {
      notificationSettings { kinds } userErrors { code } } }`;
    const chosen = { notificationSettings: { kinds: ['NEW_MESSAGE', 'ASSIGNED'] } };
    const { data } = await graph.ask(graph.acme.ada, update);
    expect(data).toEqual({ updateNotificationSettings: { ...chosen, userErrors: [] } });
    expect((await graph.ask(graph.acme.ada, settings)).data).toEqual(chosen);
    expect((await graph.ask(graph.acme.ben, settings)).data).toEqual(before);
  });

  test('name the contact who wrote, and nobody when the platform did it', async () => {
    const { acme, conversationId } = graph;
    await graph.ask(acme.ben, 'mutation ($input: AssignInput!) { assign(input: $input) { userErrors { code } } }', {
      input: { conversationId, agentId: acme.ada.agentId },
    });
    await graph.write('customer-1', 'Hello?');
    const { nodes } = await page({ first: 1 }, acme.ada);
    expect(nodes).toMatchObject([
      { kind: 'NEW_MESSAGE', message: { text: 'Hello?' }, team: null, actor: { __typename: 'Contact' } },
    ]);
    await graph.database.write(acme.companyId, async ({ sql }) => {
      await sql`
        update conversations.notifications set actor_kind = 'system', actor_id = null
        where company_id = ${acme.companyId} and id = ${nodes[0]?.id}`;
    });
    expect((await page({ first: 1 }, acme.ada)).nodes).toMatchObject([{ actor: null }]);
  });
});
