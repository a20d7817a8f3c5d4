import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { Platform, Priority } from '#schema/events/values.ts';
import { addAgents, addPolicy, anotherDatabase, assignees, becomes, limit, loads } from '../testing/routing.ts';
import { openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { assign } from './assign.ts';
import { assignNext } from './assignNext.ts';
import { changeStatus } from './changeStatus.ts';

describe('automatic assignment', () => {
  let inbox: TestInbox;
  let acme: TestCompany;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
  });
  afterAll(() => inbox.close());

  const online = async (...agents: TestCompany['ada'][]) => {
    for (const agent of agents) await becomes(inbox.database, agent, 'ONLINE');
  };
  /** One after the other, a customer each. */
  const customers = async (count: number, platform: Platform = 'TELEGRAM') => {
    const ids: string[] = [];
    for (let n = 0; n < count; n++) ids.push(await write(inbox, acme, { from: v7(), platform }));
    return ids;
  };
  const giveOut = async (policyId: string) => {
    let given = 0;
    while (await assignNext(inbox.database, acme.companyId, policyId)) given += 1;
    return given;
  };
  /** Whoever is given one is notified as well. */
  const assignments = async () => (await inbox.told()).filter(({ type }) => type === 'conversation.assigned');
  const ownerOf = async (id: string) => {
    const [row] = await inbox.rows<{ owner: string | null }>(
      'select assignee_id as owner from conversations.conversations where id = $1',
      [id],
    );
    return row?.owner;
  };

  test('never gives an agent more than the limit (chatwoot#11034, #1198)', async () => {
    const policy = await addPolicy(inbox.database, acme);
    await limit(inbox.database, acme, acme.ada, 3);
    await online(acme.ada);
    await customers(5);
    expect(await giveOut(policy)).toBe(3);
    const { agentId } = acme.ada;
    expect(await assignees(inbox, acme)).toEqual([agentId, agentId, agentId, null, null]);
  });

  test('gives nothing to who is away or offline, nor to who is new and was never there (chatwoot#5672)', async () => {
    const policy = await addPolicy(inbox.database, acme);
    await becomes(inbox.database, acme.ada, 'AWAY');
    await customers(1);
    expect(await giveOut(policy)).toBe(0);
    await online(acme.ada);
    await becomes(inbox.database, acme.ada, 'OFFLINE');
    expect(await giveOut(policy)).toBe(0);
  });

  test('gives the whole backlog when agents come (chatwoot#10685)', async () => {
    const policy = await addPolicy(inbox.database, acme);
    await customers(6);
    expect(await giveOut(policy)).toBe(0);
    await online(acme.ada, acme.ben);
    expect(await giveOut(policy)).toBe(6);
  });

  test('gives the next one when an agent frees up, whatever way (chatwoot#10583)', async () => {
    const policy = await addPolicy(inbox.database, acme);
    await limit(inbox.database, acme, acme.ada, 1);
    await online(acme.ada);
    const [a = '', b = '', c = '', d = '', e = ''] = await customers(5);
    await giveOut(policy);
    await changeStatus(inbox.database, acme.ada, { conversationId: a, status: 'RESOLVED' });
    expect([await giveOut(policy), await ownerOf(b)]).toEqual([1, acme.ada.agentId]);
    await changeStatus(inbox.database, acme.ada, { conversationId: b, status: 'SNOOZED' });
    expect([await giveOut(policy), await ownerOf(c)]).toEqual([1, acme.ada.agentId]);
    await assign(inbox.database, acme.ada, { conversationId: c, agentId: acme.ben.agentId });
    expect([await giveOut(policy), await ownerOf(d)]).toEqual([1, acme.ada.agentId]);
    await limit(inbox.database, acme, acme.ada, 2);
    expect([await giveOut(policy), await ownerOf(e)]).toEqual([1, acme.ada.agentId]);
  });

  test('keeps a queue, oldest first (chatwoot#13050)', async () => {
    const policy = await addPolicy(inbox.database, acme);
    await limit(inbox.database, acme, acme.ada, 2);
    const sentAt = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
    const ids = [];
    for (const minutes of [5, 20, 10]) ids.push(await write(inbox, acme, { from: v7(), sentAt: sentAt(minutes) }));
    await online(acme.ada);
    await giveOut(policy);
    expect(await Promise.all(ids.map(ownerOf))).toEqual([null, acme.ada.agentId, acme.ada.agentId]);
  });

  test('or most urgent first, and within one priority oldest first', async () => {
    const policy = await addPolicy(inbox.database, acme, { order: 'MOST_URGENT_FIRST' });
    await limit(inbox.database, acme, acme.ada, 1);
    await online(acme.ada);
    const ids = await customers(5);
    const priorities: Priority[] = ['NORMAL', 'LOW', 'HIGH', 'URGENT', 'HIGH'];
    for (const [n, id] of ids.entries()) {
      await inbox.rows('update conversations.conversations set priority = $2 where id = $1', [id, priorities[n]]);
    }
    const order: number[] = [];
    while (await giveOut(policy)) {
      const owned = await Promise.all(ids.map(ownerOf));
      const at = owned.indexOf(acme.ada.agentId);
      order.push(at);
      await assign(inbox.database, acme.ada, { conversationId: ids[at] ?? '', agentId: acme.ben.agentId });
    }
    expect(order).toEqual([3, 2, 4, 0, 1]);
  });

  test('round robin gives each their turn', async () => {
    const policy = await addPolicy(inbox.database, acme);
    const [cem] = await addAgents(inbox.database, acme, 1);
    if (!cem) throw new Error('no agent was added');
    await online(acme.ada, acme.ben, cem);
    await customers(6);
    await giveOut(policy);
    const given = await assignees(inbox, acme);
    expect(new Set(given.slice(0, 3)).size).toBe(3);
    expect(given.slice(3)).toEqual(given.slice(0, 3));
  });

  test('fewest open looks at what each has of their own limit', async () => {
    const policy = await addPolicy(inbox.database, acme, { strategy: 'FEWEST_OPEN' });
    await limit(inbox.database, acme, acme.ada, 8);
    await limit(inbox.database, acme, acme.ben, 2);
    await online(acme.ada, acme.ben);
    await customers(5);
    await giveOut(policy);
    expect((await assignees(inbox, acme)).filter((owner) => owner === acme.ada.agentId)).toHaveLength(4);
  });

  test('counts a conversation by the weight of its platform, and gives a lighter one where a heavier does not fit', async () => {
    const policy = await addPolicy(inbox.database, acme);
    await limit(inbox.database, acme, acme.ada, 5, [{ platform: 'WEB_CHAT', weight: 2 }]);
    await online(acme.ada);
    await customers(3, 'WEB_CHAT');
    await customers(2, 'WHATSAPP');
    await giveOut(policy);
    const { agentId } = acme.ada;
    expect(await assignees(inbox, acme)).toEqual([agentId, agentId, null, agentId, null]);
    expect((await loads(inbox, acme)).find(({ agent }) => agent === agentId)).toMatchObject({ load: 5, recount: 5 });
  });

  test('of a team gives its conversations to its members; of a channel, those that have no team', async () => {
    const ofTeam = await addPolicy(inbox.database, acme, { teamId: acme.teamId });
    const ofChannel = await addPolicy(inbox.database, acme);
    const outsider = { ...acme.ada, agentId: v7() };
    await inbox.rows(
      `insert into conversations.agents (company_id, id, name, email, role) values ($1, $2, 'Eve', 'eve@example.com', 'AGENT')`,
      [acme.companyId, outsider.agentId],
    );
    await online(outsider);
    const [teams = '', channels = ''] = await customers(2);
    await assign(inbox.database, acme.ben, { conversationId: teams, teamId: acme.teamId });
    expect([await giveOut(ofTeam), await giveOut(ofChannel)]).toEqual([0, 1]);
    expect(await ownerOf(channels)).toBe(outsider.agentId);
    await online(acme.ben);
    expect(await giveOut(ofTeam)).toBe(1);
    expect(await ownerOf(teams)).toBe(acme.ben.agentId);
  });

  test('of a channel keeps to the members of a team where it names one', async () => {
    const policy = await addPolicy(inbox.database, acme, { agentsOfTeamId: acme.teamId });
    await inbox.rows('delete from conversations.team_members where agent_id = $1', [acme.ada.agentId]);
    await online(acme.ada, acme.ben);
    await customers(2);
    await giveOut(policy);
    expect(await assignees(inbox, acme)).toEqual([acme.ben.agentId, acme.ben.agentId]);
  });

  test('leaves alone what waits for nobody: answered, with the bot, asleep, resolved', async () => {
    const policy = await addPolicy(inbox.database, acme);
    const ids = await customers(4);
    for (const [n, status] of (['PENDING', 'SNOOZED', 'RESOLVED'] as const).entries()) {
      await changeStatus(inbox.database, acme.ada, { conversationId: ids[n] ?? '', status });
    }
    await inbox.rows('update conversations.conversations set waiting_since = null where id = $1', [ids[3]]);
    await online(acme.ada);
    expect(await giveOut(policy)).toBe(0);
  });

  test('gives nothing by a policy that is switched off, or of another company', async () => {
    const globex = await inbox.addCompany();
    const theirs = await addPolicy(inbox.database, globex);
    const policy = await addPolicy(inbox.database, acme, { isEnabled: false });
    await online(acme.ada);
    await customers(1);
    expect([await giveOut(policy), await giveOut(theirs), await giveOut(v7())]).toEqual([0, 0, 0]);
  });

  test('is told with the policy as its reason, and entered in the activity stream', async () => {
    const policyId = await addPolicy(inbox.database, acme);
    await online(acme.ada);
    const [id] = await customers(1);
    await inbox.told();
    await giveOut(policyId);
    expect(await assignments()).toMatchObject([
      {
        type: 'conversation.assigned',
        actor: { kind: 'system' },
        data: { previousAssigneeId: null, reason: 'POLICY', policyId, conversation: { assigneeId: acme.ada.agentId } },
      },
    ]);
    const entered = await inbox.rows(
      `select actor_kind as by, data ->> 'reason' as reason, data ->> 'policyId' as policy
       from conversations.conversation_activities where conversation_id = $1 and kind = 'ASSIGNED'`,
      [id],
    );
    expect(entered).toEqual([{ by: 'system', reason: 'POLICY', policy: policyId }]);
  });

  test('lets people give an agent more than the limit, and counts that', async () => {
    const policy = await addPolicy(inbox.database, acme);
    await limit(inbox.database, acme, acme.ada, 1);
    await online(acme.ada);
    const ids = await customers(4);
    await giveOut(policy);
    for (const id of ids.slice(1, 3)) {
      await assign(inbox.database, acme.ben, { conversationId: id, agentId: acme.ada.agentId });
    }
    expect(await giveOut(policy)).toBe(0);
    expect((await loads(inbox, acme)).find(({ agent }) => agent === acme.ada.agentId)).toMatchObject({
      load: 3,
      capacity: 1,
      exceeded: 2,
    });
  });

  test('by a hundred workers at once gives each conversation once and no agent more than the limit (Rocket.Chat#18217)', async () => {
    const policy = await addPolicy(inbox.database, acme);
    const agents = [acme.ada, acme.ben, ...(await addAgents(inbox.database, acme, 8))];
    for (const agent of agents) await limit(inbox.database, acme, agent, 5);
    await online(...agents);
    await customers(60);
    await inbox.told();
    const databases = await Promise.all(Array.from({ length: 4 }, () => anotherDatabase(inbox)));
    try {
      const workers = Array.from({ length: 100 }, async (_, n) => {
        const database = databases[n % databases.length] ?? inbox.database;
        while (await assignNext(database, acme.companyId, policy));
      });
      await Promise.all(workers);
    } finally {
      await Promise.all(databases.map((database) => database.stop()));
    }
    const given = await assignments();
    expect(given).toHaveLength(50);
    expect(new Set(given.map(({ data }) => 'conversation' in data && data.conversation.id)).size).toBe(50);
    for (const { load, recount, exceeded } of await loads(inbox, acme)) {
      expect({ load, recount, exceeded }).toEqual({ load: 5, recount: 5, exceeded: 0 });
    }
    expect((await assignees(inbox, acme)).filter((owner) => owner === null)).toHaveLength(10);
  });
});
