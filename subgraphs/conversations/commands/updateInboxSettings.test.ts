import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DAY_MS, echoed, openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { joinCompany, refusals } from '../testing/people.ts';
import { assign } from './assign.ts';
import { resolve } from './lifecycle/resolve.ts';
import { recordEcho } from './recordEcho.ts';
import { updateInboxSettings } from './updateInboxSettings.ts';

describe('the settings of a company’s inbox', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let admin: TestCompany['ada'];
  let conversationId: string;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    admin = await joinCompany(inbox.database, acme.companyId, 'ADMIN');
    conversationId = await write(inbox, acme);
  });
  afterAll(() => inbox.close());

  const update = (input: Parameters<typeof updateInboxSettings>[2], identity = admin) =>
    updateInboxSettings(inbox.database, identity, input);
  const resolveAgo = async (seconds: number) => {
    await resolve(inbox.database, acme.ada, { conversationId });
    await inbox.rows(
      'update conversations.conversations set resolved_at = now() - make_interval(secs => $2) where id = $1',
      [conversationId, seconds],
    );
  };

  test('say how long a resolved conversation goes on when the contact writes', async () => {
    await update({ reopenWithinSeconds: 60 });
    await resolveAgo(30);
    expect(await write(inbox, acme)).toBe(conversationId);
    await resolveAgo(90);
    expect(await write(inbox, acme)).not.toBe(conversationId);
  });

  test('hold for what the company wrote past the inbox too', async () => {
    await update({ reopenWithinSeconds: 60 });
    await resolveAgo(90);
    await recordEcho(inbox.database, echoed(acme, { from: 'customer-1' }), { reopenWithinMs: 3 * DAY_MS });
    const open = await inbox.rows(
      `select number from conversations.conversations where company_id = $1 and status = 'OPEN'`,
      [acme.companyId],
    );
    expect(open).toEqual([{ number: 2 }]);
  });

  test('can have every resolution be the end', async () => {
    await update({ reopenWithinSeconds: 0 });
    await resolveAgo(1);
    expect(await write(inbox, acme)).not.toBe(conversationId);
  });

  test('are the installation’s again with null, and another company’s never', async () => {
    const globex = await inbox.addCompany();
    await update({ reopenWithinSeconds: 0 }, await joinCompany(inbox.database, globex.companyId, 'ADMIN'));
    await update({ reopenWithinSeconds: 0 });
    await update({ reopenWithinSeconds: null });
    await resolveAgo(24 * 60 * 60);
    expect(await write(inbox, acme)).toBe(conversationId);
  });

  test('say whether what the contact opens again is still with whom it was', async () => {
    const assignee = async () => {
      const [row] = await inbox.rows<{ id: string }>(
        'select assignee_id as id from conversations.conversations where id = $1',
        [conversationId],
      );
      return row?.id;
    };
    await assign(inbox.database, acme.ada, { conversationId, agentId: acme.ben.agentId });
    await resolveAgo(1);
    await write(inbox, acme);
    expect(await assignee()).toBe(acme.ben.agentId);
    await update({ reopenUnassigned: true });
    await resolveAgo(1);
    await inbox.told();
    await write(inbox, acme);
    expect(await assignee()).toBeNull();
    expect(await inbox.told()).toMatchObject([
      { type: 'conversation.status.changed', data: { from: 'RESOLVED', to: 'OPEN' } },
      { type: 'conversation.assigned', data: { previousAssigneeId: acme.ben.agentId } },
      { type: 'conversation.message.created' },
    ]);
  });

  test('are for admins to change', async () => {
    const supervisor = await joinCompany(inbox.database, acme.companyId, 'SUPERVISOR');
    for (const identity of [acme.ada, supervisor]) {
      await expect(update({ reopenWithinSeconds: 1 }, identity)).rejects.toMatchObject({
        extensions: { code: 'FORBIDDEN' },
      });
    }
  });

  test('take a window from nothing to a year', async () => {
    for (const reopenWithinSeconds of [-1, 400 * 24 * 60 * 60]) {
      expect(refusals(await update({ reopenWithinSeconds }))).toEqual(['INVALID input.reopenWithinSeconds']);
    }
  });

  test('are changed by one of several who saw the same version', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, n) => update({ reopenWithinSeconds: n + 1, expectedVersion: 1 })),
    );
    expect(outcomes.filter((outcome) => 'version' in outcome)).toEqual([{ version: 2 }]);
    expect(outcomes.flatMap(refusals)).toEqual(Array.from({ length: 7 }, () => 'CONFLICT input.expectedVersion'));
  });

  test('keep their version when nothing changes', async () => {
    await update({ reopenWithinSeconds: 60 });
    expect(await update({ reopenWithinSeconds: 60 })).toEqual({ version: 2 });
    expect(await update({})).toEqual({ version: 2 });
  });
});
