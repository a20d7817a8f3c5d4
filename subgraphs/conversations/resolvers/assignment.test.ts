import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { testNats, testPostgres, type TestServer } from '#test/stack/index.ts';
import { recordChannel } from '../commands/recordChannel.ts';
import { addCompany, connection, received, DAY_MS, type TestCompany } from '../testing/inbox.ts';
import { receiveMessage } from '../commands/receiveMessage.ts';
import { appointSupervisor, supervisorOf } from '../testing/routing.ts';
import { startService } from '../testing/service.ts';

const set = `mutation ($input: SetAssignmentPolicyInput!) { setAssignmentPolicy(input: $input) {
  policy { id team { name } channel { id } agentsOf { name } strategy order graceSeconds isEnabled queue { depth oldestSince } }
  userErrors { code field } } }`;
const remove =
  'mutation ($input: RemoveAssignmentPolicyInput!) { removeAssignmentPolicy(input: $input) { policyId userErrors { code } } }';
const capacity = `mutation ($input: SetCapacityInput!) { setCapacity(input: $input) {
  agent { workload { load capacity weights { platform weight } exceededCount } } userErrors { code field } } }`;
const policies = '{ assignmentPolicies { id queue { depth } } }';
const places = '{ conversations { edges { node { number queue { position since } } } } }';

interface Places {
  readonly conversations: {
    readonly edges: readonly { readonly node: { number: number; queue: { position: number; since: string } | null } }[];
  };
}

describe('assignment in the graph', () => {
  let postgres: Awaited<ReturnType<typeof testPostgres>>;
  let nats: TestServer;
  let running: Awaited<ReturnType<typeof startService>>;
  let acme: TestCompany;
  let globex: TestCompany;

  beforeAll(async () => {
    [postgres, nats] = await Promise.all([testPostgres(), testNats()]);
    running = await startService({ postgresUrl: postgres.adminUrl, natsUrl: nats.url });
  });
  beforeEach(async () => {
    [acme, globex] = [await addCompany(running.database), await addCompany(running.database)];
    for (const company of [acme, globex]) {
      await recordChannel(running.database, connection(company));
      await appointSupervisor(running.database, company);
    }
  });
  afterAll(async () => {
    await running.service.stop();
    await Promise.all([postgres.close(), nats.close()]);
  });

  const ofChannel = (company: TestCompany) => ({
    channelId: company.channelId,
    agentsOfTeamId: company.teamId,
    strategy: 'FEWEST_OPEN',
    order: 'OLDEST_FIRST',
    graceSeconds: 60,
    isEnabled: true,
  });
  const customer = (minutesAgo: number) =>
    receiveMessage(
      running.database,
      received(acme, { from: v7(), sentAt: new Date(Date.now() - minutesAgo * 60_000).toISOString() }),
      { reopenWithinMs: DAY_MS },
    );

  test('a policy is set, shown with its queue, and removed', async () => {
    await customer(5);
    const { data } = await running.ask<{ setAssignmentPolicy: { policy: { id: string } } }>(supervisorOf(acme), set, {
      input: ofChannel(acme),
    });
    const { policy } = data.setAssignmentPolicy;
    expect(data.setAssignmentPolicy).toEqual({
      policy: {
        id: expect.any(String),
        team: null,
        channel: { id: acme.channelId },
        agentsOf: { name: 'Support' },
        strategy: 'FEWEST_OPEN',
        order: 'OLDEST_FIRST',
        graceSeconds: 60,
        isEnabled: true,
        queue: { depth: 1, oldestSince: expect.any(String) },
      },
      userErrors: [],
    });
    expect((await running.ask(supervisorOf(acme), policies)).data).toEqual({
      assignmentPolicies: [{ id: policy.id, queue: { depth: 1 } }],
    });
    expect((await running.ask(supervisorOf(globex), policies)).data).toEqual({ assignmentPolicies: [] });
    const removed = await running.ask(supervisorOf(acme), remove, { input: { policyId: policy.id } });
    expect(removed.data).toEqual({ removeAssignmentPolicy: { policyId: policy.id, userErrors: [] } });
    expect((await running.ask(supervisorOf(acme), policies)).data).toEqual({ assignmentPolicies: [] });
  });

  test('policies are for supervisors', async () => {
    for (const identity of [acme.ada, acme.partner]) {
      const { errors } = await running.ask(identity, policies);
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });

  test('an agent’s capacity is set, and shown with what they have', async () => {
    const input = { agentId: acme.ada.agentId, capacity: 4, weights: [{ platform: 'WEB_CHAT', weight: 2 }] };
    const { data } = await running.ask(supervisorOf(acme), capacity, { input });
    const workload = { load: 0, capacity: 4, weights: input.weights, exceededCount: 0 };
    expect(data).toEqual({ setCapacity: { agent: { workload }, userErrors: [] } });
  });

  test('a conversation shows its place, in the order of its queue, and none when it waits in none', async () => {
    const numbered = async () => {
      const { data } = await running.ask<Places>(acme.ada, places);
      const nodes = data.conversations.edges.map(({ node }) => node).toSorted((a, b) => a.number - b.number);
      return nodes.map(({ queue }) => queue?.position ?? null);
    };
    for (const minutes of [5, 20, 10]) await customer(minutes);
    expect(await numbered()).toEqual([null, null, null]);
    await running.ask(supervisorOf(acme), set, { input: ofChannel(acme) });
    expect(await numbered()).toEqual([3, 1, 2]);
    await running.database.write(
      acme.companyId,
      ({ sql }) => sql`update conversations.conversations set priority = 'HIGH'
        where company_id = ${acme.companyId} and number = 1`,
    );
    await running.ask(supervisorOf(acme), set, { input: { ...ofChannel(acme), order: 'MOST_URGENT_FIRST' } });
    expect(await numbered()).toEqual([1, 2, 3]);
  });

  test('places and loads of a page take one statement each, whatever its length', async () => {
    await running.ask(supervisorOf(acme), set, { input: ofChannel(acme) });
    const page = '{ conversations { edges { node { queue { position } } } } agents { workload { load } } }';
    await customer(1);
    const one = await running.statements(() => running.ask(acme.ada, page));
    for (const minutes of [2, 3, 4]) await customer(minutes);
    const many = await running.statements(() => running.ask(acme.ada, page));
    const asked = (statements: readonly string[]) =>
      statements.filter((text) => /agent_load|assignment_policies/.test(text));
    expect(asked(one).filter((text) => /position/.test(text))).toHaveLength(1);
    expect(asked(many).filter((text) => /position/.test(text))).toHaveLength(1);
    expect(asked(many).filter((text) => /exceeded_count/.test(text))).toHaveLength(1);
  });
});
