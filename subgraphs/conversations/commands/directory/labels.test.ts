import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { openInbox, write, type TestCompany, type TestInbox } from '../../testing/inbox.ts';
import { joinCompany, refusals } from '../../testing/people.ts';
import { clearLabel } from '../clearUp/clearLabel.ts';
import { labelConversation, unlabelConversation } from '../labelConversation.ts';
import { createLabel } from './createLabel.ts';
import { deleteLabel } from './deleteLabel.ts';
import { updateLabel } from './updateLabel.ts';

describe('labels', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let supervisor: TestCompany['ada'];
  let conversationId: string;
  let urgent: string;
  let refund: string;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    [urgent, refund] = acme.labelIds;
    supervisor = await joinCompany(inbox.database, acme.companyId, 'SUPERVISOR');
    conversationId = await write(inbox, acme);
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const create = (name: string, color = '#2563EB', identity = supervisor) =>
    createLabel(inbox.database, identity, { name, color });
  const update = (input: Partial<Parameters<typeof updateLabel>[2]>, identity = supervisor) =>
    updateLabel(inbox.database, identity, { labelId: urgent, ...input });
  const remove = (labelId = urgent, expectedVersion?: number, identity = supervisor) =>
    deleteLabel(inbox.database, identity, { labelId, expectedVersion });
  const hang = (labelIds: readonly string[], identity = acme.ada) =>
    labelConversation(inbox.database, identity, { conversationId, labelIds });
  const take = (labelIds: readonly string[], identity = acme.ada) =>
    unlabelConversation(inbox.database, identity, { conversationId, labelIds });
  const hanging = async () =>
    (
      await inbox.rows<{ id: string }>(
        'select label_id as id from conversations.conversation_labels where company_id = $1 order by label_id',
        [acme.companyId],
      )
    ).map(({ id }) => id);

  test('are made, changed and deleted, and everybody is told', async () => {
    const created = await create('  VIP ');
    const labelId = 'labelId' in created ? created.labelId : '';
    await update({ labelId, name: 'Very important', color: '#DC2626' });
    await remove(labelId);
    const label = { id: labelId, name: 'Very important', color: '#dc2626' };
    expect(await inbox.told()).toMatchObject([
      { type: 'conversation.label.changed', data: { change: 'CREATED', label: { name: 'VIP', color: '#2563eb' } } },
      { type: 'conversation.label.changed', data: { change: 'UPDATED', label } },
      { type: 'conversation.label.changed', actor: { id: supervisor.agentId }, data: { change: 'DELETED', label } },
    ]);
  });

  test('of a name or colour that cannot be are refused', async () => {
    expect(refusals(await create('   '))).toEqual(['INVALID input.name']);
    expect(refusals(await create('x'.repeat(65)))).toEqual(['INVALID input.name']);
    expect(refusals(await create('VIP', 'red'))).toEqual(['INVALID input.color']);
    expect(refusals(await update({ name: '\0' }))).toEqual(['INVALID input.name']);
    expect(refusals(await update({ color: '#12345' }))).toEqual(['INVALID input.color']);
    expect(await inbox.told()).toEqual([]);
  });

  test('have names of their own, whatever the case; a deleted one’s is free', async () => {
    expect(refusals(await create('URGENT'))).toEqual(['NAME_TAKEN input.name']);
    expect(refusals(await update({ labelId: refund, name: 'Urgent' }))).toEqual(['NAME_TAKEN input.name']);
    const globex = await inbox.addCompany();
    await joinCompany(inbox.database, globex.companyId, 'ADMIN');
    await remove();
    expect(refusals(await create('Urgent'))).toEqual([]);
  });

  test('of the same name made at the same moment are one', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => create('VIP')));
    expect(outcomes.filter((outcome) => 'labelId' in outcome)).toHaveLength(1);
    expect(outcomes.flatMap(refusals)).toEqual(Array.from({ length: 7 }, () => 'NAME_TAKEN input.name'));
  });

  test('are changed by one of two who saw the same version', async () => {
    const outcomes = await Promise.all([
      update({ name: 'One', expectedVersion: 1 }),
      update({ name: 'Two', expectedVersion: 1 }),
      remove(urgent, 1),
    ]);
    expect(outcomes.filter((outcome) => 'labelId' in outcome)).toHaveLength(1);
    const refused = outcomes.flatMap(refusals);
    expect(refused).toHaveLength(2);
    for (const each of refused) expect(['CONFLICT input.expectedVersion', 'NOT_FOUND input.labelId']).toContain(each);
  });

  test('are for supervisors and admins to manage, and of one company', async () => {
    const labelId = urgent;
    for (const work of [
      () => create('VIP', '#2563eb', acme.ada),
      () => update({ labelId }, acme.ada),
      () => remove(labelId, undefined, acme.ada),
    ]) {
      await expect(work()).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    }
    const globex = await inbox.addCompany();
    const theirs = await joinCompany(inbox.database, globex.companyId, 'ADMIN');
    expect(refusals(await update({ name: 'Mine' }, theirs))).toEqual(['NOT_FOUND input.labelId']);
    expect(refusals(await remove(urgent, undefined, theirs))).toEqual(['NOT_FOUND input.labelId']);
    expect(await inbox.told()).toEqual([]);
  });

  test('hang on conversations, once, and come off again', async () => {
    await hang([urgent, refund.toUpperCase(), urgent]);
    await hang([urgent]);
    expect(await hanging()).toEqual([urgent, refund].toSorted());
    await take([urgent]);
    await take([urgent]);
    expect(await hanging()).toEqual([refund]);
    const told = await inbox.told();
    expect(told).toMatchObject([
      { type: 'conversation.changed', data: { change: 'LABELS' } },
      { type: 'conversation.changed', data: { change: 'LABELS', conversation: { labelIds: [refund] } } },
    ]);
    expect(told).toHaveLength(2);
    const activities = await inbox.rows(
      `select data from conversations.conversation_activities where company_id = $1 and kind = 'LABELS' order by occurred_at`,
      [acme.companyId],
    );
    expect(activities).toEqual([
      { data: { addedIds: [urgent, refund], removedIds: [] } },
      { data: { addedIds: [], removedIds: [urgent] } },
    ]);
  });

  test('that the company has not hang on nothing', async () => {
    const globex = await inbox.addCompany();
    for (const id of [v7(), 'none', globex.labelIds[0]]) {
      expect(refusals(await hang([urgent, id]))).toEqual(['NOT_FOUND input.labelIds']);
      expect(refusals(await take([id]))).toEqual(['NOT_FOUND input.labelIds']);
    }
    expect(refusals(await hang([urgent], globex.ada))).toEqual(['NOT_FOUND input.conversationId']);
    await expect(
      labelConversation(inbox.database, acme.partner, { conversationId, labelIds: [urgent] }),
    ).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    expect(await hanging()).toEqual([]);
  });

  test('are at most fifty on one conversation', async () => {
    const ids = [];
    for (let index = 0; index < 51; index++) {
      const outcome = await create(`label ${index}`);
      if ('labelId' in outcome) ids.push(outcome.labelId);
    }
    expect(refusals(await hang(ids))).toEqual(['TOO_MANY input.labelIds']);
    expect(await hanging()).toEqual([]);
    await hang(ids.slice(0, 50));
    expect(refusals(await hang(ids.slice(50)))).toEqual(['TOO_MANY input.labelIds']);
  });

  test('that are deleted are on no conversation from that moment on, and cleared away in batches', async () => {
    await hang([urgent, refund]);
    await remove();
    await inbox.told();
    await write(inbox, acme);
    expect(await inbox.told()).toMatchObject([{ data: { conversation: { labelIds: [refund] } } }]);
    expect(refusals(await hang([urgent]))).toEqual(['NOT_FOUND input.labelIds']);

    const clear = () => clearLabel(inbox.database, acme.companyId, urgent);
    expect(await clear()).toBe(true);
    expect(await hanging()).toEqual([refund]);
    expect(await clear()).toBe(true);
    expect(await clear()).toBe(false);
    const [label] = await inbox.rows(
      'select name, cleared_at is not null as cleared from conversations.labels where id = $1',
      [urgent],
    );
    expect(label).toEqual({ name: 'urgent', cleared: true });
    expect(await inbox.told()).toEqual([]);
  });

  test('do not hang on a conversation that was labelled while they were deleted', async () => {
    await Promise.all([remove(), ...Array.from({ length: 5 }, () => hang([urgent]))]);
    while (await clearLabel(inbox.database, acme.companyId, urgent));
    expect(await hanging()).toEqual([]);
  });
});
