import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import { assign } from '../commands/assign.ts';
import { assignNext } from '../commands/assignNext.ts';
import { releaseConversations } from '../commands/clearUp/releaseConversations.ts';
import { deactivateAgent } from '../commands/directory/deactivateAgent.ts';
import { deleteTeam } from '../commands/directory/deleteTeam.ts';
import { handToBot } from '../commands/lifecycle/handToBot.ts';
import { open } from '../commands/lifecycle/open.ts';
import { reopen } from '../commands/lifecycle/reopen.ts';
import { resolve } from '../commands/lifecycle/resolve.ts';
import { snooze } from '../commands/lifecycle/snooze.ts';
import { recordEcho } from '../commands/recordEcho.ts';
import { relieveAgent } from '../commands/relieveAgent.ts';
import { removeAssignmentPolicy } from '../commands/setAssignmentPolicy.ts';
import { setPriority } from '../commands/setPriority.ts';
import { updateInboxSettings } from '../commands/updateInboxSettings.ts';
import { wakeConversation } from '../commands/wakeConversation.ts';
import { addCompany, DAY_MS, echoed, type TestCompany } from '../testing/inbox.ts';
import { startGraph, type TestGraph } from '../testing/graph.ts';
import { addPolicy, becomes } from '../testing/routing.ts';

const node = `__typename id occurredAt
  actor { __typename ... on Agent { name } ... on Contact { contactName: name } ... on SystemActor { rule } ... on PartnerActor { partner: name } }
  ... on StatusActivity { from to snoozedUntil }
  ... on AssignmentActivity { reason assignee { name } previousAssignee { name } team { name } previousTeam { name } }
  ... on PriorityActivity { priorityFrom: from priorityTo: to }
  ... on LabelsActivity { added { name } removed { name } }
  ... on BotActivity { enabled }`;
