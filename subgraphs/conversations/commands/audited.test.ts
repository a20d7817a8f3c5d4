import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { connection, openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { auditOf } from '../testing/people.ts';
import { cancelBulkJob } from './bulk/cancelBulkJob.ts';
import { changeConversations } from './bulk/changeConversations.ts';
import { createCannedResponse } from './cannedResponses/createCannedResponse.ts';
import { deleteCannedResponse } from './cannedResponses/deleteCannedResponse.ts';
import { updateCannedResponse } from './cannedResponses/updateCannedResponse.ts';
import { recordChannel } from './recordChannel.ts';
import { removeAssignmentPolicy, setAssignmentPolicy, type PolicyInput } from './setAssignmentPolicy.ts';
import { setCapacity } from './setCapacity.ts';
import { createView } from './views/createView.ts';
import { deleteView } from './views/deleteView.ts';
import { updateView } from './views/updateView.ts';

describe('the audit log has', () => {
  let inbox: TestInbox;
  let acme: TestCompany;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
  });
  afterAll(() => inbox.close());

  const entries = () =>
    inbox.rows('select action, subject_kind from conversations.audit_entries where company_id = $1', [acme.companyId]);

  test('what agents may have, once for each change', async () => {
    const { agentId } = acme.ada;
    const set = (input: object) => setCapacity(inbox.database, acme.supervisor, { agentId, ...input });
    await set({ capacity: 4 });
    await set({ capacity: 4 });
    await set({ weights: [{ platform: 'WHATSAPP', weight: 2 }] });
    await set({ capacity: -1 });
    expect(await auditOf(inbox, agentId)).toEqual([
      { action: 'agent.capacity.updated', before: { capacity: 10 }, after: { capacity: 4 } },
      { action: 'agent.capacity.updated', before: { weights: {} }, after: { weights: { WHATSAPP: 2 } } },
    ]);
  });

  const policy = {
    strategy: 'ROUND_ROBIN',
    order: 'OLDEST_FIRST',
    graceSeconds: 300,
    isEnabled: true,
  } as const satisfies Partial<PolicyInput>;

  test('how conversations are given out: that there is a policy, what of it is changed, and that it is gone', async () => {
    const set = (input: Partial<PolicyInput> = {}) =>
      setAssignmentPolicy(inbox.database, acme.supervisor, { ...policy, teamId: acme.teamId, ...input });
    const outcome = await set();
    const policyId = 'policyId' in outcome ? outcome.policyId : '';
    await set();
    await set({ graceSeconds: 0, strategy: 'FEWEST_OPEN' });
    await removeAssignmentPolicy(inbox.database, acme.supervisor, { policyId });
    await removeAssignmentPolicy(inbox.database, acme.supervisor, { policyId });
    const all = { ...policy, teamId: acme.teamId, channelId: null, agentsOfTeamId: null };
    const changed = { graceSeconds: 0, strategy: 'FEWEST_OPEN' };
    expect(await auditOf(inbox, policyId)).toEqual([
      { action: 'assignmentPolicy.created', before: null, after: all },
      {
        action: 'assignmentPolicy.updated',
        before: { graceSeconds: 300, strategy: 'ROUND_ROBIN' },
        after: changed,
      },
      { action: 'assignmentPolicy.removed', before: { ...all, ...changed }, after: null },
    ]);
  });

  test('one policy as created, when many set it at the same moment', async () => {
    await recordChannel(inbox.database, connection(acme));
    const input = { ...policy, channelId: acme.channelId };
    await Promise.all(Array.from({ length: 6 }, () => setAssignmentPolicy(inbox.database, acme.supervisor, input)));
    expect(await entries()).toEqual([{ action: 'assignmentPolicy.created', subject_kind: 'assignmentPolicy' }]);
  });

  test('views as far as others see them, and that they were shared or are not any more', async () => {
    const { database } = inbox;
    const open = { status: ['OPEN'] } as const;
    const outcome = await createView(database, acme.ada, { name: 'Mine', visibility: 'PRIVATE', filter: open });
    const viewId = 'viewId' in outcome ? outcome.viewId : '';
    await updateView(database, acme.ada, { viewId, name: 'Still mine' });
    expect(await auditOf(inbox, viewId)).toEqual([]);
    await updateView(database, acme.ada, { viewId, visibility: 'SHARED' });
    await updateView(database, acme.supervisor, { viewId, name: 'Ours' });
    await updateView(database, acme.ada, { viewId, visibility: 'PRIVATE' });
    await deleteView(database, acme.ada, { viewId });
    const [mine, ours] = [{ visibility: 'PRIVATE' }, { visibility: 'SHARED' }];
    expect(await auditOf(inbox, viewId)).toEqual([
      { action: 'view.updated', before: mine, after: ours },
      { action: 'view.updated', before: { name: 'Still mine' }, after: { name: 'Ours' } },
      { action: 'view.updated', before: ours, after: mine },
    ]);

    const shared = { name: 'Urgent', visibility: 'SHARED', filter: { priority: ['URGENT'] } } as const;
    const created = await createView(database, acme.ada, shared);
    const sharedId = 'viewId' in created ? created.viewId : '';
    await deleteView(database, acme.supervisor, { viewId: sharedId });
    expect(await auditOf(inbox, sharedId)).toEqual([
      { action: 'view.created', before: null, after: shared },
      { action: 'view.deleted', before: shared, after: null },
    ]);
  });

  test('canned responses that everybody writes with, and of nobody’s own', async () => {
    const { database } = inbox;
    const hello = { shortcode: 'hi', content: 'Hello' };
    const own = await createCannedResponse(database, acme.ada, hello);
    if ('id' in own) await deleteCannedResponse(database, acme.ada, { id: own.id });
    expect(await entries()).toEqual([]);
    const created = await createCannedResponse(database, acme.supervisor, { ...hello, isShared: true });
    const id = 'id' in created ? created.id : '';
    await updateCannedResponse(database, acme.supervisor, { id, content: 'Good day' });
    await updateCannedResponse(database, acme.supervisor, { id, content: 'Good day' });
    await deleteCannedResponse(database, acme.supervisor, { id });
    const all = { ...hello, attachmentUrls: [] };
    expect(await auditOf(inbox, id)).toEqual([
      { action: 'cannedResponse.created', before: null, after: all },
      { action: 'cannedResponse.updated', before: { content: 'Hello' }, after: { content: 'Good day' } },
      { action: 'cannedResponse.deleted', before: { ...all, content: 'Good day' }, after: null },
    ]);
  });

  test('that somebody began to change many, once for each job, and that they stopped it', async () => {
    const conversationIds = [await write(inbox, acme)];
    const change = { priority: 'HIGH', agentId: null } as const;
    const begin = () =>
      changeConversations(inbox.database, acme.ada, {
        conversationIds,
        asked: conversationIds,
        change,
        idempotencyKey: 'the same',
      });
    const outcome = await begin();
    await begin();
    const jobId = 'jobId' in outcome ? outcome.jobId : '';
    for (const agent of [acme.ben, acme.ada, acme.ada]) await cancelBulkJob(inbox.database, agent, { jobId });
    expect(await auditOf(inbox, jobId)).toEqual([
      { action: 'bulkJob.begun', before: null, after: { total: 1, change } },
      { action: 'bulkJob.cancelled', before: null, after: null },
    ]);
  });
});
