import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { v7 } from 'uuid';
import { pause } from '#platform/lifecycle/backoff.ts';
import { eventually } from '#test/stack/eventually.ts';
import { runPlatform, telegramMessage, type RunningPlatform } from './runningPlatform.ts';

const CHATS = 8;

describe('while a store is killed and comes back', () => {
  let platform: RunningPlatform;
  let admin: string;
  let lastMessageId = 0;

  beforeAll(async () => {
    platform = await runPlatform({ overHttp: true });
    admin = await platform.tokenOf('acme');
  });
  afterAll(() => platform.stop());

  async function readiness(): Promise<{ status: number; checks: Record<string, string> }> {
    const { statusCode, body } = await request(`${platform.url}/health/ready`);
    const { checks } = (await body.json()) as { checks: Record<string, string> };
    return { status: statusCode, checks };
  }

  /** Writes to the company until told to stop; each update is posted again until it is answered 200, as Telegram does. */
  function startTraffic() {
    const kept: string[] = [];
    const sentReplies: string[] = [];
    const refused = new Set<number>();
    let on = true;

    async function customer(chat: number): Promise<void> {
      while (on) {
        const text = `fault ${String(++lastMessageId)}`;
        const update = telegramMessage(chat, lastMessageId, text);
        for (let status = 0; status !== 200;) {
          status = await platform.postUpdateOnce('acme', update).catch(() => 0);
          if (status !== 200) {
            refused.add(status);
            await pause(50);
          }
        }
        kept.push(text);
        await pause(20);
      }
    }

    async function agent(): Promise<void> {
      const send = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }`;
      const list = '{ conversations(first: 1) { edges { node { id } } } }';
      while (on) {
        const found = await platform
          .ask<{ conversations: { edges: { node: { id: string } }[] } } | null>(admin, list)
          .catch(() => undefined);
        const conversationId = found?.data?.conversations.edges[0]?.node.id;
        const input = { conversationId, text: `reply ${v7()}`, idempotencyKey: v7() };
        // Repeated with the same key until it is answered, as a client does that got no answer.
        for (let answered = conversationId === undefined; on && !answered;) {
          const answer = await platform
            .ask<{ sendMessage: { message: object | null } } | null>(admin, send, { input })
            .catch(() => undefined);
          answered = Boolean(answer?.data?.sendMessage.message);
          if (answered) sentReplies.push(input.text);
          else await pause(50);
        }
        await pause(100);
      }
    }

    const customers = Array.from({ length: CHATS }, (_, index) => customer(2_000 + index));
    const all = Promise.all([...customers, agent()]);
    return {
      kept,
      async stop() {
        on = false;
        await all;
        return { kept, sentReplies, refused };
      },
    };
  }

  /** Every text that customers wrote and the inbox has, as often as it has it. */
  async function inboxTexts(): Promise<string[]> {
    const texts: string[] = [];
    const { data } = await platform.ask<{ conversations: { edges: { node: { id: string } }[] } }>(
      admin,
      '{ conversations(first: 100) { edges { node { id } } } }',
    );
    for (const { node } of data.conversations.edges) {
      for (let after: string | null = null, more = true; more;) {
        const page: {
          data: {
            conversation: {
              messages: {
                edges: { node: { text: string; direction: string } }[];
                pageInfo: { endCursor: string | null; hasNextPage: boolean };
              };
            };
          };
        } = await platform.ask(
          admin,
          `query ($id: ID!, $after: String) { conversation(id: $id) { messages(first: 100, after: $after) {
             edges { node { text direction } } pageInfo { endCursor hasNextPage } } } }`,
          { id: node.id, after },
        );
        const { edges, pageInfo } = page.data.conversation.messages;
        texts.push(...edges.filter((edge) => edge.node.direction === 'INBOUND').map((edge) => edge.node.text));
        after = pageInfo.endCursor;
        more = pageInfo.hasNextPage;
      }
    }
    return texts;
  }

  async function received(): Promise<number> {
    const { data } = await platform.ask<{ dashboard: { totals: { messagesReceived: number } } }>(
      admin,
      '{ dashboard(range: { from: "2026-01-01T00:00:00Z", to: "2027-12-31T00:00:00Z" }) { totals { messagesReceived } } }',
    );
    return data.dashboard.totals.messagesReceived;
  }

  let allKept: string[] = [];

  it.each(['nats', 'redis', 'postgres'] as const)(
    'nothing answered 200 is lost or doubled, and readiness tells the truth: %s',
    async (store) => {
      await eventually(async () => expect(await readiness()).toMatchObject({ status: 200 }));
      const traffic = startTraffic();
      await eventually(() => expect(traffic.kept.length).toBeGreaterThan(CHATS * 3));
      await platform[store].kill9();
      await eventually(async () => {
        const { status, checks } = await readiness();
        expect(status).toBe(503);
        expect(Object.values(checks).filter((state) => state !== 'ok')).not.toEqual([]);
      });
      await platform[store].restart();
      await eventually(async () => expect(await readiness()).toMatchObject({ status: 200 }));
      const before = traffic.kept.length;
      await eventually(() => expect(traffic.kept.length).toBeGreaterThan(before + CHATS * 3));

      const { kept, sentReplies, refused } = await traffic.stop();
      allKept = [...allKept, ...kept];
      // A platform understands 503 (or no answer at all); anything else would make it give the message up.
      expect([...refused].filter((status) => status !== 503 && status !== 0)).toEqual([]);
      await eventually(async () => expect((await inboxTexts()).toSorted()).toEqual(allKept.toSorted()));
      await eventually(async () => expect(await received()).toBe(allKept.length));
      const arrived = () => platform.telegram.sent().map(({ text }) => text);
      await eventually(() => expect(arrived()).toEqual(expect.arrayContaining(sentReplies)));
      expect(arrived()).toHaveLength(new Set(arrived()).size);
    },
  );
});
