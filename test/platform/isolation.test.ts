import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { eventually } from '#test/stack/eventually.ts';
import { demoCompany, runPlatform, telegramMessage, type RunningPlatform } from './runningPlatform.ts';

const SECRET = 'the blue heron lands at dawn';

/** What of Acme's a stranger may know or guess: every id there is. */
interface Known {
  readonly channelId: string;
  readonly conversationId: string;
  readonly messageId: string;
  readonly contactId: string;
  readonly agentId: string;
  readonly teamId: string;
  readonly labelId: string;
  readonly documentId: string;
}

/** Every root field, called with Acme's ids. The first test fails when the graph has one that is not here. */
const calls = {
  Query: {
    company: () => '{ company { id slug name channels { id name } } }',
    channel: ({ channelId }) => `{ channel(id: "${channelId}") { id name externalId } }`,
    channels: () => '{ channels { id name externalId company { id slug } } }',
    viewer: () => '{ viewer { id name email openConversationCount } }',
    conversations: ({ channelId, agentId, teamId, labelId }) => `{
      all: conversations(first: 100) { edges { cursor node { id contact { id name } messages { edges { node { text } } } } } }
      searched: conversations(filter: { search: "heron" }) { edges { node { id } } }
      ofTheirs: conversations(filter: { channelIds: ["${channelId}"], assigneeId: "${agentId}" }) { edges { node { id } } }
      labelled: conversations(filter: { teamId: "${teamId}", labelIds: ["${labelId}"] }) { edges { node { id } } }
    }`,
    conversation: ({ conversationId }) =>
      `{ conversation(id: "${conversationId}") { id contact { name } lastMessage { text } } }`,
    inboxCounts: () => '{ inboxCounts { open pending snoozed unassigned mine unread } }',
    contact: ({ contactId }) =>
      `{ contact(id: "${contactId}") { id name identities { externalId } conversations { edges { node { id } } } } }`,
    agents: () => '{ agents { id name email } }',
    teams: () => '{ teams { id name members { id email } } }',
    labels: () => '{ labels { id name } }',
    documents: () => '{ documents(first: 100) { edges { node { id title } } } }',
    searchKnowledge: () => `{ searchKnowledge(query: "${SECRET}", first: 50) { text document { id title } } }`,
    dashboard: ({ channelId, agentId, teamId }) => {
      const all = '{ from: "2026-01-01T00:00:00Z", to: "2027-12-31T00:00:00Z" }';
      const totals =
        '{ totals { messagesReceived conversationsOpened messagesSent } byPlatform { totals { messagesReceived } } }';
      return `{
        all: dashboard(range: ${all}) ${totals}
        channel: dashboard(range: ${all}, filter: { channelIds: ["${channelId}"] }) ${totals}
        people: dashboard(range: ${all}, filter: { agentIds: ["${agentId}"], teamIds: ["${teamId}"] }) ${totals}
      }`;
    },
  },
  Mutation: {
    sendMessage: ({ conversationId }) =>
      `mutation { sendMessage(input: { conversationId: "${conversationId}", text: "intruder", idempotencyKey: "${v7()}" }) { message { id } userErrors { code message } } }`,
    retryMessage: ({ messageId }) =>
      `mutation { retryMessage(input: { messageId: "${messageId}" }) { message { id } userErrors { code message } } }`,
    setTyping: ({ conversationId }) =>
      `mutation { setTyping(input: { conversationId: "${conversationId}", isTyping: true }) { userErrors { code message } } }`,
    markRead: ({ conversationId, messageId }) =>
      `mutation { markRead(input: { conversationId: "${conversationId}", upToMessageId: "${messageId}" }) { conversation { id } userErrors { code message } } }`,
    changeStatus: ({ conversationId }) =>
      `mutation { changeStatus(input: { conversationId: "${conversationId}", status: RESOLVED }) { conversation { id } userErrors { code message } } }`,
    assign: ({ conversationId, agentId }) =>
      `mutation { assign(input: { conversationId: "${conversationId}", agentId: "${agentId}" }) { conversation { id } userErrors { code message } } }`,
    addDocument: () =>
      'mutation { addDocument(input: { title: "Globex only", text: "Nothing of interest." }) { document { title } userErrors { code message } } }',
  },
  Subscription: {
    inboxUpdates: () => 'subscription { inboxUpdates { kind conversation { id } message { text } } }',
    conversationUpdates: ({ conversationId }) =>
      `subscription { conversationUpdates(id: "${conversationId}") { kind conversation { id } message { text } } }`,
  },
} satisfies Record<string, Record<string, (known: Known) => string>>;

