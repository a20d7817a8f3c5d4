import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { v7 } from 'uuid';
import { withOrigin } from '#platform/http/requestOrigin.ts';
import { auditPage, type AuditFilter } from '../queries/auditLog.ts';
import { adminOf, contactOf, define } from '../testing/contacts.ts';
import { openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { deleteAttributeDefinition } from './attributeDefinitions.ts';
import { blockContact } from './blockContact.ts';
import { deleteTeam } from './directory/deleteTeam.ts';
import { removeTeamMembers } from './directory/changeTeamMembers.ts';
import { renameTeam } from './directory/renameTeam.ts';
import { updateAgent } from './directory/updateAgent.ts';
import { updateLabel } from './directory/updateLabel.ts';
import { recordAudited } from './recordAudited.ts';
import { updateContact } from './updateContact.ts';
import { updateInboxSettings } from './updateInboxSettings.ts';

describe('the audit log', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let contactId: string;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    await write(inbox, acme);
    contactId = await contactOf(inbox, acme);
  });
  afterAll(() => inbox.close());

  const update = (input: object) => updateContact(inbox.database, acme.ada, { contactId, ...input });
  async function log(filter: AuditFilter = {}, company = acme) {
    const session = inbox.database.session(company.companyId);
    const page = { limit: 10, direction: 'forward' } as const;
    try {
      return await session.read((sql) => auditPage(sql, company.companyId, filter, page));
    } finally {
      await session.close();
    }
  }

  test('says who changed what of what, when, and from where', async () => {
    await withOrigin({ requestId: 'request-1', address: '203.0.113.7' }, () => update({ email: 'ada@example.com' }));
    expect(await log()).toEqual([
      {
        id: expect.any(String),
        occurredAt: expect.any(Date),
        actorKind: 'agent',
        actorId: acme.ada.agentId,
        action: 'contact.updated',
        subjectKind: 'contact',
        subjectId: contactId,
        before: { email: null },
        after: { email: 'ada@example.com' },
        clientAddress: '203.0.113.7',
        requestId: 'request-1',
      },
    ]);
  });

  test('says nothing of an address that is none, and of nothing that did not happen', async () => {
    await withOrigin({ requestId: 'r', address: 'a lie' }, () => blockContact(inbox.database, acme.ada, { contactId }));
    await update({ email: 'nobody' });
    await update({});
    expect(await log()).toMatchObject([{ action: 'contact.blocked', clientAddress: null, before: null, after: null }]);
  });

  test('is read newest first, by who, what, of what and when', async () => {
    const definitionId = await define(inbox, acme, { key: 'tier' });
    const admin = await adminOf(inbox, acme);
    await deleteAttributeDefinition(inbox.database, admin, { definitionId });
    await update({ name: 'Ada' });
    const actions = async (filter: AuditFilter) => (await log(filter)).map(({ action }) => action);
    expect(await actions({})).toEqual(['contact.updated', 'attribute.deleted', 'attribute.created']);
    expect(await actions({ actorId: admin.agentId.toUpperCase() })).toEqual(['attribute.deleted']);
    expect(await actions({ subjectId: definitionId })).toEqual(['attribute.deleted', 'attribute.created']);
    expect(await actions({ action: 'contact.updated' })).toEqual(['contact.updated']);
    expect(await actions({ from: new Date(Date.now() + 60_000) })).toEqual([]);
    expect(await actions({ to: new Date(Date.now() - 60_000) })).toEqual([]);
    await expect(log({ from: new Date(2), to: new Date(1) })).rejects.toMatchObject({
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  test('has what is changed in teams, labels, agents and settings', async () => {
    const admin = await adminOf(inbox, acme);
    const { database } = inbox;
    const { teamId } = acme;
    await renameTeam(database, admin, { teamId, name: 'Help' });
    await renameTeam(database, admin, { teamId, name: 'Help' });
    await removeTeamMembers(database, admin, { teamId, agentIds: [acme.ben.agentId] });
    await updateLabel(database, admin, { labelId: acme.labelIds[0], name: 'now' });
    await updateAgent(database, admin, { agentId: acme.ben.agentId, role: 'SUPERVISOR' });
    await updateInboxSettings(database, admin, { reopenUnassigned: true });
    await deleteTeam(database, admin, { teamId });
    const changes = (await log()).map(({ action, before, after }) => ({ action, before, after }));
    expect(changes).toEqual([
      { action: 'team.deleted', before: { name: 'Help', memberIds: [acme.ada.agentId] }, after: null },
      { action: 'settings.updated', before: { reopenUnassigned: false }, after: { reopenUnassigned: true } },
      { action: 'agent.updated', before: { role: 'AGENT' }, after: { role: 'SUPERVISOR' } },
      { action: 'label.updated', before: { name: 'urgent' }, after: { name: 'now' } },
      {
        action: 'team.updated',
        before: { memberIds: [acme.ada.agentId, acme.ben.agentId].toSorted() },
        after: { memberIds: [acme.ada.agentId] },
      },
      { action: 'team.updated', before: { name: 'Support' }, after: { name: 'Help' } },
    ]);
  });

  test('has what happened in another context once, however often it is told', async () => {
    const channelId = v7();
    const event = {
      id: v7(),
      type: 'channel.audited',
      version: 1,
      companyId: acme.companyId,
      occurredAt: new Date().toISOString(),
      actor: { kind: 'agent', id: acme.ada.agentId },
      data: {
        channelId,
        subjectKind: 'channel',
        action: 'channel.paused',
        before: { status: 'ACTIVE', name: 'Bot' },
        after: { status: 'PAUSED', name: 'Bot' },
        origin: { requestId: 'r', clientAddress: null },
      },
    } as const;
    await recordAudited(inbox.database, event);
    await recordAudited(inbox.database, event);
    expect(await log()).toMatchObject([
      { id: event.id, subjectId: channelId, before: { status: 'ACTIVE' }, after: { status: 'PAUSED' }, requestId: 'r' },
    ]);
  });

  test('is a company’s own', async () => {
    await update({ name: 'Ada' });
    expect(await log({}, await inbox.addCompany())).toEqual([]);
  });

  test('cannot be changed by the service', async () => {
    await update({ name: 'Ada' });
    const client = new Client({ connectionString: inbox.urls.appUrl });
    await client.connect();
    try {
      await client.query(`select set_config('app.company_id', $1, false)`, [acme.companyId]);
      const denied = { code: '42501' };
      await expect(client.query(`update conversations.audit_entries set action = 'x'`)).rejects.toMatchObject(denied);
      await expect(client.query('delete from conversations.audit_entries')).rejects.toMatchObject(denied);
      await expect(client.query('truncate conversations.audit_entries')).rejects.toMatchObject(denied);
    } finally {
      await client.end();
    }
    expect(await log()).toHaveLength(1);
  });
});
