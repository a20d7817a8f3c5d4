import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import { testNats, testPostgres } from '#test/stack/index.ts';
import { assign } from '../commands/assign.ts';
import { workOnBulkJob } from '../commands/bulk/workOnBulkJob.ts';
import { receiveMessage } from '../commands/receiveMessage.ts';
import { seedConversations } from '../seed.ts';
import { addCompany, received, type TestCompany } from '../testing/inbox.ts';
import { startService } from '../testing/service.ts';

const limit = `mutation ($input: LimitAgentToTeamsInput!) { limitAgentToTeams(input: $input) {
  agent { id limitedToTeams teams { id } } userErrors { code field }
} }`;
const list =
  '{ conversations { edges { node { number contact { id conversations { edges { node { number } } } } } } } }';

/** A conversation, its message and its contact. */
interface Place {
  readonly conversationId: string;
  readonly messageId: string;
  readonly contactId: string;
}

describe('an agent who is limited to their teams', () => {
  let stores: { postgres: Awaited<ReturnType<typeof testPostgres>>; nats: Awaited<ReturnType<typeof testNats>> };
  let running: Awaited<ReturnType<typeof startService>>;
  let sql: Client;
  let acme: TestCompany;
  let admin: Identity & { kind: 'agent' };
  /** By the customer: of Ada's team, assigned to Ada, of neither. */
  let places: Record<'team' | 'mine' | 'other', Place>;

  beforeAll(async () => {
    const [postgres, nats] = await Promise.all([testPostgres(), testNats()]);
    stores = { postgres, nats };
    running = await startService({ postgresUrl: postgres.adminUrl, natsUrl: nats.url });
    sql = new Client({ connectionString: postgres.adminUrl });
    await sql.connect();
  });
  afterAll(async () => {
    await sql.end();
    await running.service.stop();
    await Promise.all([stores.postgres.close(), stores.nats.close()]);
  });
  beforeEach(async () => {
    acme = await addCompany(running.database);
    const { companyId, ada, ben, teamId } = acme;
    admin = { kind: 'agent', companyId, agentId: v7(), role: 'ADMIN', scopes: [] };
    const agents = [{ id: admin.agentId, name: 'Root', email: 'root@example.com', role: 'ADMIN' as const }];
    await seedConversations(running.database, { companyId, agents, teams: [], labels: [] });
    places = { team: await opened('team'), mine: await opened('mine'), other: await opened('other') };
    await assign(running.database, ben, { conversationId: places.team.conversationId, teamId });
    await assign(running.database, ben, { conversationId: places.mine.conversationId, agentId: ada.agentId });
    await limitAda(true);
  });

  async function opened(from: string): Promise<Place> {
    const event = received(acme, { from, text: `heron ${from}` });
    await receiveMessage(running.database, event, { reopenWithinMs: 0 });
    const { rows } = await sql.query<Place>(
      `select c.id as "conversationId", m.id as "messageId", c.contact_id as "contactId"
       from conversations.messages m join conversations.conversations c on c.id = m.conversation_id
       where m.company_id = $1 and m.external_id = $2`,
      [acme.companyId, event.data.externalMessageId],
    );
    const [place] = rows;
    if (!place) throw new Error('the message did not arrive');
    return place;
  }

  const limitAda = (limited: boolean, as: Identity = admin, agentId = acme.ada.agentId) =>
    running.ask<{ limitAgentToTeams: object }>(as, limit, { input: { agentId, limited } });
  const numbers = async (filter = '') => {
    const query = list.replace('conversations {', `conversations${filter} {`);
    const { data } = await running.ask<{ conversations: { edges: { node: { number: number } }[] } }>(acme.ada, query);
    return data.conversations.edges.map(({ node }) => node.number);
  };
  const counts = async (identity: Identity) =>
    (
      await running.ask<{ inboxCounts: object }>(
        identity,
        '{ inboxCounts { open pending snoozed unassigned mine unread } }',
      )
    ).data.inboxCounts;

  test('sees what is of their teams or assigned to them, newest first, and nothing else', async () => {
    expect(await numbers()).toEqual([2, 1]);
    expect(await numbers('(filter: { search: "heron" })')).toEqual([2, 1]);
    expect(await numbers('(filter: { search: "#3" })')).toEqual([]);
    expect(await numbers('(filter: { unassigned: true })')).toEqual([1]);
    expect(await numbers('(last: 1)')).toEqual([1]);
  });

  test('has counts of just that, and others have theirs of everything', async () => {
    expect(await counts(acme.ada)).toEqual({ open: 2, pending: 0, snoozed: 0, unassigned: 1, mine: 1, unread: 2 });
    expect(await counts(acme.ben)).toEqual({ open: 3, pending: 0, snoozed: 0, unassigned: 2, mine: 0, unread: 3 });
  });

  test('finds by any id only what they may see', async () => {
    const query = `query ($conversation: ID!, $contact: ID!, $of: [_Any!]!) {
      conversation(id: $conversation) { id } contact(id: $contact) { id }
      _entities(representations: $of) { __typename ... on Conversation { number } ... on Message { text } ... on Contact { name } }
    }`;
    const look = async ({ conversationId, contactId, messageId }: Place) => {
      const of = [
        { __typename: 'Conversation', id: conversationId },
        { __typename: 'Message', id: messageId },
        { __typename: 'Contact', id: contactId },
      ];
      return (await running.ask(acme.ada, query, { conversation: conversationId, contact: contactId, of })).data;
    };
    expect(await look(places.other)).toEqual({ conversation: null, contact: null, _entities: [null, null, null] });
    for (const place of [places.team, places.mine]) {
      expect(await look(place)).toMatchObject({
        conversation: { id: place.conversationId },
        contact: { id: place.contactId },
        _entities: [{ __typename: 'Conversation' }, { __typename: 'Message' }, { __typename: 'Contact' }],
      });
    }
  });

  test('sees of a contact the conversations that they may see', async () => {
    const close =
      'mutation ($id: ID!) { changeStatus(input: { conversationId: $id, status: RESOLVED }) { userErrors { code } } }';
    await running.ask(acme.ada, close, { id: places.team.conversationId });
    const again = await opened('team');
    expect(again.contactId).toBe(places.team.contactId);
    const query = 'query ($id: ID!) { contact(id: $id) { conversations { edges { node { number } } } } }';
    const seen = async (as: Identity) => JSON.stringify((await running.ask(as, query, { id: again.contactId })).data);
    expect(await seen(acme.ben)).toContain('"number":4');
    expect(await seen(acme.ada)).not.toContain('"number":4');
    expect(await seen(acme.ada)).toContain('"number":1');
    const open =
      'mutation ($id: ID!) { changeStatus(input: { conversationId: $id, status: OPEN }) { userErrors { code message } } }';
    const { data } = await running.ask(acme.ada, open, { id: places.team.conversationId });
    expect(data).toMatchObject({ changeStatus: { userErrors: [{ code: 'SUPERSEDED' }] } });
    expect(JSON.stringify(data)).not.toContain('#4');
  });

  test.each([
    ['sendMessage', 'conversationId: $conversation, text: "x", idempotencyKey: "k"'],
    ['retryMessage', 'messageId: $message'],
    ['editMessage', 'messageId: $message, text: "x"'],
    ['deleteMessage', 'messageId: $message'],
    ['saveDraft', 'conversationId: $conversation, text: "x", revision: 1'],
    ['viewConversation', 'conversationId: $conversation, deviceId: "d", isViewing: true'],
    ['updateContact', 'contactId: $contact, name: "x"'],
    ['blockContact', 'contactId: $contact'],
    ['addContactNote', 'contactId: $contact, text: "x"'],
    ['mergeContacts', 'intoId: $contact, fromId: $own'],
    ['setTyping', 'conversationId: $conversation, isTyping: true'],
    ['markRead', 'conversationId: $conversation'],
    ['markUnread', 'conversationId: $conversation, fromMessageId: $message'],
    ['changeStatus', 'conversationId: $conversation, status: RESOLVED'],
    ['assign', 'conversationId: $conversation, agentId: $agent'],
  ])('is told by %s of anything else that it does not exist, and it stays as it was', async (field, input) => {
    const used = ['$conversation', '$message', '$agent', '$contact', '$own'].filter((name) => input.includes(name));
    const query = `mutation (${used.map((name) => `${name}: ID!`).join(', ')}) {
      ${field}(input: { ${input} }) { userErrors { code } } }`;
    const state = () =>
      sql.query(
        `select c.*, (select count(*) from conversations.messages m where m.conversation_id = c.id) as messages,
           (select count(*) from conversations.read_marks r where r.conversation_id = c.id) as marks,
           (select count(*) from conversations.drafts d where d.conversation_id = c.id) as drafts,
           (select count(*) from conversations.contact_notes n where n.contact_id = c.contact_id) as notes,
           to_jsonb(k) as contact
         from conversations.conversations c join conversations.contacts k on k.id = c.contact_id where c.id = $1`,
        [places.other.conversationId],
      );
    const before = (await state()).rows;
    const { conversationId: conversation, messageId: message, contactId: contact } = places.other;
    const variables = { conversation, message, contact, own: places.mine.contactId, agent: acme.ada.agentId };
    const { data } = await running.ask(acme.ada, query, variables);
    expect(data).toEqual({ [field]: { userErrors: [{ code: 'NOT_FOUND' }] } });
    expect((await state()).rows).toEqual(before);
  });

  test('finds by a search for the best only what they may see', async () => {
    expect(await numbers('(filter: { search: "heron" }, order: BEST)')).toEqual([2, 1]);
    expect(await numbers('(filter: { search: "other" }, order: BEST)')).toEqual([]);
    expect(await numbers('(filter: { search: "3" }, order: BEST)')).toEqual([]);
  });

  test('is notified of what they may see, and of nothing else that they are mentioned in', async () => {
    const note = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { userErrors { code } } }`;
    for (const [place, { conversationId }] of Object.entries(places)) {
      const mentions = [{ agentId: acme.ada.agentId }];
      const input = { conversationId, text: place, isPrivate: true, mentions, idempotencyKey: v7() };
      const { data } = await running.ask(acme.ben, note, { input });
      expect(data).toEqual({ sendMessage: { userErrors: [] } });
    }
    const { data } = await running.ask<{ notifications: { edges: { node: { message: { text: string } | null } }[] } }>(
      acme.ada,
      '{ notifications { edges { node { kind message { text } } } } }',
    );
    const texts = data.notifications.edges.map(({ node }) => node.message?.text ?? '');
    expect(texts.filter((text) => text in places)).toEqual(['mine', 'team']);
  });

  test('is shown of their own drafts and notifications no conversation that has left their teams', async () => {
    const draft = `mutation ($id: ID!) { saveDraft(input: { conversationId: $id, text: "x", revision: 1 }) {
      draft { id } userErrors { code } } }`;
    await running.ask(acme.ada, draft, { id: places.team.conversationId });
    const seen = async () =>
      (await running.ask(acme.ada, '{ drafts { edges { node { text conversation { number } } } } }')).data;
    expect(await seen()).toMatchObject({ drafts: { edges: [{ node: { conversation: { number: 1 } } }] } });
    await assign(running.database, acme.ben, { conversationId: places.team.conversationId, teamId: null });
    expect(await seen()).toMatchObject({ drafts: { edges: [{ node: { conversation: null } }] } });
  });

  test('changes by a job no conversation that they may not see', async () => {
    const begin = `mutation ($input: ChangeConversationsInput!) { changeConversations(input: $input) {
      job { id total } userErrors { code } } }`;
    const input = { filter: {}, change: { priority: 'URGENT' }, idempotencyKey: v7() };
    const { data } = await running.ask(acme.ada, begin, { input });
    expect(data).toMatchObject({ changeConversations: { job: { total: 2 }, userErrors: [] } });
    const conversationIds = Object.values(places).map(({ conversationId }) => conversationId);
    const named = { conversationIds, change: { priority: 'LOW' }, idempotencyKey: v7() };
    const second = await running.ask<{ changeConversations: { job: { id: string } } }>(acme.ada, begin, {
      input: named,
    });
    const { id } = second.data.changeConversations.job;
    for (let more = true; more;) more = await workOnBulkJob(running.database, new AbortController().signal);
    const results = await running.ask(
      acme.ada,
      'query ($id: ID!) { bulkJob(id: $id) { status results { edges { node { conversation { number } userErrors { code } } } } } }',
      { id },
    );
    expect(results.data).toMatchObject({
      bulkJob: {
        status: 'DONE',
        results: {
          edges: [
            { node: { conversation: { number: 1 }, userErrors: [] } },
            { node: { conversation: { number: 2 }, userErrors: [] } },
            { node: { conversation: null, userErrors: [{ code: 'NOT_FOUND' }] } },
          ],
        },
      },
    });
  });

  test('sees it no longer once it goes to another team, and is told so by null', async () => {
    const give = `mutation ($id: ID!) { assign(input: { conversationId: $id, teamId: null }) {
      conversation { id } userErrors { code } } }`;
    const { data } = await running.ask(acme.ada, give, { id: places.team.conversationId });
    expect(data).toEqual({ assign: { conversation: null, userErrors: [] } });
    expect(await numbers()).toEqual([2]);
  });

  test('sees everything again when the limit is taken away', async () => {
    await limitAda(false);
    expect(await numbers()).toEqual([3, 2, 1]);
    expect(await counts(acme.ada)).toMatchObject({ open: 3, unread: 3 });
  });

  test('who is no agent of the company any more sees nothing', async () => {
    const gone: Identity = { ...acme.ada, agentId: v7() };
    const { data } = await running.ask(gone, list);
    expect(data).toEqual({ conversations: { edges: [] } });
  });

  test('is limited by administrators only, and only one of theirs', async () => {
    const globex = await addCompany(running.database);
    for (const as of [acme.ada, { ...acme.ben, role: 'SUPERVISOR' } as const, acme.partner]) {
      expect((await limitAda(false, as)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    for (const id of [globex.ada.agentId, v7(), 'nonsense']) {
      const { data } = await limitAda(true, admin, id);
      expect(data).toMatchObject({
        limitAgentToTeams: { agent: null, userErrors: [{ code: 'NOT_FOUND', field: ['input', 'agentId'] }] },
      });
    }
    expect((await limitAda(true)).data).toMatchObject({
      limitAgentToTeams: { agent: { limitedToTeams: true, teams: [{ id: acme.teamId }] } },
    });
  });

  test('takes no more statements for a page than anybody else', async () => {
    const of = async (identity: Identity) => (await running.statements(() => running.ask(identity, list))).length;
    expect(await of(acme.ada)).toBe(await of(acme.ben));
  });
});