describe('another company', () => {
  let platform: RunningPlatform;
  let acme: string;
  let globex: string;
  let known: Known;

  /** What nobody outside Acme may see in any answer. */
  const acmesOwn = () => [...Object.values(known), SECRET, 'Acme', 'acme', 'Sasha'];

  async function snapshotOfAcme(): Promise<unknown> {
    const { data } = await platform.ask(
      acme,
      `query ($id: ID!) { inboxCounts { open unassigned mine unread } conversation(id: $id) {
        status unreadCount messageCount assignee { id } messages { edges { node { text } } } } }`,
      { id: known.conversationId },
    );
    return data;
  }

  beforeAll(async () => {
    platform = await runPlatform();
    [acme, globex] = [await platform.tokenOf('acme'), await platform.tokenOf('globex')];
    await platform.postUpdate('acme', telegramMessage(900, 1, SECRET, 'Sasha'));
    const { agents, teams, labels, telegram } = demoCompany('acme');
    const add = `mutation { addDocument(input: { title: "Acme plans", text: "# Plans\\n\\n${SECRET}." }) { document { id } } }`;
    const added = await platform.ask<{ addDocument: { document: { id: string } } }>(acme, add);
    known = await eventually(async () => {
      const { data } = await platform.ask<{
        conversations: { edges: [{ node: { id: string; contact: { id: string }; lastMessage: { id: string } } }] };
        searchKnowledge: { text: string }[];
      }>(
        acme,
        `{ conversations { edges { node { id contact { id } lastMessage { id } } } } searchKnowledge(query: "${SECRET}") { text } }`,
      );
      const [{ node }] = data.conversations.edges;
      if (!data.searchKnowledge[0]?.text.includes('heron')) throw new Error('the document is not indexed yet');
      return {
        channelId: telegram.channelId,
        conversationId: node.id,
        messageId: node.lastMessage.id,
        contactId: node.contact.id,
        agentId: agents[0]?.id ?? '',
        teamId: teams[0]?.id ?? '',
        labelId: labels[0]?.id ?? '',
        documentId: added.data.addDocument.document.id,
      };
    });
    await eventually(async () => {
      const all = '{ from: "2026-01-01T00:00:00Z", to: "2027-12-31T00:00:00Z" }';
      const { data } = await platform.ask(acme, `{ dashboard(range: ${all}) { totals { messagesReceived } } }`);
      if (!JSON.stringify(data).includes('"messagesReceived":1')) throw new Error('the message is not counted yet');
    });
  }, 60_000);

  afterAll(() => platform.stop());

  it('is asked about on every root field that the graph has', async () => {
    const { data } = await platform.ask<{
      __schema: Record<'queryType' | 'mutationType' | 'subscriptionType', { name: string; fields: { name: string }[] }>;
    }>(
      acme,
      '{ __schema { queryType { ...T } mutationType { ...T } subscriptionType { ...T } } } fragment T on __Type { name fields { name } }',
    );
    for (const { name, fields } of Object.values(data.__schema)) {
      const covered = Object.keys(calls[name as keyof typeof calls]);
      expect(covered.toSorted()).toEqual(fields.map((field) => field.name).toSorted());
    }
  });

  it.each(Object.keys(calls.Query))('learns nothing of Acme by Query.%s', async (field) => {
    const query = calls.Query[field as keyof typeof calls.Query](known);
    const answer = await platform.ask(globex, query);
    expect(answer.errors ?? []).toEqual([]);
    const text = JSON.stringify(answer.data);
    for (const own of acmesOwn()) expect(text).not.toContain(own);
    // Figures name nobody: Globex has received nothing, so all of them are zero.
    expect(text).not.toMatch(/"(messagesReceived|conversationsOpened|messagesSent|open|unassigned|unread)":[1-9]/);
  });

  it.each(Object.keys(calls.Mutation))('changes and learns nothing of Acme by Mutation.%s', async (field) => {
    const before = await snapshotOfAcme();
    const answer = await platform.ask(globex, calls.Mutation[field as keyof typeof calls.Mutation](known));
    const text = JSON.stringify(answer);
    // The ids that the call itself names may be named back; nothing else of Acme's may.
    for (const own of [SECRET, 'Acme', 'Sasha']) expect(text).not.toContain(own);
    expect(await snapshotOfAcme()).toEqual(before);
    expect(platform.telegram.sent()).toEqual([]);
  });

  it.each([
    ['sendMessage', { message: null }],
    ['retryMessage', { message: null }],
    ['setTyping', {}],
    ['markRead', { conversation: null }],
    ['changeStatus', { conversation: null }],
    ['assign', { conversation: null }],
  ] as const)('is told by %s that there is no such thing', async (field, nothing) => {
    const { data } = await platform.ask(globex, calls.Mutation[field](known));
    expect(data[field]).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    expect(data[field]).toEqual({ ...nothing, userErrors: expect.any(Array) });
  });

  it.each(Object.keys(calls.Subscription))('hears nothing of Acme by Subscription.%s', async (field) => {
    const query = calls.Subscription[field as keyof typeof calls.Subscription](known);
    const theirs = platform.subscribe(globex, query);
    const ours = platform.subscribe(acme, query);
    await Promise.all([theirs.connected, ours.connected]);
    await platform.postUpdate('acme', telegramMessage(900, field.length, 'still here', 'Sasha'));
    await eventually(() => expect(JSON.stringify(ours.received)).toContain('still here'));
    // By now the same router has delivered the event to whom it belongs.
    expect(theirs.received).toEqual([]);
    ours.end();
    theirs.end();
  });

  it('cannot answer for Acme with a cursor of Acme’s', async () => {
    const query = 'query ($after: String) { conversations(first: 1, after: $after) { edges { cursor node { id } } } }';
    const { data } = await platform.ask<{ conversations: { edges: [{ cursor: string }] } }>(acme, query);
    const stolen = await platform.ask(globex, query, { after: data.conversations.edges[0].cursor });
    expect(stolen.data).toEqual({ conversations: { edges: [] } });
  });

  it('is turned away on every root field without a token', async () => {
    const all = [...Object.values(calls.Query), ...Object.values(calls.Mutation)] as ((known: Known) => string)[];
    for (const call of all) {
      const { data, errors } = await platform.ask(undefined, call(known));
      expect(data ?? null).toBeNull();
      expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    }
  });
});

describe('a stranger in production', () => {
  let platform: RunningPlatform;

  beforeAll(async () => {
    platform = await runPlatform({ production: true });
  }, 60_000);
  afterAll(() => platform.stop());

  it.each([
    ['introspection', '{ __schema { types { name } } }'],
    ['the SDL of a subgraph', '{ _service { sdl } }'],
    ['entities', '{ _entities(representations: []) { __typename } }'],
  ])('does not get %s', async (_, query) => {
    const { data, errors } = await platform.ask(undefined, query);
    expect(data ?? null).toBeNull();
    expect(errors).toHaveLength(1);
  });

  it('cannot ask a subgraph directly', async () => {
    for (const service of [
      platform.platform.channels,
      platform.platform.conversations,
      platform.platform.knowledge,
      platform.platform.analytics,
    ]) {
      const response = await fetch(`${service.url()}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ _service { sdl } }' }),
      });
      expect(response.status).toBe(401);
    }
  });
});
