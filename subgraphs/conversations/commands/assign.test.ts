import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { assign } from './assign.ts';

describe('an assignment', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let conversationId: string;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    conversationId = await write(inbox, acme);
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const give = (input: Partial<Parameters<typeof assign>[2]>, identity = acme.ada) =>
    assign(inbox.database, identity, { conversationId, ...input });
  const codes = (outcome: Awaited<ReturnType<typeof give>>) =>
    'userErrors' in outcome ? outcome.userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`) : [];
  const assigned = () =>
    inbox.rows('select assignee_id as agent, team_id as team from conversations.conversations where id = $1', [
      conversationId,
    ]);

  test('of an agent leaves the team, and the other way round; null takes it away', async () => {
    const { agentId } = acme.ben;
    const { teamId } = acme;
    await give({ agentId });
    await give({ teamId });
    expect(await assigned()).toEqual([{ agent: agentId, team: teamId }]);
    await give({ agentId: null });
    expect(await assigned()).toEqual([{ agent: null, team: teamId }]);
    // Beside them, the agent is notified.
    const told = (await inbox.told()).filter(({ type }) => type === 'conversation.assigned');
    expect(told).toMatchObject([
      { data: { previousAssigneeId: null, conversation: { assigneeId: agentId, teamId: null } } },
      { data: { previousAssigneeId: agentId, previousTeamId: null, conversation: { teamId } } },
      { data: { previousAssigneeId: agentId, previousTeamId: teamId, conversation: { assigneeId: null } } },
    ]);
  });

  test('that changes nothing tells nothing, however the id is written', async () => {
    await give({ agentId: acme.ben.agentId });
    await inbox.told();
    await give({ agentId: acme.ben.agentId.toUpperCase() });
    await give({});
    expect(await inbox.told()).toEqual([]);
  });

  test('to whom the company does not have is refused, and nothing of it is kept', async () => {
    const globex = await inbox.addCompany();
    for (const agentId of [v7(), globex.ben.agentId, 'nonsense', '']) {
      expect(codes(await give({ agentId }))).toEqual(['NOT_FOUND input.agentId']);
    }
    const teams = await give({ agentId: acme.ben.agentId, teamId: globex.teamId });
    expect(codes(teams)).toEqual(['NOT_FOUND input.teamId']);
    expect(codes(await give({ agentId: globex.ada.agentId }, globex.ada))).toEqual(['NOT_FOUND input.conversationId']);
    expect(await assigned()).toEqual([{ agent: null, team: null }]);
    expect(await inbox.told()).toEqual([]);
  });

  test('is for agents', async () => {
    await expect(assign(inbox.database, acme.partner, { conversationId, agentId: null })).rejects.toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
  });
});
