import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { groupWrites } from '#platform/postgres/groupWrites.ts';
import { openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { addPolicy, becomes, limit, loads } from '../testing/routing.ts';
import { assign } from './assign.ts';
import { changeStatus } from './changeStatus.ts';
import { relieveAgent } from './relieveAgent.ts';
import { sendMessage } from './sendMessage.ts';
import { wakeConversation } from './wakeConversation.ts';

describe('a conversation of an agent', () => {
  let inbox: TestInbox;
  let acme: TestCompany;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
  });
  afterAll(() => inbox.close());

  const from = 'customer-1';
  /** Ada has it. */
  async function adas(customer = from): Promise<string> {
    const conversationId = await write(inbox, acme, { from: customer });
    await assign(inbox.database, acme.ada, { conversationId, agentId: acme.ada.agentId });
    return conversationId;
  }
  const answer = (conversationId: string) =>
    sendMessage(inbox.database, acme.ada, { conversationId, text: 'Hi', idempotencyKey: v7() });
  const goneSince = (seconds: number) =>
    inbox.rows(
      `update conversations.agent_load set presence = 'OFFLINE', presence_since = now() - $2 * interval '1 second',
         return_due_at = now() - make_interval(secs => 1) where agent_id = $1`,
      [acme.ada.agentId, seconds],
    );
  const owner = async (id: string) => {
    const [row] = await inbox.rows<{ owner: string | null }>(
      'select assignee_id as owner from conversations.conversations where id = $1',
      [id],
    );
    return row?.owner;
  };
  const resolve = (conversationId: string) =>
    changeStatus(inbox.database, acme.ada, { conversationId, status: 'RESOLVED' });
  const returnDue = async () => {
    const [row] = await inbox.rows<{ due: Date | null }>(
      'select return_due_at as due from conversations.agent_load where agent_id = $1',
      [acme.ada.agentId],
    );
    return row?.due ?? null;
  };

  describe('that the contact opens again', () => {
    test('goes to its agent when they are online and have room', async () => {
      await addPolicy(inbox.database, acme);
      const id = await adas();
      await resolve(id);
      await becomes(inbox.database, acme.ada, 'ONLINE');
      expect(await write(inbox, acme, { from })).toBe(id);
      expect(await owner(id)).toBe(acme.ada.agentId);
    });

    test('goes to the queue when they are offline (chatwoot#9587) or away, and says why', async () => {
      const policyId = await addPolicy(inbox.database, acme);
      for (const presence of ['OFFLINE', 'AWAY'] as const) {
        const id = await adas();
        await resolve(id);
        await becomes(inbox.database, acme.ada, presence);
        await inbox.told();
        await write(inbox, acme, { from });
        expect(await owner(id)).toBeNull();
        expect(await inbox.told()).toMatchObject([
          { type: 'conversation.status.changed' },
          {
            type: 'conversation.assigned',
            data: { previousAssigneeId: acme.ada.agentId, reason: 'REOPENED', policyId },
          },
          { type: 'conversation.message.created', data: { conversation: { assigneeId: null } } },
        ]);
      }
    });

    test.each([
      ['side by side', () => inbox],
      ['in one transaction', () => ({ ...inbox, database: groupWrites(inbox.database, { transactions: 1 }) })],
    ])('goes to the queue when they are full, however many are opened at once, %s', async (_how, opened) => {
      await addPolicy(inbox.database, acme);
      await limit(inbox.database, acme, acme.ada, 2);
      await becomes(inbox.database, acme.ada, 'ONLINE');
      const customers = Array.from({ length: 6 }, (_, n) => `customer-${String(n)}`);
      const ids: string[] = [];
      for (const customer of customers) {
        const id = await adas(customer);
        await resolve(id);
        ids.push(id);
      }
      const by = opened();
      await Promise.all(customers.map((customer) => write(by, acme, { from: customer })));
      const owners = await Promise.all(ids.map(owner));
      expect(owners.filter((one) => one === acme.ada.agentId)).toHaveLength(2);
      expect((await loads(inbox, acme)).find(({ agent }) => agent === acme.ada.agentId)).toMatchObject({
        load: 2,
        recount: 2,
        exceeded: 0,
      });
    });

    test('stays with them where there is no policy that could give it to another', async () => {
      const id = await adas();
      await resolve(id);
      await write(inbox, acme, { from });
      expect(await owner(id)).toBe(acme.ada.agentId);
    });
  });

  describe('who has left', () => {
    test('goes back to the queue when it is not answered and the time of grace is over', async () => {
      const policyId = await addPolicy(inbox.database, acme, { graceSeconds: 60 });
      const id = await adas();
      await goneSince(61);
      await inbox.told();
      expect(await relieveAgent(inbox.database, acme.ada)).toBe(1);
      expect(await owner(id)).toBeNull();
      expect(await inbox.told()).toMatchObject([
        {
          actor: { kind: 'system' },
          data: {
            previousAssigneeId: acme.ada.agentId,
            reason: 'AGENT_LEFT',
            policyId,
            conversation: { assigneeId: null },
          },
        },
      ]);
    });

    test('stays within the time of grace, and is looked at again at its end', async () => {
      await addPolicy(inbox.database, acme, { graceSeconds: 60 });
      const id = await adas();
      await goneSince(30);
      expect(await relieveAgent(inbox.database, acme.ada)).toBe(0);
      expect(await owner(id)).toBe(acme.ada.agentId);
      const inSeconds = ((await returnDue())?.getTime() ?? 0) - Date.now();
      expect(inSeconds).toBeGreaterThan(0);
      expect(inSeconds).toBeLessThanOrEqual(30_000);
    });

    test('stays when it is answered, until the contact writes again', async () => {
      await addPolicy(inbox.database, acme, { graceSeconds: 60 });
      const id = await adas();
      await answer(id);
      await goneSince(61);
      expect(await relieveAgent(inbox.database, acme.ada)).toBe(0);
      expect(await returnDue()).toBeNull();
      await write(inbox, acme, { from });
      expect(await owner(id)).toBeNull();
    });

    test('stays when it is under no policy, or under one that is switched off', async () => {
      const id = await adas();
      await goneSince(10_000);
      expect(await relieveAgent(inbox.database, acme.ada)).toBe(0);
      await addPolicy(inbox.database, acme, { isEnabled: false, graceSeconds: 0 });
      expect(await relieveAgent(inbox.database, acme.ada)).toBe(0);
      expect(await owner(id)).toBe(acme.ada.agentId);
    });

    test('goes back when its snooze ends, if the contact waits; else it stays their appointment', async () => {
      await addPolicy(inbox.database, acme, { graceSeconds: 60 });
      const [waits, answered] = [await adas('customer-1'), await adas('customer-2')];
      await answer(answered);
      for (const id of [waits, answered]) {
        const status = { conversationId: id, status: 'SNOOZED', snoozedUntil: new Date(Date.now() + 60_000) } as const;
        await changeStatus(inbox.database, acme.ada, status);
        await inbox.rows(
          'update conversations.conversations set snoozed_until = now() - make_interval(secs => 1) where id = $1',
          [id],
        );
      }
      await goneSince(61);
      for (const id of [waits, answered]) await wakeConversation(inbox.database, acme.companyId, id);
      expect([await owner(waits), await owner(answered)]).toEqual([null, acme.ada.agentId]);
    });

    test('and is back stays', async () => {
      await addPolicy(inbox.database, acme, { graceSeconds: 0 });
      const id = await adas();
      await becomes(inbox.database, acme.ada, 'ONLINE');
      await becomes(inbox.database, acme.ada, 'OFFLINE');
      expect(await returnDue()).not.toBeNull();
      await becomes(inbox.database, acme.ada, 'ONLINE');
      expect(await returnDue()).toBeNull();
      expect(await relieveAgent(inbox.database, acme.ada)).toBe(0);
      expect(await owner(id)).toBe(acme.ada.agentId);
    });

    test('goes back once, by however many who look', async () => {
      await addPolicy(inbox.database, acme, { graceSeconds: 0 });
      for (let n = 0; n < 5; n++) await adas(`customer-${String(n)}`);
      await goneSince(1);
      await inbox.told();
      const returned = await Promise.all(Array.from({ length: 8 }, () => relieveAgent(inbox.database, acme.ada)));
      expect(returned.reduce((sum, one) => sum + one, 0)).toBe(5);
      expect(await inbox.told()).toHaveLength(5);
    });

    test('by a policy that is set only now is looked at by its rule', async () => {
      await adas();
      await goneSince(1_000);
      await inbox.rows('update conversations.agent_load set return_due_at = null');
      await addPolicy(inbox.database, acme, { graceSeconds: 600 });
      expect(await returnDue()).not.toBeNull();
      expect(await relieveAgent(inbox.database, acme.ada)).toBe(1);
    });
  });
});
