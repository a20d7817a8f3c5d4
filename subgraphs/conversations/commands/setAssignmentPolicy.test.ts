import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import { connection, openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { appointSupervisor, loads, supervisorOf } from '../testing/routing.ts';
import { assign } from './assign.ts';
import { recordChannel } from './recordChannel.ts';
import { removeAssignmentPolicy, setAssignmentPolicy, type PolicyInput } from './setAssignmentPolicy.ts';
import { setCapacity } from './setCapacity.ts';

describe('who gives out conversations', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let globex: TestCompany;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    [acme, globex] = [await inbox.addCompany(), await inbox.addCompany()];
    for (const company of [acme, globex]) {
      await recordChannel(inbox.database, connection(company));
      await appointSupervisor(inbox.database, company);
    }
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const policy = (input: Partial<PolicyInput>): PolicyInput => ({
    strategy: 'ROUND_ROBIN',
    order: 'OLDEST_FIRST',
    graceSeconds: 300,
    isEnabled: true,
    ...input,
  });
  const set = (input: Partial<PolicyInput>, identity: Identity = supervisorOf(acme)) =>
    setAssignmentPolicy(inbox.database, identity, policy(input));
  const codes = (outcome: object) =>
    'userErrors' in outcome
      ? (outcome.userErrors as { code: string; field: string[] }[]).map(
          ({ code, field }) => `${code} ${field.join('.')}`,
        )
      : [];
  const capacity = (input: Partial<Parameters<typeof setCapacity>[2]>, identity: Identity = supervisorOf(acme)) =>
    setCapacity(inbox.database, identity, { agentId: acme.ada.agentId, ...input });
  const kept = () =>
    inbox.rows('select company_id from conversations.assignment_policies where company_id = any($1)', [
      [acme.companyId, globex.companyId],
    ]);

  test('sets one policy for a team and for a channel; setting it again changes it', async () => {
    const first = await set({ teamId: acme.teamId });
    const again = await set({ teamId: acme.teamId, strategy: 'FEWEST_OPEN', graceSeconds: 0, isEnabled: false });
    expect(again).toEqual(first);
    await set({ channelId: acme.channelId, agentsOfTeamId: acme.teamId });
    expect(await kept()).toHaveLength(2);
    const events = await inbox.told();
    expect(events.filter(({ type }) => type === 'conversation.routing.changed')).toHaveLength(3);
  });

  test('is told what cannot be', async () => {
    expect(codes(await set({}))).toEqual(['INVALID input.teamId']);
    const both = { teamId: acme.teamId, channelId: acme.channelId };
    expect(codes(await set(both))).toEqual(['INVALID input.teamId']);
    const members = { teamId: acme.teamId, agentsOfTeamId: acme.teamId };
    expect(codes(await set(members))).toEqual(['INVALID input.agentsOfTeamId']);
    for (const graceSeconds of [-1, 604_801, 1.5]) {
      expect(codes(await set({ teamId: acme.teamId, graceSeconds }))).toEqual(['INVALID input.graceSeconds']);
    }
    expect(await kept()).toEqual([]);
  });

  test('has no teams, channels and policies but the company’s', async () => {
    for (const id of [globex.teamId, v7(), 'nonsense', '']) {
      expect(codes(await set({ teamId: id }))).toEqual(['NOT_FOUND input.teamId']);
      expect(codes(await set({ channelId: acme.channelId, agentsOfTeamId: id }))).toEqual([
        'NOT_FOUND input.agentsOfTeamId',
      ]);
    }
    expect(codes(await set({ channelId: globex.channelId }))).toEqual(['NOT_FOUND input.channelId']);
    const theirs = await set({ teamId: globex.teamId }, supervisorOf(globex));
    const policyId = 'policyId' in theirs ? theirs.policyId : '';
    for (const id of [policyId, v7(), 'nonsense']) {
      const removed = await removeAssignmentPolicy(inbox.database, supervisorOf(acme), { policyId: id });
      expect(codes(removed)).toEqual(['NOT_FOUND input.policyId']);
    }
    expect(await kept()).toEqual([{ company_id: globex.companyId }]);
    await removeAssignmentPolicy(inbox.database, supervisorOf(globex), { policyId });
    expect(await kept()).toEqual([]);
  });

  test('is a supervisor or an admin', async () => {
    for (const identity of [acme.ada, acme.partner]) {
      const refused = { extensions: { code: 'FORBIDDEN' } };
      await expect(set({ teamId: acme.teamId }, identity)).rejects.toMatchObject(refused);
      await expect(capacity({ capacity: 1 }, identity)).rejects.toMatchObject(refused);
      const removal = removeAssignmentPolicy(inbox.database, identity, { policyId: v7() });
      await expect(removal).rejects.toMatchObject(refused);
    }
  });

  test('sets what an agent gets at most, and what a platform weighs, each for itself; what is in hand weighs anew', async () => {
    const conversationId = await write(inbox, acme, { platform: 'WEB_CHAT' });
    await assign(inbox.database, acme.ada, { conversationId, agentId: acme.ada.agentId });
    const adas = async () => (await loads(inbox, acme)).find(({ agent }) => agent === acme.ada.agentId);
    expect(await adas()).toMatchObject({ load: 1, capacity: 10 });
    await capacity({ weights: [{ platform: 'WEB_CHAT', weight: 3 }] });
    expect(await adas()).toMatchObject({ load: 3, recount: 3, capacity: 10 });
    await capacity({ capacity: 0 });
    expect(await adas()).toMatchObject({ load: 3, recount: 3, capacity: 0, exceeded: 0 });
    await capacity({ weights: [] });
    expect(await adas()).toMatchObject({ load: 1, recount: 1, capacity: 0 });
  });

  test('cannot set limits and weights that make no sense, nor those of another company’s agents', async () => {
    for (const value of [-1, 1_001, 0.5]) {
      expect(codes(await capacity({ capacity: value }))).toEqual(['INVALID input.capacity']);
    }
    const weight = (...weights: number[]) => weights.map((one) => ({ platform: 'TELEGRAM' as const, weight: one }));
    for (const weights of [weight(-1), weight(101), weight(0.5), weight(1, 2)]) {
      expect(codes(await capacity({ weights }))).toEqual(['INVALID input.weights']);
    }
    for (const agentId of [globex.ada.agentId, v7(), 'nonsense']) {
      expect(codes(await capacity({ agentId, capacity: 1 }))).toEqual(['NOT_FOUND input.agentId']);
    }
    expect((await loads(inbox, globex)).map(({ capacity: most }) => most)).toEqual([10, 10]);
  });
});
