import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { assign } from './assign.ts';
import { changeStatus } from './changeStatus.ts';

describe('what is done to a conversation', () => {
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

  const version = async () => {
    const [row] = await inbox.rows<{ version: number }>(
      'select version from conversations.conversations where company_id = $1 and id = $2',
      [acme.companyId, conversationId],
    );
    return row?.version;
  };
  const activities = () =>
    inbox.rows(
      `select kind, actor_kind as by, actor_id as who, data from conversations.conversation_activities
       where company_id = $1 and conversation_id = $2 order by occurred_at, id`,
      [acme.companyId, conversationId],
    );

  test('is entered in its activity stream, with who did it', async () => {
    await assign(inbox.database, acme.ada, { conversationId, agentId: acme.ben.agentId });
    await changeStatus(inbox.database, acme.ben, { conversationId, status: 'RESOLVED' });
    expect(await activities()).toMatchObject([
      { kind: 'OPENED', by: 'contact' },
      {
        kind: 'ASSIGNED',
        by: 'agent',
        who: acme.ada.agentId,
        data: { assigneeId: acme.ben.agentId, previousAssigneeId: null, teamId: null, previousTeamId: null },
      },
      { kind: 'STATUS', by: 'agent', who: acme.ben.agentId, data: { from: 'OPEN', to: 'RESOLVED' } },
    ]);
  });

  test('counts its version up; what changes nothing does not, nor does a message', async () => {
    const before = Number(await version());
    await assign(inbox.database, acme.ada, { conversationId, agentId: acme.ada.agentId });
    await assign(inbox.database, acme.ada, { conversationId, agentId: acme.ada.agentId });
    await write(inbox, acme);
    expect(await version()).toBe(before + 1);
  });

  test('by somebody who saw an older version is refused and changes nothing', async () => {
    const expectedVersion = Number(await version());
    await assign(inbox.database, acme.ben, { conversationId, agentId: acme.ben.agentId, expectedVersion });
    await inbox.told();
    const outcome = await changeStatus(inbox.database, acme.ada, {
      conversationId,
      status: 'RESOLVED',
      expectedVersion,
    });
    expect(outcome).toMatchObject({ userErrors: [{ code: 'CONFLICT', field: ['input', 'expectedVersion'] }] });
    expect(await inbox.told()).toEqual([]);
    expect(await version()).toBe(expectedVersion + 1);
  });

  test('by many who saw the same version is done for one of them', async () => {
    const expectedVersion = Number(await version());
    const claims = Array.from({ length: 20 }, (_, n) => {
      const { agentId } = n % 2 === 0 ? acme.ada : acme.ben;
      return assign(inbox.database, acme.ada, { conversationId, agentId, expectedVersion });
    });
    const outcomes = await Promise.all(claims);
    expect(outcomes.filter((outcome) => !('userErrors' in outcome))).toHaveLength(1);
    expect(await inbox.told()).toHaveLength(1);
  });
});
