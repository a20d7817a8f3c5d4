import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import { testNats, testPostgres } from '#test/stack/index.ts';
import { reactToMessage } from '../commands/reactToMessage.ts';
import { receiveMessage } from '../commands/receiveMessage.ts';
import { recordActivity } from '../commands/recordActivity.ts';
import { recordChannel } from '../commands/recordChannel.ts';
import { recordEcho } from '../commands/recordEcho.ts';
import { updateDelivery } from '../commands/updateDelivery.ts';
import { addCompany, connection, DAY_MS, echoed, received, type TestCompany } from '../testing/inbox.ts';
import { startService } from '../testing/service.ts';

const list = `query ($first: Int) { conversations(first: $first) { pageInfo { hasNextPage } edges { node {
  id number status unreadCount messageCount lastActivityAt
  channel { id } contact { id name } assignee { id name } team { id name } labels { id name color }
  lastMessage { id text author { __typename ... on Agent { id name } ... on Contact { id contactName: name } } }
} } } }`;
const withMessages = `query ($first: Int) { conversations(first: $first) { edges { node {
  id messages(last: 2) { edges { node { id text author { ... on Agent { name } ... on Contact { contactName: name } } replyTo { id } } } }
  contact { identities { externalId channel { id } } conversations(first: 3) { edges { node { id } } } }
  team { members { name } }
} } } }`;

const everything = `query ($first: Int) { conversations(first: $first) { edges { node {
  replyWindow { state closesAt }
  contact { identities { blockedAt } }
  messages(last: 3) { edges { node {
    senderName payload story { kind id url } referral { source type ref adId title url }
    reactions { emoji by reactedAt }
    author { __typename ... on Channel { id } ... on Bot { id name } }
  } } }
} } } }`;

interface Listed {
  readonly conversations: { readonly edges: readonly { readonly node: Record<string, unknown> }[] };
}

