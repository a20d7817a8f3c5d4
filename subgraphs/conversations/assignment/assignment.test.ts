import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { ConversationStatus } from '#schema/events/values.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, testRedis, type TestServer } from '#test/stack/index.ts';
import { assign } from '../commands/assign.ts';
import { changeStatus } from '../commands/changeStatus.ts';
import { receiveMessage } from '../commands/receiveMessage.ts';
import { addCompany, DAY_MS, received, type TestCompany } from '../testing/inbox.ts';
import { addPolicy, limit } from '../testing/routing.ts';
import { startService } from '../testing/service.ts';

const beat = 'mutation ($input: HeartbeatInput!) { heartbeat(input: $input) { presence } }';
const list = '{ conversations(first: 100) { edges { node { id assignee { id } } } } }';

interface Listed {
  readonly conversations: {
    readonly edges: readonly {
      readonly node: { readonly id: string; readonly assignee: { readonly id: string } | null };
    }[];
  };
}

describe('a queue goes on', () => {
  let postgres: Awaited<ReturnType<typeof testPostgres>>;
  let nats: TestServer;
  let redis: TestServer;
  let running: Awaited<ReturnType<typeof startService>>;
  let other: Awaited<ReturnType<typeof startService>>;
  let acme: TestCompany;

  // Only at its start would the sweep help: what these tests see is done by events.
  const start = (options: Parameters<typeof startService>[1] = { assignmentSweepMs: 3_600_000, snoozePollMs: 100 }) =>
    startService({ postgresUrl: postgres.adminUrl, natsUrl: nats.url, redisUrl: redis.url }, options);

  beforeAll(async () => {
    [postgres, nats, redis] = await Promise.all([testPostgres(), testNats(), testRedis()]);
    running = await start();
    other = await start();
  });
  beforeEach(async () => {
    acme = await addCompany(running.database);
  });
  afterAll(async () => {
    await Promise.all([running.service.stop(), other.service.stop()]);
    await Promise.all([postgres.close(), nats.close(), redis.close()]);
  });

  /** Again while it could not be kept, as clients do. */
  const says = (agent: TestCompany['ada'], state: 'ONLINE' | 'AWAY' | 'OFFLINE') =>
    eventually(async () => {
      const { errors } = await running.ask(agent, beat, { input: { deviceId: 'laptop', state } });
      expect(errors).toBeUndefined();
    });
  const customers = async (count: number) => {
    for (let n = 0; n < count; n++) {
      await receiveMessage(running.database, received(acme, { from: v7() }), { reopenWithinMs: DAY_MS });
    }
  };
  const listed = async () => {
    const { data } = await running.ask<Listed>(acme.ada, list);
    return data.conversations.edges.map(({ node }) => node);
  };
  const ofAda = async () => (await listed()).filter(({ assignee }) => assignee?.id === acme.ada.agentId);
  const adaHas = (count: number) => eventually(async () => expect(await ofAda()).toHaveLength(count));
  const status = async (conversationId: string, to: ConversationStatus) =>
    changeStatus(running.database, acme.ada, { conversationId, status: to });

  test('as soon as somebody comes online, a new one waits, somebody frees up, or the limit rises', async () => {
    await addPolicy(running.database, acme);
    await limit(running.database, acme, acme.ada, 1);
    await customers(2);
    await says(acme.ada, 'ONLINE');
    await adaHas(1);
    const [first] = await ofAda();
    await status(first?.id ?? '', 'RESOLVED');
    await eventually(async () => {
      const now = await ofAda();
      expect(now).toHaveLength(2);
    });
    await limit(running.database, acme, acme.ada, 2);
    await customers(1);
    await adaHas(3);
  });

  test('as soon as a conversation is handed on, goes to sleep, or is given back', async () => {
    await addPolicy(running.database, acme);
    await limit(running.database, acme, acme.ada, 1);
    await says(acme.ada, 'ONLINE');
    await customers(4);
    await adaHas(1);
    const [first] = await ofAda();
    await assign(running.database, acme.ben, { conversationId: first?.id ?? '', agentId: acme.ben.agentId });
    const second = await eventually(async () => {
      const [next] = await ofAda();
      if (!next || next.id === first?.id) throw new Error('nothing was given yet');
      return next;
    });
    await status(second.id, 'SNOOZED');
    await eventually(async () => expect(await ofAda()).toHaveLength(2));
    const third = (await ofAda()).find(({ id }) => id !== second.id);
    await assign(running.database, acme.ada, { conversationId: third?.id ?? '', agentId: null });
    await adaHas(2);
  });

  test('as soon as there is a policy, or it is switched on', async () => {
    await says(acme.ada, 'ONLINE');
    await customers(1);
    await addPolicy(running.database, acme, { isEnabled: false });
    expect(await ofAda()).toEqual([]);
    await addPolicy(running.database, acme);
    await adaHas(1);
  });

  test('when an agent has left: what they did not answer goes to somebody else', async () => {
    await addPolicy(running.database, acme, { graceSeconds: 0 });
    await says(acme.ada, 'ONLINE');
    await customers(2);
    await adaHas(2);
    await says(acme.ben, 'ONLINE');
    await says(acme.ada, 'OFFLINE');
    await eventually(async () => {
      const owners = (await listed()).map(({ assignee }) => assignee?.id);
      expect(owners).toEqual([acme.ben.agentId, acme.ben.agentId]);
    });
  });

  test('not while nobody can tell who is there, and by itself when it is known again', async () => {
    await addPolicy(running.database, acme);
    await says(acme.ada, 'ONLINE');
    await customers(1);
    await adaHas(1);
    await redis.kill9();
    await customers(2);
    await eventually(async () => {
      const texts = await Promise.all([running.metrics.text(), other.metrics.text()]);
      expect(texts.join('\n')).toMatch(/switchboard_assignment_paused_total(\{[^}]*\})? [1-9]/);
    });
    expect(await ofAda()).toHaveLength(1);
    await redis.restart();
    await eventually(async () => {
      await says(acme.ada, 'ONLINE');
      expect(await ofAda()).toHaveLength(3);
    });
  });

  test('within the sweep when nothing was told, and the queues are measured', async () => {
    const sweeping = await start({ assignmentSweepMs: 100 });
    try {
      await addPolicy(running.database, acme);
      await customers(3);
      await eventually(async () => {
        expect(await sweeping.metrics.text()).toMatch(/switchboard_assignment_waiting(\{[^}]*\})? [3-9]/);
      });
      // As if its event had been lost.
      await running.database.write(
        acme.companyId,
        ({ sql }) => sql`update conversations.agent_load set presence = 'ONLINE' where agent_id = ${acme.ada.agentId}`,
      );
      await adaHas(3);
    } finally {
      await sweeping.service.stop();
    }
  });
});
