import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { VisitorIdentity } from '#platform/identity/identity.ts';
import { connectNats } from '#platform/events/nats.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { typingSignal, typingSubject, type TypingSignal } from '#schema/events/signals.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres } from '#test/stack/index.ts';
import { changeStatus } from '../commands/changeStatus.ts';
import { receiveMessage } from '../commands/receiveMessage.ts';
import { recordEcho } from '../commands/recordEcho.ts';
import { sendMessage } from '../commands/sendMessage.ts';
import { addCompany, DAY_MS, echoed, received, type TestCompany } from '../testing/inbox.ts';
import { startService, type Answer } from '../testing/service.ts';

interface Chat {
  readonly chatMessages: {
    readonly pageInfo: Record<string, unknown>;
    readonly edges: readonly { readonly cursor: string; readonly node: Record<string, unknown> }[];
  };
}

const history = `query ($first: Int, $after: String, $last: Int, $before: String) {
  chatMessages(first: $first, after: $after, last: $last, before: $before) {
    pageInfo { hasNextPage hasPreviousPage }
    edges { cursor node { id clientId text status author { kind name } attachments { kind name } createdAt editedAt deletedAt } }
  }
}`;
const lookUp = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ChatMessage { id text } } }`;
const typing = `mutation ($is: Boolean!) { setChatTyping(input: { isTyping: $is }) { userErrors { code } } }`;

describe('the chat of a visitor', () => {
  let stores: { postgres: Awaited<ReturnType<typeof testPostgres>>; nats: Awaited<ReturnType<typeof testNats>> };
  let running: Awaited<ReturnType<typeof startService>>;
  let acme: TestCompany;
  let globex: TestCompany;

  beforeAll(async () => {
    const [postgres, nats] = await Promise.all([testPostgres(), testNats()]);
    stores = { postgres, nats };
    running = await startService({ postgresUrl: postgres.adminUrl, natsUrl: nats.url });
    acme = await addCompany(running.database);
    globex = await addCompany(running.database);
  });
  afterAll(async () => {
    await running.service.stop();
    await Promise.all([stores.postgres.close(), stores.nats.close()]);
  });

  function visitorOf({ companyId, channelId }: TestCompany, visitorId = v7()): VisitorIdentity {
    return { kind: 'visitor', companyId, channelId, visitorId, origin: 'https://shop.example', scopes: [] };
  }

  /** The visitor writes; gives the conversation that it came into. */
  async function says(company: TestCompany, { visitorId }: VisitorIdentity, text: string, clientId = v7()) {
    const event = received(company, {
      from: visitorId,
      platform: 'WEB_CHAT',
      threadExternalId: visitorId,
      externalMessageId: `${visitorId}:${clientId}`,
      text,
    });
    await receiveMessage(running.database, event, { reopenWithinMs: 3 * DAY_MS });
    const { data } = await running.ask<{ conversations: { edges: [{ node: { id: string } }] } }>(
      company.ada,
      '{ conversations(first: 1) { edges { node { id } } } }',
    );
    return data.conversations.edges[0].node.id;
  }

  async function answers(company: TestCompany, conversationId: string, text: string, isPrivate = false) {
    const input = { conversationId, text, isPrivate, idempotencyKey: v7() };
    const outcome = await sendMessage(running.database, company.ada, input);
    if (!('messageId' in outcome)) throw new Error('not sent');
    return outcome.messageId;
  }

  const read = (visitor: VisitorIdentity, variables: object = {}) => running.ask<Chat>(visitor, history, variables);
  const textsOf = ({ data }: Answer<Chat>) => data.chatMessages.edges.map(({ node }) => node['text']);

  test('has what both sides wrote, oldest first, without the agents’ notes', async () => {
    const visitor = visitorOf(acme);
    const conversationId = await says(acme, visitor, 'Where is my tent?', 'first-1');
    await answers(acme, conversationId, 'They are late again', true);
    await answers(acme, conversationId, 'On its way.');
    const answer = await read(visitor);
    expect(answer.errors).toBeUndefined();
    expect(answer.data.chatMessages.edges.map(({ node }) => node)).toEqual([
      {
        id: expect.any(String),
        clientId: 'first-1',
        text: 'Where is my tent?',
        status: 'RECEIVED',
        author: { kind: 'VISITOR', name: null },
        attachments: [],
        createdAt: expect.any(String),
        editedAt: null,
        deletedAt: null,
      },
      expect.objectContaining({
        clientId: null,
        text: 'On its way.',
        status: 'QUEUED',
        author: { kind: 'AGENT', name: 'Ada' },
      }),
    ]);
  });

  test('goes over all conversations, page by page in both directions', async () => {
    const visitor = visitorOf(acme);
    for (const round of ['a', 'b', 'c']) {
      const conversationId = await says(acme, visitor, `${round}1`);
      await answers(acme, conversationId, `${round}2`);
      await changeStatus(running.database, acme.ada, { conversationId, status: 'RESOLVED' });
      await running.database.write(acme.companyId, ({ sql }) => {
        return sql`update conversations.conversations set resolved_at = now() - interval '9 days' where id = ${conversationId}`;
      });
    }
    const all = ['a1', 'a2', 'b1', 'b2', 'c1', 'c2'];
    expect(textsOf(await read(visitor))).toEqual(all);
    const forward = await read(visitor, { first: 4 });
    expect(textsOf(forward)).toEqual(all.slice(0, 4));
    expect(forward.data.chatMessages.pageInfo).toMatchObject({ hasNextPage: true });
    const after = forward.data.chatMessages.edges.at(-1)?.cursor;
    expect(textsOf(await read(visitor, { first: 4, after }))).toEqual(all.slice(4));
    const backward = await read(visitor, { last: 4 });
    expect(textsOf(backward)).toEqual(all.slice(2));
    const before = backward.data.chatMessages.edges[0]?.cursor;
    expect(textsOf(await read(visitor, { last: 4, before }))).toEqual(all.slice(0, 2));
  });

  test('names nobody for what was written past the inbox', async () => {
    const visitor = visitorOf(acme);
    await says(acme, visitor, 'Hello?');
    const { visitorId } = visitor;
    const echo = echoed(acme, {
      from: visitorId,
      platform: 'WEB_CHAT',
      threadExternalId: visitorId,
      text: 'From afar',
    });
    await recordEcho(running.database, echo, { reopenWithinMs: 3 * DAY_MS });
    const { data } = await read(visitor);
    expect(data.chatMessages.edges.at(-1)?.node).toMatchObject({ author: { kind: 'COMPANY', name: null } });
  });

  test('is empty before the first message', async () => {
    expect(textsOf(await read(visitorOf(acme)))).toEqual([]);
  });

  test('shows nothing of other visitors, channels and companies', async () => {
    const visitor = visitorOf(acme);
    const conversationId = await says(acme, visitor, 'Mine alone');
    const answerId = await answers(acme, conversationId, 'Yours alone');
    const noteId = await answers(acme, conversationId, 'Not for you', true);
    const { data } = await read(visitor);
    const cursor = data.chatMessages.edges[0]?.cursor;
    const of = [answerId, noteId, 'nonsense'].map((id) => ({ __typename: 'ChatMessage', id }));
    const own = await running.ask<{ _entities: unknown[] }>(visitor, lookUp, { of });
    expect(own.data._entities).toEqual([{ id: answerId, text: 'Yours alone' }, null, null]);
    const others = [
      visitorOf(acme),
      visitorOf({ ...acme, channelId: v7() }, visitor.visitorId),
      visitorOf({ ...globex, channelId: acme.channelId }, visitor.visitorId),
    ];
    for (const other of others) {
      expect(textsOf(await read(other))).toEqual([]);
      expect(textsOf(await read(other, { first: 10, after: cursor }))).toEqual([]);
      expect((await running.ask(other, lookUp, { of })).data).toEqual({ _entities: [null, null, null] });
    }
    const asAgent = await running.ask(acme.ada, lookUp, { of });
    expect(asAgent.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('costs two statements, however much is in it', async () => {
    const visitor = visitorOf(acme);
    const conversationId = await says(acme, visitor, 'One');
    for (let count = 0; count < 5; count++) await answers(acme, conversationId, String(count));
    const statements = await running.statements(() => read(visitor));
    expect(statements.filter((text) => !text.includes('set_config'))).toHaveLength(2);
  });

  test.each(['chatMessages', 'setChatTyping'])('is refused to everybody else: %s', async (field) => {
    for (const identity of [acme.ada, acme.partner]) {
      const answer = await running.ask(identity, field === 'chatMessages' ? history : typing, { is: true });
      expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });

  test.each([
    ['conversations', '{ conversations { edges { node { id } } } }'],
    ['viewer', '{ viewer { id } }'],
    [
      'sendMessage',
      'mutation { sendMessage(input: { conversationId: "x", idempotencyKey: "k" }) { userErrors { code } } }',
    ],
    [
      'a conversation by reference',
      '{ _entities(representations: [{ __typename: "Conversation", id: "x" }]) { __typename } }',
    ],
    [
      'an agent’s view of a message',
      '{ _entities(representations: [{ __typename: "Message", id: "x" }]) { __typename } }',
    ],
  ])('is all that a visitor has here: not %s', async (_what, query) => {
    const answer = await running.ask(visitorOf(acme), query);
    expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('tells agents that the visitor is writing, once there is a conversation', async () => {
    const visitor = visitorOf(globex);
    const nats = connectNats({
      url: stores.nats.url,
      name: 'test',
      logger,
      metrics: createMetrics({ service: 'test' }),
    });
    await nats.start();
    const heard: TypingSignal[] = [];
    nats.connection.subscribe(typingSubject(globex.companyId), {
      callback: (_error, message) => void heard.push(typingSignal.parse(message.json())),
    });
    await nats.connection.flush();
    const told = { data: { setChatTyping: { userErrors: [] } } };
    expect(await running.ask(visitor, typing, { is: true })).toEqual(told);
    const conversationId = await says(globex, visitor, 'Hello');
    for (const is of [true, false]) expect(await running.ask(visitor, typing, { is })).toEqual(told);
    await eventually(() => expect(heard).toHaveLength(2));
    const author = { kind: 'CONTACT', id: expect.any(String), name: `Name of ${visitor.visitorId}` };
    const place = { conversationId, channelId: globex.channelId, threadExternalId: visitor.visitorId };
    expect(heard).toEqual([
      { ...place, author, isTyping: true },
      { ...place, author, isTyping: false },
    ]);
    await nats.stop();
  });
});
