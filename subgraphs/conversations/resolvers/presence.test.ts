import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import { connectNats, type NatsPart } from '#platform/events/nats.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { viewersSubject } from '#schema/events/signals.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, testRedis, type TestServer } from '#test/stack/index.ts';
import { receiveMessage } from '../commands/receiveMessage.ts';
import { addCompany, DAY_MS, received, type TestCompany } from '../testing/inbox.ts';
import { startService } from '../testing/service.ts';

const beat = 'mutation ($input: HeartbeatInput!) { heartbeat(input: $input) { presence userErrors { code field } } }';
const away = 'mutation ($input: SetAwayInput!) { setAway(input: $input) { presence userErrors { code } } }';
const view =
  'mutation ($input: ViewConversationInput!) { viewConversation(input: $input) { userErrors { code field } } }';
const page = '{ agents { id presence } conversations { edges { node { id viewers { id name } } } } }';

interface Page {
  readonly agents: readonly { readonly id: string; readonly presence: string }[];
  readonly conversations: { readonly edges: readonly { readonly node: { id: string; viewers: { id: string }[] } }[] };
}

describe('who is there', () => {
  let postgres: Awaited<ReturnType<typeof testPostgres>>;
  let natsServer: TestServer;
  let redis: TestServer;
  let nats: NatsPart;
  let running: Awaited<ReturnType<typeof startService>>;
  let acme: TestCompany;
  let globex: TestCompany;

  beforeAll(async () => {
    [postgres, natsServer, redis] = await Promise.all([testPostgres(), testNats(), testRedis()]);
    const stores = { postgresUrl: postgres.adminUrl, natsUrl: natsServer.url, redisUrl: redis.url };
    running = await startService(stores);
    nats = connectNats({ url: natsServer.url, name: 'test', logger, metrics: createMetrics({ service: 'test' }) });
    await nats.start();
  });
  beforeEach(async () => {
    [acme, globex] = [await addCompany(running.database), await addCompany(running.database)];
    for (const company of [acme, globex]) {
      await receiveMessage(running.database, received(company), { reopenWithinMs: DAY_MS });
    }
  });
  afterAll(async () => {
    await nats.stop();
    await running.service.stop();
    await Promise.all([postgres.close(), natsServer.close(), redis.close()]);
  });

  async function seen(by: Identity = acme.ada) {
    const { data } = await running.ask<Page>(by, page);
    const [edge] = data.conversations.edges;
    return {
      present: data.agents.filter(({ presence }) => presence !== 'OFFLINE'),
      conversationId: edge?.node.id ?? '',
      viewers: edge?.node.viewers.map(({ id }) => id) ?? [],
    };
  }

  test('is shown to the company, and to no other', async () => {
    await running.ask(acme.ada, beat, { input: { deviceId: 'laptop', state: 'ONLINE' } });
    await running.ask(acme.ben, beat, { input: { deviceId: 'laptop', state: 'AWAY' } });
    expect((await seen(acme.partner)).present).toEqual(
      expect.arrayContaining([
        { id: acme.ada.agentId, presence: 'ONLINE' },
        { id: acme.ben.agentId, presence: 'AWAY' },
      ]),
    );
    expect((await seen(globex.ada)).present).toEqual([]);
  });

  test('is what the agent chose', async () => {
    await running.ask(acme.ada, beat, { input: { deviceId: 'laptop', state: 'ONLINE' } });
    const { data } = await running.ask<{ setAway: unknown }>(acme.ada, away, { input: { isAway: true } });
    expect(data.setAway).toEqual({ presence: 'AWAY', userErrors: [] });
  });

  test('and looks at a conversation is shown there, once with several devices, until they leave with all', async () => {
    const { conversationId } = await seen();
    const look = (identity: Identity, deviceId: string, isViewing: boolean) =>
      running.ask(identity, view, { input: { conversationId, deviceId, isViewing } });
    await look(acme.ada, 'laptop', true);
    await look(acme.ada, 'phone', true);
    await look(acme.ben, 'laptop', true);
    expect(new Set((await seen()).viewers)).toEqual(new Set([acme.ada.agentId, acme.ben.agentId]));
    await look(acme.ada, 'laptop', false);
    expect((await seen()).viewers).toHaveLength(2);
    await look(acme.ada, 'phone', false);
    expect((await seen()).viewers).toEqual([acme.ben.agentId]);
  });

  test('and looks is told to whoever listens: all, each with the time after which they are gone', async () => {
    const { conversationId } = await seen();
    const heard: unknown[] = [];
    nats.connection.subscribe(viewersSubject(acme.companyId), {
      callback: (_, message) => void heard.push(message.json()),
    });
    await nats.connection.flush();
    for (const identity of [acme.ada, acme.ben]) {
      await running.ask(identity, view, { input: { conversationId, deviceId: 'laptop', isViewing: true } });
    }
    await eventually(() => expect(heard).toHaveLength(2));
    const leavesInMs = expect.any(Number);
    expect(heard[1]).toEqual({
      conversationId,
      viewers: expect.arrayContaining([
        { agentId: acme.ada.agentId, leavesInMs },
        { agentId: acme.ben.agentId, leavesInMs },
      ]),
    });
  });

  test('cannot be said of another company’s conversation, of none, or by who is no agent', async () => {
    const { conversationId } = await seen(globex.ada);
    for (const id of [conversationId, v7(), 'nonsense']) {
      const input = { conversationId: id, deviceId: 'laptop', isViewing: true };
      const { data } = await running.ask<{ viewConversation: unknown }>(acme.ada, view, { input });
      expect(data.viewConversation).toEqual({
        userErrors: [{ code: 'NOT_FOUND', field: ['input', 'conversationId'] }],
      });
    }
    expect((await seen(globex.ada)).viewers).toEqual([]);
    const input = { conversationId: (await seen()).conversationId, deviceId: 'laptop', isViewing: true };
    const { errors } = await running.ask(acme.partner, view, { input });
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('is asked of Redis once for a page, whatever its length', async () => {
    const before = await evals();
    await seen();
    const one = (await evals()) - before;
    for (const from of ['b', 'c', 'd']) {
      await receiveMessage(running.database, received(acme, { from }), { reopenWithinMs: DAY_MS });
    }
    const again = await evals();
    await seen();
    expect((await evals()) - again).toBe(one);
  });

  /** How often this process asked for states and viewers. */
  async function evals(): Promise<number> {
    const text = await running.metrics.text();
    const found = text.matchAll(/^switchboard_presence_calls_total\{[^}]*purpose="(?:look|viewers)"[^}]*\} (\d+)$/gm);
    return [...found].reduce((sum, [, value]) => sum + Number(value), 0);
  }

  test('is unknown while Redis is away: nobody seems to be there, a metric says so, and everything else goes on', async () => {
    await running.ask(acme.ada, beat, { input: { deviceId: 'laptop', state: 'ONLINE' } });
    await redis.kill9();
    const { present, conversationId } = await seen();
    expect(present).toEqual([]);
    const beaten = await running.ask(acme.ada, beat, { input: { deviceId: 'laptop', state: 'ONLINE' } });
    expect(beaten.errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
    const looked = { input: { conversationId, deviceId: 'laptop', isViewing: true } };
    expect((await running.ask(acme.ada, view, looked)).errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
    expect(await running.metrics.text()).toMatch(
      /switchboard_presence_failures_total\{[^}]*purpose="look"[^}]*\} [1-9]/,
    );
    await eventually(async () => expect((await fetch(`${running.service.url()}/health/ready`)).status).toBe(200));

    await redis.restart();
    await eventually(async () => {
      await running.ask(acme.ada, beat, { input: { deviceId: 'laptop', state: 'ONLINE' } });
      expect((await seen()).present).toEqual([{ id: acme.ada.agentId, presence: 'ONLINE' }]);
    });
  });
});
