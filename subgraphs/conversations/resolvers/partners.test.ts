import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import { openGraph, type TwoCompanies } from '../testing/graph.ts';

const send = /* GraphQL */ `
  mutation ($input: SendMessageInput!) {
    sendMessage(input: $input) {
      message {
        id
        text
        status
        author {
          __typename
          ... on PartnerActor {
            name
          }
        }
      }
      userErrors {
        code
        field
      }
    }
  }
`;

const change = (field: string, input: string, selection = 'userErrors { code }') =>
  `mutation ($input: ${input}!) { ${field}(input: $input) { ${selection} } }`;

describe('a partner', () => {
  let graph: TwoCompanies;
  let conversationId: string;
  let contactId: string;
  let idempotencyKey: string;
  const partner = (...scopes: string[]): Identity => ({
    ...graph.acme.partner,
    kind: 'partner',
    partner: 'crm',
    scopes,
  });
  const reads = ['conversations:read', 'contacts:read', 'directory:read'];
  const writer = () => partner(...reads, 'conversations:write', 'contacts:write');

  beforeAll(async () => {
    graph = await openGraph();
  });
  beforeEach(async () => {
    idempotencyKey = v7();
    conversationId = await graph.write(v7());
    const [row] = await graph.rows<{ contact_id: string }>(
      'select contact_id from conversations.conversations where id = $1',
      [conversationId],
    );
    contactId = row?.contact_id ?? '';
  });
  afterAll(() => graph.close());

  const reply = (input = {}, identity: Identity = writer()) =>
    graph.ask<{ sendMessage: { message: { id: string } | null; userErrors: { code: string }[] } }>(identity, send, {
      input: { conversationId, text: 'It is on its way.', idempotencyKey, ...input },
    });

  test('answers a contact in its own name, once for each key', async () => {
    const [first, second] = await Promise.all([reply(), reply()]);
    expect(first).toEqual(second);
    expect(first.data.sendMessage).toMatchObject({
      message: { text: 'It is on its way.', author: { __typename: 'PartnerActor', name: 'crm' } },
      userErrors: [],
    });
    expect((await reply({ text: 'Something else.' })).data.sendMessage.userErrors).toMatchObject([
      { code: 'IDEMPOTENCY_KEY_REUSED' },
    ]);
  });

  test('has keys of its own: another partner’s and an agent’s send other messages', async () => {
    const other = { ...writer(), partner: 'helpdesk' } as Identity;
    const ids = await Promise.all(
      [writer(), other, graph.acme.ada].map(async (as) => (await reply({}, as)).data.sendMessage.message?.id),
    );
    expect(new Set(ids).size).toBe(3);
  });

  test('writes no notes, for it sees none', async () => {
    expect((await reply({ isPrivate: true })).data.sendMessage).toEqual({
      message: null,
      userErrors: [{ code: 'INVALID', field: ['input', 'isPrivate'] }],
    });
  });

  test('does not answer where only people may, other than an agent', async () => {
    await graph.rows(`update conversations.conversations set platform = 'MESSENGER' where id = $1`, [conversationId]);
    await graph.rows(
      `update conversations.contact_identities set last_inbound_at = now() - interval '3 days' where contact_id = $1`,
      [contactId],
    );
    expect((await reply()).data.sendMessage.userErrors).toMatchObject([{ code: 'WINDOW_CLOSED' }]);
    expect((await reply({}, graph.acme.ada)).data.sendMessage.userErrors).toEqual([]);
  });

  test('changes conversations, which their activities tell', async () => {
    const [labelId] = graph.acme.labelIds;
    const { teamId } = graph.acme;
    const changes = [
      [change('assign', 'AssignInput'), { teamId }],
      [change('labelConversation', 'LabelConversationInput'), { labelIds: [labelId] }],
      [change('setPriority', 'SetPriorityInput'), { priority: 'HIGH' }],
      [change('resolveConversation', 'ResolveConversationInput'), {}],
    ] as const;
    for (const [text, input] of changes) {
      expect(await graph.ask(writer(), text, { input: { conversationId, ...input } })).toEqual({
        data: { [/\) \{ (\w+)/.exec(text)?.[1] ?? '']: { userErrors: [] } },
      });
    }
    const { data } = await graph.ask(
      writer(),
      `query ($id: ID!) { conversation(id: $id) { status activities { edges { node {
        __typename actor { ... on PartnerActor { name } } } } } } }`,
      { id: conversationId },
    );
    const by = { actor: { name: 'crm' } };
    expect(data).toMatchObject({
      conversation: {
        status: 'RESOLVED',
        activities: {
          edges: [
            { node: { __typename: 'OpenedActivity' } },
            { node: { __typename: 'AssignmentActivity', ...by } },
            { node: { __typename: 'LabelsActivity', ...by } },
            { node: { __typename: 'PriorityActivity', ...by } },
            { node: { __typename: 'StatusActivity', ...by } },
          ],
        },
      },
    });
  });

  test('changes contacts, which the audit log has under its name', async () => {
    const update = change('updateContact', 'UpdateContactInput', 'contact { name } userErrors { code }');
    expect(await graph.ask(writer(), update, { input: { contactId, name: 'Kim Lee' } })).toEqual({
      data: { updateContact: { contact: { name: 'Kim Lee' }, userErrors: [] } },
    });
    await graph.ask(writer(), change('blockContact', 'BlockContactInput'), { input: { contactId } });
    const { data } = await graph.ask(
      graph.acme.admin,
      `query ($id: ID!) { auditLog(filter: { actorId: "crm", subjectId: $id }) {
        edges { node { action actorKind partner agent { id } } } } }`,
      { id: contactId },
    );
    const by = { actorKind: 'PARTNER', partner: 'crm', agent: null };
    expect(data).toEqual({
      auditLog: {
        edges: [{ node: { action: 'contact.blocked', ...by } }, { node: { action: 'contact.updated', ...by } }],
      },
    });
  });

  test.each([
    ['answers', 'sendMessage', 'SendMessageInput', { text: 'x', idempotencyKey: 'k' }, 'conversations:write'],
    ['changes conversations', 'assign', 'AssignInput', { agentId: null }, 'conversations:write'],
    ['changes contacts', 'updateContact', 'UpdateContactInput', { name: 'x' }, 'contacts:write'],
  ])('%s only with the scope for it', async (_, field, input, given, scope) => {
    const subject = field === 'updateContact' ? { contactId } : { conversationId };
    const others = [...reads, 'conversations:write', 'contacts:write'].filter((one) => one !== scope);
    const refused = await graph.ask(partner(...others), change(field, input), { input: { ...subject, ...given } });
    expect(refused.errors).toMatchObject([
      { message: expect.stringContaining(scope), extensions: { code: 'FORBIDDEN' } },
    ]);
    const done = await graph.ask(partner(scope), change(field, input), { input: { ...subject, ...given } });
    expect(done).toEqual({ data: { [field]: { userErrors: [] } } });
  });

  test.each([
    ['addContactNote', 'AddContactNoteInput', { text: 'x' }],
    ['mergeContacts', 'MergeContactsInput', { intoId: v7() }],
    ['markRead', 'MarkReadInput', {}],
    ['changeConversations', 'ChangeConversationsInput', { change: { status: 'OPEN' }, idempotencyKey: 'k' }],
  ])('never takes %s, whatever its scopes', async (field, input, given) => {
    const ids = { addContactNote: { contactId }, mergeContacts: { fromId: contactId }, markRead: { conversationId } };
    const subject = ids[field as keyof typeof ids] ?? { conversationIds: [conversationId] };
    const { errors } = await graph.ask(
      writer(),
      `mutation ($input: ${input}!) { ${field}(input: $input) { __typename } }`,
      {
        input: { ...subject, ...given },
      },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('of another company finds nothing to write to', async () => {
    const stranger = { ...writer(), companyId: graph.globex.companyId };
    expect((await reply({}, stranger)).data.sendMessage.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    for (const id of [contactId, v7(), 'nonsense']) {
      const { data } = await graph.ask(stranger, change('blockContact', 'BlockContactInput'), {
        input: { contactId: id },
      });
      expect(data).toEqual({ blockContact: { userErrors: [{ code: 'NOT_FOUND' }] } });
    }
  });
});
