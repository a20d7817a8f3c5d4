import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { eventually } from '#test/stack/eventually.ts';
import { runPlatform, telegramMessage, type RunningPlatform } from './runningPlatform.ts';

const POOL_SIZE = 2;
const CHATS = 30;

interface Inbox {
  readonly conversations: {
    readonly edges: readonly {
      readonly node: { readonly id: string; readonly lastMessage: { readonly text: string } };
    }[];
  };
}

const inbox = '{ conversations(first: 100) { edges { node { id lastMessage { text } } } } }';

describe('behind PgBouncer in transaction mode, with two connections for each role', () => {
  let platform: RunningPlatform;
  const tokens = { acme: '', globex: '' };

  beforeAll(async () => {
    platform = await runPlatform({ poolSize: POOL_SIZE });
    tokens.acme = await platform.tokenOf('acme');
    tokens.globex = await platform.tokenOf('globex');
  });
  afterAll(() => platform.stop());

  const textsOf = async (token: string): Promise<string[]> => {
    const { data, errors } = await platform.ask<Inbox>(token, inbox);
    expect(errors).toBeUndefined();
    return data.conversations.edges.map(({ node }) => node.lastMessage.text);
  };

  it('what customers write comes into the inbox of their company, by outbox, relay and consumers', async () => {
    for (let chat = 1; chat <= CHATS; chat++) {
      const slug = chat % 2 === 0 ? 'acme' : 'globex';
      expect(await platform.postUpdate(slug, telegramMessage(chat, 1, `to ${slug} by ${String(chat)}`))).toBe(200);
    }
    await eventually(async () => {
      const [acme, globex] = [await textsOf(tokens.acme), await textsOf(tokens.globex)];
      expect(acme.filter((text) => text.startsWith('to acme'))).toHaveLength(CHATS / 2);
      expect(globex.filter((text) => text.startsWith('to globex'))).toHaveLength(CHATS / 2);
    });
  });

  it('two companies that read side by side on the same connections see their own alone', async () => {
    const answers = await Promise.all(
      Array.from({ length: 24 }, async (_, turn) => {
        const slug = turn % 2 === 0 ? 'acme' : 'globex';
        return { slug, texts: await textsOf(tokens[slug]) };
      }),
    );
    for (const { slug, texts } of answers) {
      expect(texts.length).toBeGreaterThanOrEqual(CHATS / 2);
      expect(texts.filter((text) => text.startsWith('to ') && !text.startsWith(`to ${slug}`))).toEqual([]);
    }
  });

  it('what an agent answers reaches the customer once, by the queue and its leases', async () => {
    const { data } = await platform.ask<Inbox>(tokens.acme, inbox);
    const chosen = data.conversations.edges.find(({ node }) => node.lastMessage.text === 'to acme by 2');
    const send = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }`;
    const input = { conversationId: chosen?.node.id, text: 'It is on its way', idempotencyKey: 'once' };
    for (let again = 0; again < 3; again++) {
      const { data: sent, errors } = await platform.ask(tokens.acme, send, { input });
      expect(errors).toBeUndefined();
      expect(sent).toMatchObject({ sendMessage: { userErrors: [] } });
    }
    const status = `query ($id: ID!) { conversation(id: $id) { messages(last: 1) { edges { node { text status } } } } }`;
    await eventually(async () => {
      const { data: seen } = await platform.ask(tokens.acme, status, { id: chosen?.node.id });
      expect(seen).toMatchObject({
        conversation: { messages: { edges: [{ node: { text: 'It is on its way', status: 'SENT' } }] } },
      });
    });
    const received = platform.telegram.sent();
    expect(received.filter(({ text }) => text === 'It is on its way')).toHaveLength(1);
  });

  it('two who assign the same conversation at once take their turn', async () => {
    const { data } = await platform.ask<Inbox & { agents: { id: string }[] }>(
      tokens.acme,
      `{ agents { id } ${inbox.slice(1)}`,
    );
    const conversationId = data.conversations.edges[0]?.node.id;
    const assign = 'mutation ($input: AssignInput!) { assign(input: $input) { userErrors { code } } }';
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, turn) =>
        platform.ask(tokens.acme, assign, {
          input: { conversationId, agentId: data.agents[turn % data.agents.length]?.id },
        }),
      ),
    );
    expect(results.flatMap(({ errors }) => errors ?? [])).toEqual([]);
  });

  it('all of that took no more connections to PostgreSQL than there are', async () => {
    const admin = new Client({ connectionString: platform.postgres.url });
    await admin.connect();
    const { rows } = await admin.query<{ usename: string; count: number }>(
      `select usename, count(*)::int as count from pg_stat_activity where usename like '%\\_app' group by usename`,
    );
    await admin.end();
    expect(rows.map(({ usename }) => usename).toSorted()).toEqual(
      expect.arrayContaining(['channels_app', 'conversations_app']),
    );
    for (const { count } of rows) expect(count).toBeLessThanOrEqual(POOL_SIZE);
  });

  it('statements and transactions end by the limits of the role, as connections have none of their own', async () => {
    const client = new Client({ connectionString: platform.platform.databases.conversations.databaseUrl });
    await client.connect();
    const { rows } = await client.query(
      `select current_setting('statement_timeout') as statement,
         current_setting('idle_in_transaction_session_timeout') as transaction`,
    );
    await client.end();
    expect(rows).toEqual([{ statement: '30s', transaction: '1min' }]);
  });
});
