import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { eventually } from '#test/stack/eventually.ts';
import { addCompany, type TestCompany } from '../testing/inbox.ts';
import { startGraph, type TestGraph } from '../testing/graph.ts';

const begin = `mutation ($input: ChangeConversationsInput!) { changeConversations(input: $input) {
  job { id status total doneCount failedCount } userErrors { code field } } }`;

interface Begun {
  readonly changeConversations: {
    readonly job: { readonly id: string } | null;
    readonly userErrors: readonly object[];
  };
}

describe('a change of many conversations on the graph', () => {
  let graph: TestGraph;
  let acme: TestCompany;
  let ids: string[];

  beforeAll(async () => {
    graph = await startGraph({ snoozePollMs: 20 });
  });
  beforeEach(async () => {
    acme = await addCompany(graph.database);
    ids = [];
    for (let index = 0; index < 4; index++) ids.push(await graph.write(acme, `customer-${index}`));
  });
  afterAll(() => graph.stop());

  async function change(input: object, identity = acme.ada): Promise<Begun['changeConversations']> {
    const { data, errors } = await graph.ask<Begun>(identity, begin, { input: { idempotencyKey: v7(), ...input } });
    expect(errors).toBeUndefined();
    return data.changeConversations;
  }
  async function job(id: string | undefined, args = '', identity = acme.ada) {
    const { data } = await graph.ask<{ bulkJob: Record<string, unknown> | null }>(
      identity,
      `query ($id: ID!) { bulkJob(id: $id) { status total doneCount failedCount finishedAt results${args} {
        pageInfo { hasNextPage endCursor }
        edges { node { conversationId status userErrors { code } conversation { status priority } } } } } }`,
      { id },
    );
    return data.bulkJob;
  }
  const done = (id: string | undefined) =>
    eventually(async () => expect(await job(id)).toMatchObject({ status: 'DONE' }));

  test('is worked off in the background and shows what came of each', async () => {
    const stranger = v7();
    const { job: begun, userErrors } = await change({
      conversationIds: [...ids, stranger],
      change: { status: 'RESOLVED', priority: 'HIGH' },
    });
    expect(userErrors).toEqual([]);
    expect(begun).toMatchObject({ total: 5 });
    await done(begun?.id);
    const conversation = { status: 'RESOLVED', priority: 'HIGH' };
    expect(await job(begun?.id)).toMatchObject({
      doneCount: 4,
      failedCount: 1,
      finishedAt: expect.any(String),
      results: {
        edges: [
          ...ids.map((conversationId) => ({ node: { conversationId, status: 'DONE', userErrors: [], conversation } })),
          {
            node: {
              conversationId: stranger,
              status: 'FAILED',
              userErrors: [{ code: 'NOT_FOUND' }],
              conversation: null,
            },
          },
        ],
      },
    });
  });

  test('takes what a filter matches at that moment', async () => {
    const { job: before } = await change({ conversationIds: ids.slice(0, 1), change: { priority: 'URGENT' } });
    await done(before?.id);
    const { job: begun } = await change({ filter: { priority: ['NORMAL'] }, change: { agentId: acme.ben.agentId } });
    expect(begun).toMatchObject({ total: 3 });
    await done(begun?.id);
    const { data } = await graph.ask<{ conversations: { edges: { node: object }[] } }>(
      acme.ada,
      '{ conversations { edges { node { priority assignee { name } } } } }',
    );
    expect(data.conversations.edges.filter(({ node }) => JSON.stringify(node).includes('Ben'))).toHaveLength(3);
    // What matches nothing is done already.
    expect((await change({ filter: { priority: ['LOW'] }, change: { status: 'OPEN' } })).job).toMatchObject({
      status: 'DONE',
      total: 0,
    });
  });

  test('takes the assignment away with null', async () => {
    const assignment = { agentId: acme.ben.agentId, teamId: acme.teamId };
    const { job: before } = await change({ conversationIds: ids, change: assignment });
    await done(before?.id);
    const { job: begun } = await change({ conversationIds: ids, change: { agentId: null } });
    await done(begun?.id);
    const { data } = await graph.ask<{ conversations: { edges: object[] } }>(
      acme.ada,
      '{ conversations { edges { node { assignee { name } team { name } } } } }',
    );
    expect(data.conversations.edges).toEqual(ids.map(() => ({ node: { assignee: null, team: { name: 'Support' } } })));
  });

  test('has its results in pages', async () => {
    const { job: begun } = await change({ conversationIds: ids, change: { priority: 'LOW' } });
    const page = await job(begun?.id, '(first: 3)');
    expect(page).toMatchObject({ results: { pageInfo: { hasNextPage: true } } });
    const { results } = page as unknown as { results: { pageInfo: { endCursor: string } } };
    expect(await job(begun?.id, `(first: 3, after: "${results.pageInfo.endCursor}")`)).toMatchObject({
      results: { pageInfo: { hasNextPage: false }, edges: [{ node: { conversationId: ids[3] } }] },
    });
    expect(await job(begun?.id, '(last: 1)')).toMatchObject({
      results: { edges: [{ node: { conversationId: ids[3] } }] },
    });
  });

  test('is seen by who began it and by nobody else', async () => {
    const { job: begun } = await change({ conversationIds: ids, change: { priority: 'LOW' } });
    const globex = await addCompany(graph.database);
    const list = '{ bulkJobs { edges { node { id } } } }';
    for (const identity of [acme.ben, globex.ada]) {
      expect(await job(begun?.id, '', identity)).toBeNull();
      expect((await graph.ask(identity, list)).data).toEqual({ bulkJobs: { edges: [] } });
    }
    const { errors } = await graph.ask(acme.partner, list);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await graph.ask(acme.ada, list)).data).toEqual({ bulkJobs: { edges: [{ node: { id: begun?.id } }] } });
  });

  test('is cancelled by who began it', async () => {
    const { job: begun } = await change({ filter: { priority: ['LOW'] }, change: { status: 'OPEN' } });
    const cancel = `mutation { cancelBulkJob(input: { jobId: "${begun?.id}" }) { job { status } userErrors { code } } }`;
    // Over already, so it stays what it is.
    expect((await graph.ask(acme.ada, cancel)).data).toEqual({
      cancelBulkJob: { job: { status: 'DONE' }, userErrors: [] },
    });
    expect((await graph.ask(acme.ben, cancel)).data).toEqual({
      cancelBulkJob: { job: null, userErrors: [{ code: 'NOT_FOUND' }] },
    });
  });

  test('takes either ids or a filter', async () => {
    for (const input of [{}, { conversationIds: ids, filter: {} }]) {
      const { errors } = await graph.ask(acme.ada, begin, {
        input: { idempotencyKey: v7(), change: { status: 'OPEN' }, ...input },
      });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });
});