describe('the subgraph', () => {
  let stores: { postgres: Awaited<ReturnType<typeof testPostgres>>; nats: Awaited<ReturnType<typeof testNats>> };
  let running: Awaited<ReturnType<typeof startService>>;
  let acme: TestCompany;
  let globex: TestCompany;
  let busy: TestCompany;

  beforeAll(async () => {
    const [postgres, nats] = await Promise.all([testPostgres(), testNats()]);
    stores = { postgres, nats };
    running = await startService({ postgresUrl: postgres.adminUrl, natsUrl: nats.url });
    acme = await addCompany(running.database);
    globex = await addCompany(running.database);
    busy = await fill(await addCompany(running.database), 120);
  });
  afterAll(async () => {
    await running.service.stop();
    await Promise.all([stores.postgres.close(), stores.nats.close()]);
  });

  /** A company whose conversations have everything that a row of the inbox can show. */
  async function fill(company: TestCompany, count: number): Promise<TestCompany> {
    const admin = new Client({ connectionString: stores.postgres.adminUrl });
    await admin.connect();
    for (let index = 0; index < count; index++) await contactWrites(company, `customer-${index}`);
    const of = [company.companyId, company.ada.agentId, company.ben.agentId, company.teamId];
    await admin.query(
      `update conversations.conversations set team_id = $4,
         assignee_id = case number % 3 when 0 then $2::uuid when 1 then $3::uuid end where company_id = $1`,
      of,
    );
    await admin.query(
      `insert into conversations.conversation_labels select c.company_id, c.id, l.id
       from conversations.conversations c join conversations.labels l using (company_id)
       where c.company_id = $1 and c.number % 2 = 0`,
      of.slice(0, 1),
    );
    await admin.query(
      `insert into conversations.message_reactions
       select company_id, id, 'x', '👍', now() from conversations.messages where company_id = $1`,
      of.slice(0, 1),
    );
    await admin.query(
      `update conversations.messages m set author_kind = 'AGENT', author_id = $2 from conversations.conversations c
       where m.company_id = $1 and c.last_message_id = m.id and c.number % 4 = 0`,
      of.slice(0, 2),
    );
    await admin.end();
    return company;
  }

  async function contactWrites(company: TestCompany, from = 'customer-1'): Promise<void> {
    await receiveMessage(running.database, received(company, { from }), { reopenWithinMs: 0 });
  }

  async function only(identity: Identity): Promise<string> {
    const { data } = await running.ask<Listed>(identity, list);
    return String(data.conversations.edges[0]?.node['id']);
  }

  test('needs the same few statements for a page of 1, 25 and 100 conversations', async () => {
    const counts = [];
    for (const first of [1, 25, 100]) {
      const statements = await running.statements(async () => {
        const { data, errors } = await running.ask<Listed>(busy.ada, list, { first });
        expect(errors).toBeUndefined();
        expect(data.conversations.edges).toHaveLength(first);
      });
      counts.push(statements.length);
    }
    // set_config, page (with labels and teams), last messages, contacts, agents.
    expect(counts).toEqual([5, 5, 5]);
  });

  test('reads the messages of a whole page of conversations at once, and whatever hangs on contacts and teams', async () => {
    const counts = [];
    for (const first of [1, 25, 100]) {
      const statements = await running.statements(async () => {
        const { errors } = await running.ask<Listed>(busy.ada, withMessages, { first });
        expect(errors).toBeUndefined();
      });
      counts.push(statements.length);
      expect(statements.filter((text) => text.includes('from unnest') && text.includes('lateral'))).toHaveLength(2);
    }
    expect(new Set(counts).size).toBe(1);
  });

  test('gives what the row shows', async () => {
    const { data } = await running.ask<Listed>(busy.ada, list, { first: 100 });
    const row = data.conversations.edges.find(({ node }) => node['number'] === 24)?.node;
    expect(row).toMatchObject({
      status: 'OPEN',
      unreadCount: 1,
      messageCount: 1,
      channel: { id: busy.channelId },
      contact: { name: 'Name of customer-23' },
      assignee: { name: 'Ada' },
      team: { name: 'Support' },
      labels: [{ name: 'refund' }, { name: 'urgent' }],
      lastMessage: { text: 'Hello', author: { __typename: 'Agent', name: 'Ada' } },
    });
    const other = data.conversations.edges.find(({ node }) => node['number'] === 23)?.node;
    expect(other).toMatchObject({ assignee: null, labels: [], lastMessage: { author: { __typename: 'Contact' } } });
  });

  test('reads windows, blocking and reactions of a whole page at once', async () => {
    const counts = [];
    for (const first of [1, 25, 100]) {
      const statements = await running.statements(async () => {
        const { errors } = await running.ask<Listed>(busy.ada, everything, { first });
        expect(errors).toBeUndefined();
      });
      counts.push(statements.length);
    }
    expect(new Set(counts).size).toBe(1);
  });

  test('shows whatever a platform told', async () => {
    const company = await addCompany(running.database);
    const { companyId } = company;
    const start = Date.now() - 60_000;
    const at = (seconds: number) => new Date(start + seconds * 1_000).toISOString();
    const story = { kind: 'MENTION', id: '17', url: 'https://platform.example/story' } as const;
    const referral = { source: 'ADS', type: 'OPEN_THREAD', ref: 'spring', adId: '7', title: 'Shoes', url: null };
    const wrote = received(company, {
      platform: 'INSTAGRAM',
      sentAt: at(0),
      senderName: 'Grace',
      payload: 'SIZE_42',
      story,
      referral,
    });
    await receiveMessage(running.database, wrote, { reopenWithinMs: 0 });
    await recordChannel(running.database, connection(company, { platform: 'INSTAGRAM', humanAgent: true }));
    await recordEcho(running.database, echoed(company, { sentAt: at(5) }), { reopenWithinMs: 0 });
    const { channelId, threadExternalId, externalMessageId, contact } = wrote.data;
    const place = { channelId, threadExternalId };
    for (const [byExternalId, reactedAt] of [
      ['b', at(2)],
      ['a', at(1)],
      ['c', at(3)],
    ] as const) {
      const data = { ...place, externalMessageId, byExternalId, emoji: '👍', reactedAt };
      await reactToMessage(running.database, { companyId, data });
    }
    const gone = { ...place, externalMessageId, byExternalId: 'c', emoji: null, reactedAt: at(4) };
    await reactToMessage(running.database, { companyId, data: gone });
    const blocked = { ...place, contact, kind: 'BLOCKED', detail: {}, occurredAt: at(9) } as const;
    await recordActivity(running.database, { companyId, data: blocked });

    const { data } = await running.ask<Listed>(company.ada, everything);
    const nothing = { senderName: null, payload: null, story: null, referral: null, reactions: [] };
    expect(data.conversations.edges).toEqual([
      {
        node: {
          replyWindow: { state: 'STANDARD', closesAt: new Date(Date.parse(at(0)) + 7 * DAY_MS).toISOString() },
          contact: { identities: [{ blockedAt: at(9) }] },
          messages: {
            edges: [
              {
                node: {
                  senderName: 'Grace',
                  payload: 'SIZE_42',
                  story,
                  referral,
                  reactions: [
                    { emoji: '👍', by: 'a', reactedAt: at(1) },
                    { emoji: '👍', by: 'b', reactedAt: at(2) },
                  ],
                  author: { __typename: 'Contact' },
                },
              },
              { node: { ...nothing, author: { __typename: 'Channel', id: company.channelId } } },
            ],
          },
        },
      },
    ]);
  });

  test('calls a bot by the name that it signs with', async () => {
    const company = await addCompany(running.database);
    await contactWrites(company);
    const admin = new Client({ connectionString: stores.postgres.adminUrl });
    await admin.connect();
    const bot = v7();
    await admin.query(
      `update conversations.messages set author_kind = 'BOT', author_id = $2, sender_name = 'Robin' where company_id = $1`,
      [company.companyId, bot],
    );
    await admin.end();
    const { data } = await running.ask<Listed>(company.ada, everything);
    expect(JSON.stringify(data)).toContain(JSON.stringify({ __typename: 'Bot', id: bot, name: 'Robin' }));
  });

  test('sends what was uploaded, and none of another company or that is not good any more', async () => {
    const company = await addCompany(running.database);
    await contactWrites(company);
    const id = await only(company.ada);
    const uploadOf = (companyId: string, expiresAt = new Date(Date.now() + 60_000)) => {
      const file = { id: v7(), kind: 'FILE', name: 'a.pdf', mimeType: 'application/pdf', size: 10 } as const;
      return running.uploads.sign({ companyId, fileKey: `${companyId}/${file.id}`, ...file }, expiresAt);
    };
    const query = `mutation ($id: ID!, $uploadIds: [ID!]) {
      sendMessage(input: { conversationId: $id, uploadIds: $uploadIds, idempotencyKey: "k" }) {
        message { text attachments { name mimeType size url } } userErrors { code field } } }`;
    const send = (uploadId: string) => running.ask(company.ada, query, { id, uploadIds: [uploadId] });
    const refused = {
      sendMessage: { message: null, userErrors: [{ code: 'NOT_FOUND', field: ['input', 'uploadIds'] }] },
    };
    const bad = [uploadOf(globex.companyId), uploadOf(company.companyId, new Date(Date.now() - 1)), 'nonsense', ''];
    for (const uploadId of bad) expect((await send(uploadId)).data).toEqual(refused);
    const url = expect.stringMatching(new RegExp(`^https://inbox.example.com/files/${company.companyId}/`));
    const attachments = [{ name: 'a.pdf', mimeType: 'application/pdf', size: 10, url }];
    expect((await send(uploadOf(company.companyId))).data).toEqual({
      sendMessage: { message: { text: null, attachments }, userErrors: [] },
    });
  });

  test('sends again what failed, and shows it at once', async () => {
    const company = await addCompany(running.database);
    await contactWrites(company);
    const id = await only(company.ada);
    const send = `mutation ($id: ID!) { sendMessage(input: { conversationId: $id, text: "Hi", idempotencyKey: "k" }) { message { id } } }`;
    const sent = await running.ask<{ sendMessage: { message: { id: string } } }>(company.ada, send, { id });
    const messageId = sent.data.sendMessage.message.id;
    const failure = { code: 'PLATFORM_UNAVAILABLE', message: 'It was away.', retryable: true };
    await updateDelivery(running.database, {
      companyId: company.companyId,
      occurredAt: new Date().toISOString(),
      data: {
        channelId: company.channelId,
        threadExternalId: null,
        conversationId: id,
        messageId,
        status: 'FAILED',
        externalMessageId: null,
        failure,
      },
    });
    const retry = `mutation ($id: ID!) { retryMessage(input: { messageId: $id }) {
      message { status failure { code } } userErrors { code } } }`;
    const done = { retryMessage: { message: { status: 'QUEUED', failure: null }, userErrors: [] } };
    expect((await running.ask(company.ben, retry, { id: messageId })).data).toEqual(done);
    expect((await running.ask(globex.ada, retry, { id: messageId })).data).toEqual({
      retryMessage: { message: null, userErrors: [{ code: 'NOT_FOUND' }] },
    });
  });

  test('gives the address of our own copy of a file, and the platform’s while there is none', async () => {
    const company = await addCompany(running.database);
    const nothing = { platformFileId: null, name: null, mimeType: null, size: null, latitude: null, longitude: null };
    const file = { ...nothing, kind: 'FILE' as const, id: v7(), url: 'https://cdn.example/a.pdf', fileKey: null };
    const fileKey = `${company.companyId}/${file.id}`;
    const attachments = [file, { ...file, fileKey }, { ...file, url: null }];
    await receiveMessage(running.database, received(company, { attachments }), { reopenWithinMs: 0 });
    const { data } = await running.ask<{ conversations: unknown }>(
      company.ada,
      '{ conversations { edges { node { lastMessage { attachments { url } } } } } }',
    );
    const signed = new RegExp(`^https://inbox\\.example\\.com/files/${fileKey}\\?expires=\\d+&signature=[\\w-]{43}$`);
    const urls = [{ url: 'https://cdn.example/a.pdf' }, { url: expect.stringMatching(signed) }, { url: null }];
    expect(data.conversations).toEqual({ edges: [{ node: { lastMessage: { attachments: urls } } }] });
  });

  test('lets an agent answer, read, assign and resolve, and shows each result at once', async () => {
    await contactWrites(acme);
    const id = await only(acme.ada);
    const { data, errors } = await running.ask<Record<string, unknown>>(
      acme.ada,
      `mutation ($id: ID!, $agent: ID!) {
        read: markRead(input: { conversationId: $id }) { conversation { unreadCount } userErrors { code } }
        send: sendMessage(input: { conversationId: $id, text: "Hi", idempotencyKey: "k" }) {
          message { text status author { ... on Agent { name } } conversation { messageCount waitingSince } } userErrors { code }
        }
        assign(input: { conversationId: $id, agentId: $agent }) { conversation { assignee { openConversationCount } } }
        changeStatus(input: { conversationId: $id, status: RESOLVED }) {
          conversation { status assignee { openConversationCount } lastMessage { text } }
        }
      }`,
      { id, agent: acme.ben.agentId },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      read: { conversation: { unreadCount: 0 }, userErrors: [] },
      send: {
        message: {
          text: 'Hi',
          status: 'QUEUED',
          author: { name: 'Ada' },
          conversation: { messageCount: 2, waitingSince: null },
        },
        userErrors: [],
      },
      assign: { conversation: { assignee: { openConversationCount: 1 } } },
      changeStatus: {
        conversation: { status: 'RESOLVED', assignee: { openConversationCount: 0 }, lastMessage: { text: 'Hi' } },
      },
    });
  });

  test('answers references of the router in batches, and null for what is not there', async () => {
    const id = await only(busy.ada);
    const { data } = await running.ask<{ conversations: unknown }>(
      busy.ada,
      `query ($representations: [_Any!]!) { _entities(representations: $representations) {
        ... on Conversation { number } ... on Agent { name } ... on Team { name } } }`,
      {
        representations: [
          { __typename: 'Conversation', id },
          { __typename: 'Agent', id: busy.ben.agentId },
          { __typename: 'Team', id: busy.teamId.toUpperCase() },
          { __typename: 'Conversation', id: v7() },
          { __typename: 'Conversation', id: 'nonsense' },
        ],
      },
    );
    expect(data).toEqual({ _entities: [{ number: 120 }, { name: 'Ben' }, { name: 'Support' }, null, null] });
  });

  test('keeps notes and what is an agent’s own from partners', async () => {
    const company = await addCompany(running.database);
    await contactWrites(company);
    const id = await only(company.ada);
    const note = `mutation ($id: ID!) { sendMessage(input: { conversationId: $id, text: "Secretly", isPrivate: true, idempotencyKey: "n" }) {
      message { id } } }`;
    const written = await running.ask<{ sendMessage: { message: { id: string } } }>(company.ada, note, { id });
    const look = `query ($note: [_Any!]!) { viewer { id } inboxCounts { open mine unread } conversations { edges { node {
        unreadCount lastMessage { text } messages { edges { node { text } } } } } }
      found: conversations(filter: { search: "secretly" }) { edges { node { id } } }
      _entities(representations: $note) { ... on Message { text } } }`;
    const variables = { note: [{ __typename: 'Message', id: written.data.sendMessage.message.id }] };
    const partner = await running.ask(company.partner, look, variables);
    expect(partner).toEqual({
      data: {
        viewer: null,
        inboxCounts: { open: 1, mine: 0, unread: 0 },
        conversations: {
          edges: [{ node: { unreadCount: 0, lastMessage: null, messages: { edges: [{ node: { text: 'Hello' } }] } } }],
        },
        found: { edges: [] },
        _entities: [null],
      },
    });
    const agent = await running.ask<{ found: { edges: unknown[] }; _entities: unknown }>(company.ada, look, variables);
    expect(agent.data).toMatchObject({ found: { edges: [{ node: { id } }] }, _entities: [{ text: 'Secretly' }] });
    const refused = await running.ask(company.partner, note, { id });
    expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('shows another company nothing, on any field, by any id', async () => {
    const id = await only(busy.ada);
    const stranger = globex.ada;
    const { data } = await running.ask<Record<string, unknown>>(
      stranger,
      `query ($id: ID!, $agent: ID!, $team: ID!, $label: ID!, $channel: ID!, $refs: [_Any!]!) {
        conversation(id: $id) { id } contact(id: $id) { id }
        conversations { edges { node { id } } }
        assigned: conversations(filter: { assigneeId: $agent }) { edges { node { id } } }
        teams: conversations(filter: { teamId: $team, labelIds: [$label], channelIds: [$channel] }) { edges { node { id } } }
        found: conversations(filter: { search: "hello" }) { edges { node { id } } }
        inboxCounts { open unread }
        agents { name } labels { name }
        _entities(representations: $refs) { __typename }
      }`,
      {
        id,
        agent: busy.ada.agentId,
        team: busy.teamId,
        label: busy.labelIds[0],
        channel: busy.channelId,
        refs: [
          { __typename: 'Conversation', id },
          { __typename: 'Agent', id: busy.ada.agentId },
          { __typename: 'Label', id: busy.labelIds[0] },
        ],
      },
    );
    const nothing = { edges: [] };
    expect(data).toEqual({
      conversation: null,
      contact: null,
      conversations: nothing,
      assigned: nothing,
      teams: nothing,
      found: nothing,
      inboxCounts: { open: 0, unread: 0 },
      agents: [{ name: 'Ada' }, { name: 'Ben' }, { name: 'Cleo' }, { name: 'Max' }],
      labels: [{ name: 'refund' }, { name: 'urgent' }],
      _entities: [null, null, null],
    });
  });

  test('tells the router, as a service of ours, how a company stands by its agents, and nothing of those of another', async () => {
    const router = { kind: 'service', companyId: busy.companyId, service: 'router', scopes: [] } as const;
    const { data } = await running.ask<{ _entities: unknown }>(
      router,
      `query ($agents: [_Any!]!) {
        _entities(representations: $agents) { ... on Agent { role deactivatedAt signedOutAt } } }`,
      { agents: [busy.ben.agentId, globex.ada.agentId, v7()].map((id) => ({ __typename: 'Agent', id })) },
    );
    expect(data._entities).toEqual([{ role: 'AGENT', deactivatedAt: null, signedOutAt: null }, null, null]);
  });

  test.each([
    ['an id that is none', '{ conversations(filter: { assigneeId: "x" }) { edges { cursor } } }'],
    ['a cursor that is none', '{ conversations(after: "x") { edges { cursor } } }'],
    ['a page too large', '{ conversations(first: 101) { edges { cursor } } }'],
    ['both ends at once', '{ conversations(first: 10, last: 10) { edges { cursor } } }'],
  ])('tells what is wrong with %s', async (_what, query) => {
    const { errors } = await running.ask(acme.ada, query);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('answers nobody without a signed identity', async () => {
    const response = await fetch(`${running.service.url()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ agents { name } }' }),
    });
    expect(response.status).toBe(401);
  });
});
