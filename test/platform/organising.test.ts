import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { eventually } from '#test/stack/eventually.ts';
import { runPlatform, telegramMessage, type RunningPlatform } from './runningPlatform.ts';

interface Update {
  readonly inboxUpdates: {
    readonly kind: string;
    readonly conversation: { readonly activities: { readonly edges: readonly { readonly node: object }[] } };
  };
}

describe('organising the inbox, through the router', () => {
  let platform: RunningPlatform;
  let admin: string;
  let ids: string[];

  beforeAll(async () => {
    platform = await runPlatform();
    admin = await platform.tokenOf('acme');
    for (let chat = 1; chat <= 3; chat++) await platform.postUpdate('acme', telegramMessage(chat, 1, 'Hello'));
    ids = await eventually(async () => {
      const { data } = await platform.ask<{ conversations: { edges: { node: { id: string } }[] } }>(
        admin,
        '{ conversations { edges { node { id } } } }',
      );
      if (data.conversations.edges.length < 3) throw new Error('not all have arrived yet');
      return data.conversations.edges.map(({ node }) => node.id);
    });
  });
  afterAll(() => platform.stop());

  it('shows subscribers what was just done to a conversation, and by whom', async () => {
    const live = platform.subscribe<Update>(
      admin,
      `subscription { inboxUpdates { kind conversation { activities(last: 1) { edges { node {
        __typename actor { __typename } ... on PriorityActivity { to } } } } } } }`,
    );
    await live.connected;
    // Beginning takes a moment; until then there is nobody to tell.
    await eventually(async () => {
      for (const priority of ['HIGH', 'LOW']) {
        await platform.ask(
          admin,
          `mutation { setPriority(input: { conversationId: "${ids[0]}", priority: ${priority} }) { userErrors { code } } }`,
        );
      }
      expect(live.received).not.toEqual([]);
    });
    expect(live.failures).toEqual([]);
    expect(live.received[0]?.inboxUpdates).toMatchObject({
      kind: 'CONVERSATION_UPDATED',
      conversation: {
        activities: { edges: [{ node: { __typename: 'PriorityActivity', actor: { __typename: 'Agent' } } }] },
      },
    });
    live.end();
  });

  it('tells who changes many conversations how far it is, until it is done', async () => {
    const live = platform.subscribe<{ bulkJobUpdates: { job: { id: string; status: string; doneCount: number } } }>(
      admin,
      'subscription { bulkJobUpdates { job { id status doneCount } } }',
    );
    await live.connected;
    await eventually(async () => {
      const begin = `mutation ($input: ChangeConversationsInput!) { changeConversations(input: $input) { job { id } userErrors { code } } }`;
      const input = { conversationIds: ids, change: { status: 'RESOLVED' }, idempotencyKey: v7() };
      const { data } = await platform.ask<{ changeConversations: { job: { id: string } } }>(admin, begin, { input });
      const { id } = data.changeConversations.job;
      await eventually(async () => {
        const { data: now } = await platform.ask(admin, `{ bulkJob(id: "${id}") { status } }`);
        expect(now).toEqual({ bulkJob: { status: 'DONE' } });
      });
      expect(live.received.at(-1)?.bulkJobUpdates.job).toEqual({ id, status: 'DONE', doneCount: 3 });
    });
    expect(live.failures).toEqual([]);
    const { data } = await platform.ask(admin, '{ inboxCounts { open } }');
    expect(data).toEqual({ inboxCounts: { open: 0 } });
    live.end();
  });

  it('closes the sockets of who signs out, and refuses their token from then on, but no newer one', async () => {
    const token = await platform.tokenOf('acme', 'AGENT');
    const live = platform.subscribe(token, 'subscription { inboxCountsUpdates { open } }');
    const other = platform.subscribe(admin, 'subscription { inboxCountsUpdates { open } }');
    await eventually(() => expect([live.received.length, other.received.length]).not.toContain(0));
    const { data } = await platform.ask(token, 'mutation { signOut { userErrors { code } } }');
    expect(data).toEqual({ signOut: { userErrors: [] } });
    await eventually(() => expect(live.failures).toMatchObject([{ code: 4403 }]));
    const refused = await platform.ask(token, '{ viewer { id } }');
    expect(refused.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    expect(other.failures).toEqual([]);
    // A token says only in which second it was issued.
    await eventually(async () => {
      const { data: now } = await platform.ask<{ viewer: object } | undefined>(
        await platform.tokenOf('acme', 'AGENT'),
        '{ viewer { signedOutAt } }',
      );
      expect(now).toEqual({ viewer: { signedOutAt: expect.any(String) } });
    });
    other.end();
  });
});
