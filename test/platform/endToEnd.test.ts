import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { v7 } from 'uuid';
import { eventually } from '#test/stack/eventually.ts';
import { demoCompany, runPlatform, telegramMessage, type RunningPlatform } from './runningPlatform.ts';

interface Update {
  inboxUpdates: {
    cursor: string;
    kind: string;
    conversation: { id: string; number: number; channel: { name: string }; contact: { name: string } };
    message: { text: string; status: string } | null;
  };
}

const updates = `subscription ($after: String) {
  inboxUpdates(after: $after) {
    cursor kind
    conversation { id number channel { name } contact { name } }
    message { text status }
  }
}`;

interface Inbox {
  conversations: {
    edges: {
      node: {
        id: string;
        status: string;
        messageCount: number;
        unreadCount: number;
        contact: { name: string };
        lastMessage: { text: string; status: string };
      };
    }[];
  };
}

const inbox = `{ conversations(first: 100) { edges { node {
  id status messageCount unreadCount contact { name } lastMessage { text status }
} } } }`;

describe('the platform, end to end', () => {
  let platform: RunningPlatform;
  let admin: string;

  beforeAll(async () => {
    platform = await runPlatform();
    admin = await platform.tokenOf('acme');
  });

  afterAll(() => platform.stop());

  async function conversationOf(name: string) {
    return eventually(async () => {
      const { data } = await platform.ask<Inbox>(admin, inbox);
      const found = data.conversations.edges.find(({ node }) => node.contact.name === name)?.node;
      if (!found) throw new Error(`no conversation with ${name}`);
      return found;
    });
  }

  async function received(from: Date): Promise<number> {
    const range = { from: from.toISOString(), to: new Date(Date.now() + 60_000).toISOString() };
    const query = 'query ($range: TimeRange!) { dashboard(range: $range) { totals { messagesReceived } } }';
    const { data } = await platform.ask<{ dashboard: { totals: { messagesReceived: number } } }>(admin, query, {
      range,
    });
    return data.dashboard.totals.messagesReceived;
  }

  it('brings a customer’s message to a subscriber’s screen, into the inbox and into the dashboard', async () => {
    const since = new Date(Date.now() - 120_000);
    const before = await received(since);
    const live = platform.subscribe<Update>(admin, updates);
    await live.connected;
    expect(await platform.postUpdate('acme', telegramMessage(101, 1, 'Where is my order?', 'Kim'))).toBe(200);
    await eventually(() => expect(live.received).toHaveLength(2));
    const [opened, added] = live.received.map(({ inboxUpdates }) => inboxUpdates);
    expect(opened).toMatchObject({ kind: 'CONVERSATION_OPENED', message: null });
    expect(added).toMatchObject({
      kind: 'MESSAGE_ADDED',
      conversation: { channel: { name: 'Acme Support' }, contact: { name: 'Kim' } },
      message: { text: 'Where is my order?', status: 'RECEIVED' },
    });
    expect(await conversationOf('Kim')).toMatchObject({
      status: 'OPEN',
      unreadCount: 1,
      lastMessage: { text: 'Where is my order?' },
    });
    await eventually(async () => expect(await received(since)).toBe(before + 1));
    expect(live.failures).toEqual([]);
    live.end();
  });

  it('makes one message of the same update delivered 50 times at once', async () => {
    const update = telegramMessage(102, 1, 'Only once, please', 'Lena');
    const statuses = await Promise.all(Array.from({ length: 50 }, () => platform.postUpdate('acme', update)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await platform.postUpdate('acme', telegramMessage(102, 2, 'And this', 'Lena'))).toBe(200);
    await eventually(async () => expect((await conversationOf('Lena')).lastMessage.text).toBe('And this'));
    expect(await conversationOf('Lena')).toMatchObject({ messageCount: 2, unreadCount: 2 });
  });

  it('keeps a message whatever its characters are, but for what no database can hold', async () => {
    const text = 'Ünïcode 🦉 עברית \0and half \ud83d of one';
    expect(await platform.postUpdate('acme', telegramMessage(109, 1, text, 'Zoë\0'))).toBe(200);
    expect((await conversationOf('Zoë')).lastMessage.text).toBe('Ünïcode 🦉 עברית and half \ufffd of one');
  });

  it('brings an agent’s answer to the customer, once, and tells the agent that it was sent', async () => {
    await platform.postUpdate('acme', telegramMessage(103, 1, 'Do you ship to Norway?', 'Nils'));
    const { id } = await conversationOf('Nils');
    const send = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id status } userErrors { code } } }`;
    const input = { conversationId: id, text: 'We do, in four days.', idempotencyKey: v7() };
    const answers = await Promise.all(Array.from({ length: 5 }, () => platform.ask(admin, send, { input })));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.data))).size).toBe(1);
    await eventually(async () =>
      expect((await conversationOf('Nils')).lastMessage).toEqual({ text: input.text, status: 'SENT' }),
    );
    const sent = platform.telegram.sent().filter((message) => String(message.chatId) === '103');
    expect(sent).toMatchObject([{ text: 'We do, in four days.' }]);
  });

  it('tells the agent why a message did not reach the customer', async () => {
    await platform.postUpdate('acme', telegramMessage(104, 1, 'Bye', 'Olga'));
    const { id } = await conversationOf('Olga');
    platform.telegram.fail(1, { kind: 'refuse', status: 403, description: 'Forbidden: bot was blocked by the user' });
    const send = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }`;
    await platform.ask(admin, send, { input: { conversationId: id, text: 'Wait!', idempotencyKey: v7() } });
    const query = `query ($id: ID!) { conversation(id: $id) { lastMessage { status failure { code message retryable } } } }`;
    await eventually(async () => {
      const { data } = await platform.ask(admin, query, { id });
      expect(data).toMatchObject({
        conversation: { lastMessage: { status: 'FAILED', failure: { code: 'RECIPIENT_BLOCKED', retryable: false } } },
      });
    });
  });

  it('keeps a private note from the customer', async () => {
    await platform.postUpdate('acme', telegramMessage(105, 1, 'Hello?', 'Pia'));
    const { id } = await conversationOf('Pia');
    const send = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { isPrivate } userErrors { code } } }`;
    await platform.ask(admin, send, {
      input: { conversationId: id, text: 'A VIP', isPrivate: true, idempotencyKey: v7() },
    });
    await platform.ask(admin, send, { input: { conversationId: id, text: 'Hello Pia', idempotencyKey: v7() } });
    await eventually(() => expect(platform.telegram.sent().some(({ text }) => text === 'Hello Pia')).toBe(true));
    expect(platform.telegram.sent().some(({ text }) => text === 'A VIP')).toBe(false);
  });

  it('finds a document by other words of its text', async () => {
    const add = `mutation ($input: AddDocumentInput!) { addDocument(input: $input) { document { id } userErrors { code } } }`;
    const text = '# Gift cards\n\nGift cards are valid for three years. You cannot exchange them for cash.';
    const { data } = await platform.ask<{ addDocument: { document: { id: string } } }>(admin, add, {
      input: { title: 'Gift cards', text },
    });
    const search = `query ($query: String!) { searchKnowledge(query: $query, first: 3) { document { id title status } text } }`;
    const question = 'how long is a gift card valid, can I exchange it';
    await eventually(async () => {
      const found = await platform.ask<{ searchKnowledge: object[] }>(admin, search, { query: question });
      expect(found.data.searchKnowledge[0]).toMatchObject({
        document: { id: data.addDocument.document.id, title: 'Gift cards', status: 'INDEXED' },
      });
    });
  });

  it('gives a subscriber who comes back with a cursor what was missed, once and in order', async () => {
    const first = platform.subscribe<Update>(admin, updates);
    await first.connected;
    await platform.postUpdate('acme', telegramMessage(106, 1, 'one', 'Quinn'));
    await eventually(() => expect(first.received.length).toBeGreaterThanOrEqual(2));
    const cursor = first.received.at(-1)?.inboxUpdates.cursor;
    first.end();
    for (const [index, text] of ['two', 'three'].entries()) {
      await platform.postUpdate('acme', telegramMessage(106, index + 2, text, 'Quinn'));
      await eventually(async () => expect((await conversationOf('Quinn')).lastMessage.text).toBe(text));
    }
    const second = platform.subscribe<Update>(admin, updates, { after: cursor });
    await second.connected;
    await platform.postUpdate('acme', telegramMessage(106, 4, 'four', 'Quinn'));
    await eventually(() => expect(second.received).toHaveLength(3));
    expect(second.received.map(({ inboxUpdates }) => inboxUpdates.message?.text)).toEqual(['two', 'three', 'four']);
    second.end();
  });

  it('refuses a webhook without the channel’s secret and keeps nothing of it', async () => {
    const { channelId } = demoCompany('acme').telegram;
    for (const secret of [undefined, 'wrong', '']) {
      const { statusCode, body } = await request(`${platform.url}/webhooks/telegram/${channelId}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(secret !== undefined && { 'x-telegram-bot-api-secret-token': secret }),
        },
        body: JSON.stringify(telegramMessage(107, 1, 'forged', 'Mallory')),
      });
      await body.dump();
      expect(statusCode).toBe(401);
    }
    await platform.postUpdate('acme', telegramMessage(108, 1, 'real', 'Rosa'));
    await conversationOf('Rosa');
    const { data } = await platform.ask<Inbox>(admin, inbox);
    expect(data.conversations.edges.some(({ node }) => node.contact.name === 'Mallory')).toBe(false);
  });

  it('gives no file to whoever has no signed address', async () => {
    const { statusCode, body } = await request(`${platform.url}/files/${v7()}/${v7()}?expires=9999999999&signature=x`);
    expect([statusCode, await body.json()]).toMatchObject([403, { error: { code: 'SIGNATURE_INVALID' } }]);
  });
});
