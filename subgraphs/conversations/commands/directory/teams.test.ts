import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { openInbox, write, type TestCompany, type TestInbox } from '../../testing/inbox.ts';
import { joinCompany, refusals } from '../../testing/people.ts';
import { assign } from '../assign.ts';
import { releaseConversations } from '../clearUp/releaseConversations.ts';
import { resolve } from '../lifecycle/resolve.ts';
import { addTeamMembers, removeTeamMembers } from './changeTeamMembers.ts';
import { createTeam } from './createTeam.ts';
import { deleteTeam } from './deleteTeam.ts';
import { renameTeam } from './renameTeam.ts';

describe('teams', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let supervisor: TestCompany['ada'];
  let teamId: string;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    teamId = acme.teamId;
    supervisor = await joinCompany(inbox.database, acme.companyId, 'SUPERVISOR');
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const members = async () =>
    (
      await inbox.rows<{ id: string }>(
        'select agent_id as id from conversations.team_members where team_id = $1 order by 1',
        [teamId],
      )
    ).map(({ id }) => id);
  const commands = {
    create: (identity = supervisor) => createTeam(inbox.database, identity, { name: 'Billing' }),
    rename: (identity = supervisor) => renameTeam(inbox.database, identity, { teamId, name: 'Helpers' }),
    add: (identity = supervisor) =>
      addTeamMembers(inbox.database, identity, { teamId, agentIds: [supervisor.agentId] }),
    remove: (identity = supervisor) =>
      removeTeamMembers(inbox.database, identity, { teamId, agentIds: [acme.ada.agentId] }),
    delete: (identity = supervisor) => deleteTeam(inbox.database, identity, { teamId }),
  };

  test('are made, renamed, joined, left and deleted, and everybody is told who is in them', async () => {
    const { agentId: ada } = acme.ada;
    const { agentId: ben } = acme.ben;
    for (const command of Object.values(commands)) expect(refusals(await command())).toEqual([]);
    const team = { id: teamId, name: 'Helpers' };
    expect((await inbox.told()).map(({ data }) => data)).toEqual([
      { change: 'CREATED', team: { id: expect.any(String), name: 'Billing', memberIds: [] } },
      { change: 'UPDATED', team: { ...team, memberIds: [ada, ben] } },
      { change: 'UPDATED', team: { ...team, memberIds: [ada, ben, supervisor.agentId] } },
      { change: 'UPDATED', team: { ...team, memberIds: [ben, supervisor.agentId] } },
      { change: 'DELETED', team: { ...team, memberIds: [] } },
    ]);
  });

  test('are told of once when nothing changes the second time', async () => {
    for (const command of [commands.rename, commands.add, commands.remove]) {
      await command();
      await inbox.told();
      await command();
      expect(await inbox.told()).toEqual([]);
    }
  });

  test.each(Object.keys(commands) as (keyof typeof commands)[])('are for supervisors: %s', async (command) => {
    await expect(commands[command](acme.ada)).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  });

  test.each(['rename', 'add', 'remove', 'delete'] as const)('are of one company: %s', async (command) => {
    const globex = await inbox.addCompany();
    const theirs = await joinCompany(inbox.database, globex.companyId, 'SUPERVISOR');
    expect(refusals(await commands[command](theirs))).toEqual(['NOT_FOUND input.teamId']);
    expect(await inbox.told()).toEqual([]);
  });

  test('take nobody in who is not of the company', async () => {
    const globex = await inbox.addCompany();
    for (const id of [globex.ada.agentId, v7(), 'none']) {
      const outcome = await addTeamMembers(inbox.database, supervisor, { teamId, agentIds: [acme.ada.agentId, id] });
      expect(refusals(outcome)).toEqual(['NOT_FOUND input.agentIds']);
    }
    expect(await members()).toEqual([acme.ada.agentId, acme.ben.agentId].toSorted());
  });

  test('have names of their own', async () => {
    await commands.create();
    expect(refusals(await createTeam(inbox.database, supervisor, { name: 'BILLING' }))).toEqual([
      'NAME_TAKEN input.name',
    ]);
    expect(refusals(await renameTeam(inbox.database, supervisor, { teamId, name: 'billing' }))).toEqual([
      'NAME_TAKEN input.name',
    ]);
    expect(refusals(await renameTeam(inbox.database, supervisor, { teamId, name: ' ' }))).toEqual([
      'INVALID input.name',
    ]);
  });

  test('are changed by one of two who saw the same version', async () => {
    const expectedVersion = 1;
    const outcomes = await Promise.all([
      renameTeam(inbox.database, supervisor, { teamId, name: 'Helpers', expectedVersion }),
      addTeamMembers(inbox.database, supervisor, { teamId, agentIds: [supervisor.agentId], expectedVersion }),
    ]);
    expect(outcomes.flatMap(refusals)).toEqual(['CONFLICT input.expectedVersion']);
  });

  test('that are deleted give back what goes on, and keep what is resolved', async () => {
    const [going, resolved] = [await write(inbox, acme, { from: 'a' }), await write(inbox, acme, { from: 'b' })];
    for (const conversationId of [going, resolved]) await assign(inbox.database, acme.ada, { conversationId, teamId });
    await resolve(inbox.database, acme.ada, { conversationId: resolved });
    await commands.delete();
    await inbox.told();
    while (await releaseConversations(inbox.database, acme.companyId, { kind: 'TEAM', id: teamId }));
    expect(await inbox.told()).toMatchObject([
      {
        type: 'conversation.assigned',
        actor: { kind: 'system', id: 'TEAM_DELETED' },
        data: { conversation: { id: going, teamId: null }, previousTeamId: teamId },
      },
    ]);
    expect(refusals(await assign(inbox.database, acme.ada, { conversationId: going, teamId }))).toEqual([
      'NOT_FOUND input.teamId',
    ]);
    // Opened again it is nobody's: the team does not come back with it.
    await write(inbox, acme, { from: 'b' });
    const [row] = await inbox.rows('select team_id as "teamId" from conversations.conversations where id = $1', [
      resolved,
    ]);
    expect(row).toEqual({ teamId: null });
  });
});
