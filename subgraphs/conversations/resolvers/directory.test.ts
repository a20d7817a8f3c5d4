import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Identity } from '#platform/identity/identity.ts';
import { eventually } from '#test/stack/eventually.ts';
import { addCompany, type TestCompany } from '../testing/inbox.ts';
import { startGraph, type TestGraph } from '../testing/graph.ts';
import { joinCompany } from '../testing/people.ts';

type Payload = Record<string, { readonly userErrors: readonly { readonly code: string }[] } & Record<string, unknown>>;

describe('labels, teams and agents on the graph', () => {
  let graph: TestGraph;
  let acme: TestCompany;
  let admin: Identity;
  let conversationId: string;

  beforeAll(async () => {
    graph = await startGraph({ snoozePollMs: 20 });
  });
  beforeEach(async () => {
    acme = await addCompany(graph.database);
    admin = await joinCompany(graph.database, acme.companyId, 'ADMIN');
    conversationId = await graph.write(acme);
  });
  afterAll(() => graph.stop());

  async function mutate(field: string, input: string, fields: string, identity: Identity = admin) {
    const { data, errors } = await graph.ask<Payload>(
      identity,
      `mutation { ${field}(input: { ${input} }) { ${fields} userErrors { code } } }`,
    );
    expect(errors).toBeUndefined();
    return data[field];
  }
  const idOf = (payload: Payload[string] | undefined, field: string) =>
    (payload?.[field] as { id: string } | undefined)?.id;
  const shown = async () => {
    const { data } = await graph.ask<{ conversation: unknown; labels: unknown; teams: unknown; agents: unknown }>(
      acme.ada,
      `query ($id: ID!) { labels { name color } teams { name members { name } } agents { name role }
        conversation(id: $id) { labels { name } team { name } assignee { name }
          activities { edges { node { ... on LabelsActivity { added { name deletedAt } }
            ... on AssignmentActivity { assignee { name } previousAssignee { name deactivatedAt } previousTeam { name } actor { ... on SystemActor { rule } } } } } } } }`,
      { id: conversationId },
    );
    return data;
  };

  test('a label is made, hung, renamed and deleted, and what was done with it still names it', async () => {
    const label = '{ id name color version }';
    const created = await mutate('createLabel', 'name: "VIP", color: "#00FF00"', `label ${label}`);
    expect(created).toMatchObject({ label: { name: 'VIP', color: '#00ff00', version: 1 }, userErrors: [] });
    const id = idOf(created, 'label');
    expect(
      await mutate(
        'labelConversation',
        `conversationId: "${conversationId}", labelIds: ["${id}"]`,
        'conversation { labels { name } }',
        acme.ada,
      ),
    ).toMatchObject({ conversation: { labels: [{ name: 'VIP' }] } });
    await mutate('updateLabel', `labelId: "${id}", name: "Very important", expectedVersion: 1`, `label ${label}`);
    expect(await shown()).toMatchObject({ conversation: { labels: [{ name: 'Very important' }] } });

    const deleted = await mutate('deleteLabel', `labelId: "${id}"`, 'label { deletedAt }');
    expect(deleted).toEqual({ label: { deletedAt: expect.any(String) }, userErrors: [] });
    const { conversation, labels } = await shown();
    expect(labels).toEqual([
      { name: 'refund', color: '#2563eb' },
      { name: 'urgent', color: '#dc2626' },
    ]);
    expect(conversation).toMatchObject({
      labels: [],
      activities: { edges: [{}, { node: { added: [{ name: 'Very important', deletedAt: expect.any(String) }] } }] },
    });
    await eventually(async () => {
      expect(await graph.rows('select from conversations.conversation_labels where label_id = $1', [id])).toEqual([]);
    });
  });

  test('a team is made, filled, emptied and deleted, and its conversations are nobody’s', async () => {
    const created = await mutate('createTeam', 'name: "Billing"', 'team { id members { name } }');
    const id = idOf(created, 'team');
    const members = (field: string, agentId: string) =>
      mutate(field, `teamId: "${id}", agentIds: ["${agentId}"]`, 'team { members { name } version }');
    expect(await members('addTeamMembers', acme.ben.agentId)).toMatchObject({ team: { members: [{ name: 'Ben' }] } });
    expect(await members('removeTeamMembers', acme.ben.agentId)).toMatchObject({ team: { members: [], version: 3 } });
    await mutate('renameTeam', `teamId: "${id}", name: "Money"`, 'team { name }');
    await mutate('assign', `conversationId: "${conversationId}", teamId: "${id}"`, 'conversation { id }');
    expect(await shown()).toMatchObject({ conversation: { team: { name: 'Money' } } });
    await mutate('deleteTeam', `teamId: "${id}"`, 'team { deletedAt }');
    await eventually(async () => {
      expect(await shown()).toMatchObject({
        teams: [{ name: 'Support' }],
        conversation: {
          team: null,
          activities: {
            edges: [{}, {}, { node: { previousTeam: { name: 'Money' }, actor: { rule: 'TEAM_DELETED' } } }],
          },
        },
      });
    });
  });

  test('an agent is added, promoted and deactivated, and their conversations go back to nobody', async () => {
    const created = await mutate(
      'addAgent',
      'name: "Grace", email: "grace@example.com", role: AGENT',
      'agent { id name email role }',
    );
    const id = idOf(created, 'agent');
    await mutate('updateAgent', `agentId: "${id}", role: SUPERVISOR`, 'agent { role }');
    await mutate('assign', `conversationId: "${conversationId}", agentId: "${id}"`, 'conversation { id }');
    expect(await shown()).toMatchObject({ conversation: { assignee: { name: 'Grace' } } });
    const gone = await mutate('deactivateAgent', `agentId: "${id}"`, 'agent { deactivatedAt }');
    expect(gone).toEqual({ agent: { deactivatedAt: expect.any(String) }, userErrors: [] });
    await eventually(async () => {
      const { conversation, agents } = await shown();
      expect(agents).not.toContainEqual(expect.objectContaining({ name: 'Grace' }));
      const previousAssignee = { name: 'Grace', deactivatedAt: expect.any(String) };
      expect(conversation).toMatchObject({
        assignee: null,
        activities: {
          edges: [{}, {}, { node: { assignee: null, previousAssignee, actor: { rule: 'AGENT_LEFT' } } }],
        },
      });
    });
  });
});
