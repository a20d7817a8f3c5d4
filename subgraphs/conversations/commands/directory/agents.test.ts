import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { openInbox, write, type TestCompany, type TestInbox } from '../../testing/inbox.ts';
import { auditOf, joinCompany, refusals } from '../../testing/people.ts';
import { assign } from '../assign.ts';
import { releaseConversations } from '../clearUp/releaseConversations.ts';
import { limitAgentToTeams } from '../limitAgentToTeams.ts';
import { reopen } from '../lifecycle/reopen.ts';
import { resolve } from '../lifecycle/resolve.ts';
import { snooze } from '../lifecycle/snooze.ts';
import { sendMessage } from '../sendMessage.ts';
import { addAgent } from './addAgent.ts';
import { addTeamMembers } from './changeTeamMembers.ts';
import { deactivateAgent } from './deactivateAgent.ts';
import { signOut } from './signOut.ts';
import { signOutAgent } from './signOutAgent.ts';
import { updateAgent } from './updateAgent.ts';

describe('agents', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let admin: TestCompany['ada'];

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    admin = acme.admin;
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const add = (input: Partial<Parameters<typeof addAgent>[2]> = {}, identity = admin) =>
    addAgent(inbox.database, identity, { name: 'Grace', email: 'grace@example.com', role: 'AGENT', ...input });
  const update = (input: Partial<Parameters<typeof updateAgent>[2]>, identity = admin) =>
    updateAgent(inbox.database, identity, { agentId: acme.ben.agentId, ...input });
  const deactivate = (agentId = acme.ben.agentId, identity = admin) =>
    deactivateAgent(inbox.database, identity, { agentId });
  const release = async (id = acme.ben.agentId) => {
    while (await releaseConversations(inbox.database, acme.companyId, { kind: 'AGENT', id }));
  };
  const assigneeOf = async (conversationId: string) =>
    (
      await inbox.rows<{ id: string | null }>(
        'select assignee_id as id from conversations.conversations where id = $1',
        [conversationId],
      )
    )[0]?.id;
  const forBen = async (from: string) => {
    const conversationId = await write(inbox, acme, { from });
    await assign(inbox.database, acme.ada, { conversationId, agentId: acme.ben.agentId });
    return conversationId;
  };

  test('are added, changed and deactivated, and everybody is told', async () => {
    const added = await add();
    const agentId = 'agentId' in added ? added.agentId : '';
    await update({ agentId, name: 'Grace H.', role: 'SUPERVISOR' });
    await deactivate(agentId);
    const agent = { id: agentId, email: 'grace@example.com', name: 'Grace H.', role: 'SUPERVISOR' };
    expect((await inbox.told()).map(({ data }) => data)).toEqual([
      { change: 'ADDED', agent: { ...agent, name: 'Grace', role: 'AGENT' } },
      { change: 'UPDATED', agent },
      { agentId, at: expect.any(String) },
      { change: 'DEACTIVATED', agent },
    ]);
    expect(await auditOf(inbox, agentId)).toMatchObject([
      { action: 'agent.added', after: { role: 'AGENT' } },
      { action: 'agent.updated', before: { role: 'AGENT' }, after: { role: 'SUPERVISOR' } },
      { action: 'agent.deactivated', before: { role: 'SUPERVISOR' }, after: null },
    ]);
  });

  const limit = (limited: boolean, agentId = acme.ben.agentId) =>
    limitAgentToTeams(inbox.database, admin, { agentId, limited });
  const isLimited = async () =>
    (
      await inbox.rows<{ limited: boolean }>(
        'select limited_to_teams as limited from conversations.agents where company_id = $1 and id = $2',
        [acme.companyId, acme.ben.agentId],
      )
    )[0]?.limited;
  const toldLimits = async () =>
    (await inbox.told()).flatMap((event) => (event.type === 'conversation.agent.limited' ? [event.data] : []));

  test('are limited to their teams, unless they are admins, and the audit log has it', async () => {
    await limit(true);
    await limit(true);
    expect(refusals(await limit(true, admin.agentId))).toEqual(['IS_ADMIN input.agentId']);
    expect(await limit(false, admin.agentId)).toEqual({ agentId: admin.agentId });
    await limit(false);
    expect(await auditOf(inbox, acme.ben.agentId)).toEqual([
      { action: 'agent.limited', before: { limitedToTeams: false }, after: { limitedToTeams: true } },
      { action: 'agent.limited', before: { limitedToTeams: true }, after: { limitedToTeams: false } },
    ]);
    expect(await auditOf(inbox, admin.agentId)).toEqual([]);
  });

  test('are not limited any more when they become admins, and their live views are told', async () => {
    await limit(true);
    await update({ role: 'SUPERVISOR' });
    expect(await isLimited()).toBe(true);
    await inbox.told();
    await update({ role: 'ADMIN' });
    expect(await isLimited()).toBe(false);
    expect(await toldLimits()).toEqual([{ agentId: acme.ben.agentId, limitedToTeams: false, teamIds: [acme.teamId] }]);
    expect((await auditOf(inbox, acme.ben.agentId)).at(-1)).toEqual({
      action: 'agent.updated',
      before: { role: 'SUPERVISOR', limitedToTeams: true },
      after: { role: 'ADMIN', limitedToTeams: false },
    });
    // Who is none any more begins without a limit.
    await update({ role: 'AGENT' });
    expect(await isLimited()).toBe(false);
  });

  test('are limited as before when they come back, unless as admins', async () => {
    const comeBack = async (role: 'AGENT' | 'ADMIN') => {
      await deactivate();
      await add({ email: 'ben@example.com', role });
      return isLimited();
    };
    await limit(true);
    expect(await comeBack('AGENT')).toBe(true);
    expect(await comeBack('ADMIN')).toBe(false);
  });

  test('are limited, or made admins, in turn: of both at once nobody is both', async () => {
    for (let round = 0; round < 5; round++) {
      await Promise.all([limit(true), update({ role: 'ADMIN' })]);
      expect(await isLimited()).toBe(false);
      await update({ role: 'AGENT' });
    }
  });

  test('have an address of their own, which brings back who had left', async () => {
    expect(refusals(await add({ email: 'BEN@example.com' }))).toEqual(['EMAIL_TAKEN input.email']);
    await deactivate();
    expect(await add({ email: 'Ben@example.com', name: 'Ben again' })).toEqual({ agentId: acme.ben.agentId });
    const conversationId = await forBen('a');
    expect(await assigneeOf(conversationId)).toBe(acme.ben.agentId);
    // Cleared away is only what those had who are still gone.
    await release();
    expect(await assigneeOf(conversationId)).toBe(acme.ben.agentId);
  });

  test('are not added by halves', async () => {
    expect(refusals(await add({ email: 'nobody' }))).toEqual(['INVALID input.email']);
    expect(refusals(await add({ name: '' }))).toEqual(['INVALID input.name']);
    expect(await inbox.told()).toEqual([]);
  });

  test('are for admins to manage, and of one company', async () => {
    const supervisor = await joinCompany(inbox.database, acme.companyId, 'SUPERVISOR');
    for (const work of [
      () => add({}, supervisor),
      () => update({ role: 'ADMIN' }, acme.ben),
      () => deactivate(acme.ada.agentId, supervisor),
    ]) {
      await expect(work()).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    }
    const globex = await inbox.addCompany();
    const theirs = await joinCompany(inbox.database, globex.companyId, 'ADMIN');
    expect(refusals(await update({ name: 'x' }, theirs))).toEqual(['NOT_FOUND input.agentId']);
    for (const id of [acme.ben.agentId, v7(), 'none']) {
      expect(refusals(await deactivate(id, theirs))).toEqual(['NOT_FOUND input.agentId']);
    }
  });

  test('have the rights of the role that they have now, whatever their token says', async () => {
    await update({ role: 'ADMIN' });
    expect(refusals(await add({}, acme.ben))).toEqual([]);
    await update({ role: 'AGENT' });
    await expect(add({ email: 'x@example.com' }, { ...acme.ben, role: 'ADMIN' })).rejects.toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
  });

  test('of whom one is the last admin stay so', async () => {
    expect(refusals(await deactivate(admin.agentId))).toEqual(['LAST_ADMIN input.agentId']);
    expect(refusals(await update({ agentId: admin.agentId, role: 'SUPERVISOR' }))).toEqual([
      'LAST_ADMIN input.agentId',
    ]);
    await update({ role: 'ADMIN' });
    expect(refusals(await deactivate(admin.agentId))).toEqual([]);
  });

  test('who are admins cannot all leave at the same moment', async () => {
    const others = await Promise.all(
      Array.from({ length: 3 }, () => joinCompany(inbox.database, acme.companyId, 'ADMIN')),
    );
    const all = [admin, ...others];
    await Promise.allSettled(
      all.map((each, index) =>
        index % 2 === 0 ? deactivate(each.agentId, each) : update({ agentId: each.agentId, role: 'AGENT' }, each),
      ),
    );
    const left = await inbox.rows(
      `select id from conversations.agents where company_id = $1 and role = 'ADMIN' and deactivated_at is null`,
      [acme.companyId],
    );
    expect(left).toHaveLength(1);
  });

  test('are changed by one of two who saw the same version', async () => {
    const outcomes = await Promise.all(['One', 'Two'].map((name) => update({ name, expectedVersion: 1 })));
    expect(outcomes.flatMap(refusals)).toEqual(['CONFLICT input.expectedVersion']);
  });

  describe('who are signed out', () => {
    const signedOutAt = async (id = acme.ben.agentId) =>
      (
        await inbox.rows<{ at: Date | null }>('select signed_out_at as at from conversations.agents where id = $1', [
          id,
        ])
      )[0]?.at;

    test('by themselves or by an admin are so from that moment on, told and audited', async () => {
      const before = Date.now();
      expect(await signOut(inbox.database, acme.ben)).toEqual({ agentId: acme.ben.agentId });
      const first = await signedOutAt();
      expect(first?.getTime()).toBeGreaterThanOrEqual(before - 1);
      expect(await signOutAgent(inbox.database, admin, { agentId: acme.ben.agentId })).toEqual({
        agentId: acme.ben.agentId,
      });
      const second = await signedOutAt();
      expect(second?.getTime()).toBeGreaterThan(Number(first));
      expect(await inbox.told()).toMatchObject(
        [
          [acme.ben, first],
          [admin, second],
        ].map(([by, at]) => ({
          type: 'conversation.agent.signedOut',
          actor: { kind: 'agent', id: (by as typeof admin).agentId },
          data: { agentId: acme.ben.agentId, at: (at as Date).toISOString() },
        })),
      );
      expect(await auditOf(inbox, acme.ben.agentId)).toMatchObject([
        { action: 'agent.signedOut' },
        { action: 'agent.signedOut' },
      ]);
      expect(await signedOutAt(acme.ada.agentId)).toBeNull();
    });

    test('by deactivation need a new token also when they come back', async () => {
      await deactivate();
      const at = await signedOutAt();
      expect(at).toBeInstanceOf(Date);
      await add({ email: 'ben@example.com' });
      expect(await signedOutAt()).toEqual(at);
    });

    test('are of the admin’s own company', async () => {
      const supervisor = await joinCompany(inbox.database, acme.companyId, 'SUPERVISOR');
      for (const other of [supervisor, acme.ada]) {
        await expect(signOutAgent(inbox.database, other, { agentId: acme.ben.agentId })).rejects.toMatchObject({
          extensions: { code: 'FORBIDDEN' },
        });
      }
      const theirs = await joinCompany(inbox.database, (await inbox.addCompany()).companyId, 'ADMIN');
      for (const agentId of [acme.ben.agentId, v7(), 'none']) {
        expect(refusals(await signOutAgent(inbox.database, theirs, { agentId }))).toEqual(['NOT_FOUND input.agentId']);
      }
      expect(await signedOutAt()).toBeNull();
    });

    test('at the same moment by two are signed out, and have been for each', async () => {
      await Promise.all([
        signOut(inbox.database, acme.ben),
        signOutAgent(inbox.database, admin, { agentId: acme.ben.agentId }),
      ]);
      expect(await inbox.told()).toHaveLength(2);
    });

    test('and gone cannot sign out, nor be signed out', async () => {
      await deactivate();
      await expect(signOut(inbox.database, acme.ben)).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
      expect(refusals(await signOutAgent(inbox.database, admin, { agentId: acme.ben.agentId }))).toEqual([
        'NOT_FOUND input.agentId',
      ]);
    });
  });

  test('who left can do nothing more, and are in no team', async () => {
    const conversationId = await write(inbox, acme);
    await deactivate();
    await expect(
      sendMessage(inbox.database, acme.ben, { conversationId, text: 'Still here', idempotencyKey: 'x' }),
    ).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    expect(refusals(await assign(inbox.database, acme.ada, { conversationId, agentId: acme.ben.agentId }))).toEqual([
      'NOT_FOUND input.agentId',
    ]);
    expect(
      refusals(await addTeamMembers(inbox.database, admin, { teamId: acme.teamId, agentIds: [acme.ben.agentId] })),
    ).toEqual(['NOT_FOUND input.agentIds']);
    const team = (await inbox.told()).find(({ type }) => type === 'conversation.team.changed');
    expect(team?.data).toMatchObject({ change: 'UPDATED', team: { id: acme.teamId, memberIds: [acme.ada.agentId] } });
  });

  test('who left give back what goes on, each conversation told of, and keep what is resolved', async () => {
    const [open, asleep, resolved] = [await forBen('a'), await forBen('b'), await forBen('c')];
    await snooze(inbox.database, acme.ada, { conversationId: asleep });
    await resolve(inbox.database, acme.ben, { conversationId: resolved });
    await deactivate();
    await inbox.told();
    await release();
    const told = await inbox.told();
    const given = told.map(({ data }) => ('conversation' in data ? data.conversation.id : ''));
    expect(new Set(given)).toEqual(new Set([open, asleep]));
    expect(given).toHaveLength(2);
    expect(told).toMatchObject(
      told.map(() => ({
        type: 'conversation.assigned',
        actor: { kind: 'system', id: 'AGENT_LEFT' },
        data: { previousAssigneeId: acme.ben.agentId, conversation: { assigneeId: null } },
      })),
    );
    expect(await assigneeOf(resolved)).toBe(acme.ben.agentId);
  });

  test.each([
    ['the contact', () => write(inbox, acme, { from: 'c' })],
    ['an agent', (conversationId: string) => reopen(inbox.database, acme.ada, { conversationId })],
    [
      'an answer',
      (conversationId: string) =>
        sendMessage(inbox.database, acme.ada, { conversationId, text: 'One more thing', idempotencyKey: 'x' }),
    ],
  ])('who left do not get back what %s opens again', async (_who, openAgain) => {
    const conversationId = await forBen('c');
    await resolve(inbox.database, acme.ben, { conversationId });
    await deactivate();
    await release();
    await openAgain(conversationId);
    expect(await assigneeOf(conversationId)).toBeNull();
  });

  test('who leave while conversations are given to them keep none', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, (_, n) => write(inbox, acme, { from: `c${n}` })));
    const resolved = await forBen('resolved');
    await resolve(inbox.database, acme.ben, { conversationId: resolved });
    await Promise.all([
      deactivate(),
      write(inbox, acme, { from: 'resolved' }),
      ...ids.map((conversationId) => assign(inbox.database, acme.ada, { conversationId, agentId: acme.ben.agentId })),
    ]);
    await release();
    const kept = await inbox.rows('select id from conversations.conversations where assignee_id = $1', [
      acme.ben.agentId,
    ]);
    expect(kept).toEqual([]);
    const [counted] = await inbox.rows(
      'select open_conversation_count as open from conversations.agents where id = $1',
      [acme.ben.agentId],
    );
    expect(counted).toEqual({ open: 0 });
  });
});