const page = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { conversation(id: $id) {
  activities(first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { ${node} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`;

interface Activities {
  readonly edges: { readonly cursor: string; readonly node: Record<string, unknown> & { id: string } }[];
  readonly pageInfo: Record<'hasNextPage' | 'hasPreviousPage', boolean> & Record<'startCursor' | 'endCursor', string>;
}

describe('the activity stream of a conversation', () => {
  let graph: TestGraph;
  let acme: TestCompany;
  let id: string;

  beforeAll(async () => {
    graph = await startGraph();
  });
  beforeEach(async () => {
    acme = await addCompany(graph.database);
    id = await graph.write(acme);
  });
  afterAll(() => graph.stop());

  async function activities(args: object = {}, identity: Identity = acme.ada): Promise<Activities> {
    const { data, errors } = await graph.ask<{ conversation: { activities: Activities } }>(identity, page, {
      id,
      ...args,
    });
    expect(errors).toBeUndefined();
    return data.conversation.activities;
  }
  const entries = async (args: object = {}, identity: Identity = acme.ada) =>
    (await activities(args, identity)).edges.map(({ node: { id: _id, occurredAt: _at, ...entry } }) => entry);
  const onConversation = () => ({ conversationId: id });

  test('says what was done, from what to what, and who did it', async () => {
    const { database } = graph;
    const { ada, ben, teamId } = acme;
    const until = new Date(Date.now() + DAY_MS);
    await assign(database, ada, { ...onConversation(), agentId: ben.agentId, teamId });
    await assign(database, ben, { ...onConversation(), agentId: null });
    await setPriority(database, ben, { ...onConversation(), priority: 'URGENT' });
    await snooze(database, ben, { ...onConversation(), until });
    await handToBot(database, ada, onConversation());
    await resolve(database, ada, onConversation());
    await graph.write(acme);

    const agent = (name: string) => ({ __typename: 'Agent', name });
    const contact = { __typename: 'Contact', contactName: 'Name of customer-1' };
    const status = { __typename: 'StatusActivity', snoozedUntil: null };
    const support = { name: 'Support' };
    expect(await entries()).toEqual([
      { __typename: 'OpenedActivity', actor: contact },
      {
        __typename: 'AssignmentActivity',
        actor: agent('Ada'),
        reason: 'BY_HAND',
        assignee: { name: 'Ben' },
        previousAssignee: null,
        team: support,
        previousTeam: null,
      },
      {
        __typename: 'AssignmentActivity',
        actor: agent('Ben'),
        reason: 'BY_HAND',
        assignee: null,
        previousAssignee: { name: 'Ben' },
        team: support,
        previousTeam: support,
      },
      { __typename: 'PriorityActivity', actor: agent('Ben'), priorityFrom: 'NORMAL', priorityTo: 'URGENT' },
      { ...status, actor: agent('Ben'), from: 'OPEN', to: 'SNOOZED', snoozedUntil: until.toISOString() },
      { __typename: 'BotActivity', actor: agent('Ada'), enabled: true },
      { ...status, actor: agent('Ada'), from: 'SNOOZED', to: 'PENDING' },
      { ...status, actor: agent('Ada'), from: 'PENDING', to: 'RESOLVED' },
      { ...status, actor: contact, from: 'RESOLVED', to: 'OPEN' },
    ]);
  });

  const assignments = async (identity: Identity = acme.ada) => {
    const { data } = await graph.ask<{ conversation: { activities: { edges: { node: Record<string, unknown> }[] } } }>(
      identity,
      `query ($id: ID!) { conversation(id: $id) { activities(last: 100) { edges { node {
        ... on AssignmentActivity { reason policy { id } assignee { name } } } } } } }`,
      { id },
    );
    return data.conversation.activities.edges.map(({ node: one }) => one).filter(({ reason }) => reason !== undefined);
  };
  const nobody = (reason: string) => ({ reason, policy: null, assignee: null });

  test('says why somebody was given it by a policy, and why it went back to the queue', async () => {
    const { database } = graph;
    const policyId = await addPolicy(database, acme, { graceSeconds: 0 });
    await becomes(database, acme.ada, 'ONLINE');
    await assignNext(database, acme.companyId, policyId);
    await becomes(database, acme.ada, 'OFFLINE');
    await relieveAgent(database, acme.ada);
    await assign(database, acme.ben, { ...onConversation(), agentId: acme.ada.agentId });
    await resolve(database, acme.ben, onConversation());
    await graph.write(acme);
    const [ada, none] = [{ name: 'Ada' }, null];
    const all = [
      { reason: 'POLICY', policy: { id: policyId }, assignee: ada },
      { reason: 'AGENT_LEFT', policy: { id: policyId }, assignee: none },
      { reason: 'BY_HAND', policy: null, assignee: ada },
      { reason: 'REOPENED', policy: { id: policyId }, assignee: none },
    ];
    expect(await assignments(acme.supervisor)).toEqual(all);
    // How conversations are given out is not for agents.
    expect(await assignments()).toEqual(all.map((one) => ({ ...one, policy: null })));
    await removeAssignmentPolicy(database, acme.supervisor, { policyId });
    expect(await assignments(acme.supervisor)).toEqual(all.map((one) => ({ ...one, policy: null })));
  });

  test('says why it is with nobody whom no policy took it from', async () => {
    const { database } = graph;
    const { ada, ben, admin } = acme;
    const give = () => assign(database, ben, { ...onConversation(), agentId: ada.agentId });
    await updateInboxSettings(database, admin, { reopenUnassigned: true });
    await give();
    await resolve(database, ben, onConversation());
    await graph.write(acme);
    await give();
    await deactivateAgent(database, admin, { agentId: ada.agentId });
    await releaseConversations(database, acme.companyId, { kind: 'AGENT', id: ada.agentId });
    await assign(database, ben, { ...onConversation(), teamId: acme.teamId });
    await deleteTeam(database, admin, { teamId: acme.teamId });
    await releaseConversations(database, acme.companyId, { kind: 'TEAM', id: acme.teamId });
    const reasons = (await assignments(ben)).filter(({ reason }) => reason !== 'BY_HAND');
    expect(reasons).toEqual([nobody('REOPENED_UNASSIGNED'), nobody('AGENT_DEACTIVATED'), nobody('TEAM_DELETED')]);
  });

  test('says that who had it is gone, when it is opened again without them', async () => {
    const { database } = graph;
    const { ada, ben, admin } = acme;
    await assign(database, ben, { ...onConversation(), agentId: ada.agentId });
    await resolve(database, ben, onConversation());
    await deactivateAgent(database, admin, { agentId: ada.agentId });
    await reopen(database, ben, onConversation());
    expect((await assignments(ben)).at(-1)).toEqual(nobody('AGENT_DEACTIVATED'));
  });

  test('names the rule where nobody did it', async () => {
    await snooze(graph.database, acme.ada, { ...onConversation(), until: new Date(Date.now() + DAY_MS) });
    await graph.rows(
      'update conversations.conversations set snoozed_until = now() - make_interval(secs => 1) where id = $1',
      [id],
    );
    await wakeConversation(graph.database, acme.companyId, id);
    await snooze(graph.database, acme.ada, onConversation());
    await recordEcho(graph.database, echoed(acme, { from: 'customer-1' }), { reopenWithinMs: DAY_MS });
    const actors = (await entries()).map(({ actor }) => actor);
    expect(actors.filter((actor) => (actor as { __typename: string }).__typename === 'SystemActor')).toEqual([
      { __typename: 'SystemActor', rule: 'SNOOZE_ENDED' },
      { __typename: 'SystemActor', rule: 'ANSWERED_ELSEWHERE' },
    ]);
  });

  test('is read forwards and backwards, each entry once, while new ones come', async () => {
    const { database } = graph;
    for (const priority of ['LOW', 'HIGH', 'URGENT', 'NORMAL', 'LOW', 'HIGH'] as const) {
      await setPriority(database, acme.ada, { ...onConversation(), priority });
    }
    const all = (await activities({ first: 100 })).edges.map((edge) => edge.node.id);
    expect(all).toHaveLength(7);

    const first = await activities({ first: 3 });
    await setPriority(database, acme.ben, { ...onConversation(), priority: 'URGENT' });
    const second = await activities({ first: 3, after: first.pageInfo.endCursor });
    const third = await activities({ first: 3, after: second.pageInfo.endCursor });
    const forwards = [first, second, third].flatMap(({ edges }) => edges.map((edge) => edge.node.id));
    expect(forwards.slice(0, 7)).toEqual(all);
    expect(forwards).toHaveLength(8);
    expect([first, second, third].map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, true, false]);

    const newest = await activities({ last: 5 });
    const older = await activities({ last: 5, before: newest.pageInfo.startCursor });
    expect([...older.edges, ...newest.edges].map((edge) => edge.node.id)).toEqual(forwards);
    expect([newest, older].map(({ pageInfo }) => pageInfo.hasPreviousPage)).toEqual([true, false]);
  });

  test('gives the newest 25 when nothing in particular is asked', async () => {
    for (let round = 0; round < 14; round++) {
      await snooze(graph.database, acme.ada, onConversation());
      await open(graph.database, acme.ben, onConversation());
    }
    const { edges, pageInfo } = await activities();
    expect(edges).toHaveLength(25);
    expect(edges.at(-1)?.node).toMatchObject({ from: 'SNOOZED', to: 'OPEN' });
    expect(pageInfo).toMatchObject({ hasPreviousPage: true, hasNextPage: false });
  });

  test('is in the order in which things happened, though many wait for each other', async () => {
    const agents = [acme.ada, acme.ben];
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        assign(graph.database, acme.ada, { ...onConversation(), agentId: agents[n % 2]?.agentId }),
      ),
    );
    const assigned = (await entries({ first: 100 })).slice(1);
    expect(assigned.length).toBeGreaterThan(1);
    for (const [index, { previousAssignee }] of assigned.entries()) {
      expect(previousAssignee).toEqual(index === 0 ? null : assigned[index - 1]?.['assignee']);
    }
  });

  test('survives that a contact is erased: the entry stays, nobody is named', async () => {
    await graph.rows(
      `update conversations.conversation_activities set actor_id = $2 where company_id = $1 and kind = 'OPENED'`,
      [acme.companyId, v7()],
    );
    expect(await entries()).toEqual([{ __typename: 'OpenedActivity', actor: null }]);
  });

  test('takes the same statements for one conversation and for a page of them', async () => {
    for (let index = 0; index < 12; index++) {
      id = await graph.write(acme, `customer-${index}`);
      await assign(graph.database, acme.ada, { ...onConversation(), agentId: acme.ben.agentId, teamId: acme.teamId });
    }
    const list = `query ($first: Int) { conversations(first: $first) { edges { node { activities(last: 5) { edges { node { ${node} } } } } } } }`;
    const counts = [];
    for (const first of [1, 10]) {
      const statements = await graph.statements(() => graph.ask(acme.ada, list, { first }));
      counts.push(statements.length);
    }
    expect(counts[1]).toBe(counts[0]);
  });

  test('refuses a page that is too long and a cursor that is none', async () => {
    for (const args of [{ first: 101 }, { first: 0 }, { first: 2, after: 'nonsense' }, { first: 2, before: 'x' }]) {
      const { errors } = await graph.ask(acme.ada, page, { id, ...args });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });

  test('is nobody else’s', async () => {
    const globex = await addCompany(graph.database);
    const { data } = await graph.ask<{ conversation: unknown }>(globex.ada, page, { id });
    expect(data.conversation).toBeNull();
  });
});
