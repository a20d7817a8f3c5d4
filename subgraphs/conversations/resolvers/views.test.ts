import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { addCompany, type TestCompany } from '../testing/inbox.ts';
import { startGraph, type TestGraph } from '../testing/graph.ts';
import { joinCompany } from '../testing/people.ts';

const view = '{ id name visibility filter isMine owner { name } version }';
const documents = {
  createView: `mutation ($input: CreateViewInput!) { outcome: createView(input: $input) { view ${view} userErrors { code } } }`,
  updateView: `mutation ($input: UpdateViewInput!) { outcome: updateView(input: $input) { view ${view} userErrors { code } } }`,
  deleteView:
    'mutation ($input: DeleteViewInput!) { outcome: deleteView(input: $input) { viewId userErrors { code } } }',
  orderViews: `mutation ($input: OrderViewsInput!) { outcome: orderViews(input: $input) { savedViews { name } userErrors { code } } }`,
};

interface Outcome {
  readonly view?: { readonly id: string } | null;
  readonly userErrors: readonly { readonly code: string }[];
}

describe('saved views', () => {
  let graph: TestGraph;
  let acme: TestCompany;
  let supervisor: TestCompany['ada'];

  beforeAll(async () => {
    graph = await startGraph();
  });
  beforeEach(async () => {
    acme = await addCompany(graph.database);
    supervisor = await joinCompany(graph.database, acme.companyId, 'SUPERVISOR');
  });
  afterAll(() => graph.stop());

  async function run(field: keyof typeof documents, input: object, identity = acme.ada): Promise<Outcome> {
    const { data, errors } = await graph.ask<{ outcome: Outcome }>(identity, documents[field], { input });
    expect(errors).toBeUndefined();
    return data.outcome;
  }
  async function create(name: string, input: object = {}, identity = acme.ada): Promise<string> {
    const outcome = await run('createView', { name, visibility: 'PRIVATE', filter: {}, ...input }, identity);
    return outcome.view?.id ?? outcome.userErrors.map(({ code }) => code).join();
  }
  const codes = async (field: keyof typeof documents, input: object, identity = acme.ada) =>
    (await run(field, input, identity)).userErrors.map(({ code }) => code);
  async function names(identity: Parameters<typeof graph.ask>[0] = acme.ada): Promise<string[]> {
    const { data } = await graph.ask<{ savedViews: { name: string }[] }>(identity, '{ savedViews { name } }');
    return data.savedViews.map(({ name }) => name);
  }
  const shared = { visibility: 'SHARED' };

  test('keep a filter under a name, and give it back as it was', async () => {
    const filter = { status: ['OPEN'], labelIds: [...acme.labelIds], unassigned: true, search: null };
    const { view: made } = await run('createView', { name: ' Urgent ', visibility: 'PRIVATE', filter });
    const { search: _nothing, ...kept } = filter;
    expect(made).toEqual({
      id: expect.any(String),
      name: 'Urgent',
      visibility: 'PRIVATE',
      filter: kept,
      isMine: true,
      owner: { name: 'Ada' },
      version: 1,
    });
    expect(await names()).toEqual(['Urgent']);
  });

  test('show what they say, and a filter beside one narrows it', async () => {
    const urgent = await graph.write(acme, 'customer-1');
    await graph.write(acme, 'customer-2');
    const hang = `mutation { setPriority(input: { conversationId: "${urgent}", priority: URGENT }) { userErrors { code } } }`;
    await graph.ask(acme.ada, hang);
    const viewId = await create('Urgent', { filter: { priority: ['URGENT'] } });
    const list = `query ($viewId: ID, $filter: ConversationFilter) { conversations(viewId: $viewId, filter: $filter) { edges { node { id } } } }`;
    const shown = async (variables: object) => (await graph.ask(acme.ada, list, variables)).data;
    expect(await shown({ viewId })).toEqual({ conversations: { edges: [{ node: { id: urgent } }] } });
    expect(await shown({ viewId, filter: { status: ['OPEN'] } })).toEqual({
      conversations: { edges: [{ node: { id: urgent } }] },
    });
    expect(await shown({ viewId, filter: { status: ['RESOLVED'] } })).toEqual({ conversations: { edges: [] } });
    for (const missing of [v7(), 'none']) {
      const { errors } = await graph.ask(acme.ada, list, { viewId: missing });
      expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    }
    const { errors } = await graph.ask(acme.ben, list, { viewId });
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });

  test('that are private are their owner’s alone', async () => {
    const viewId = await create('Mine');
    const globex = await addCompany(graph.database);
    for (const identity of [acme.ben, supervisor, globex.ada]) {
      expect(await names(identity)).toEqual([]);
      expect(await codes('updateView', { viewId, name: 'Yours' }, identity)).toEqual(['NOT_FOUND']);
      expect(await codes('deleteView', { viewId }, identity)).toEqual(['NOT_FOUND']);
      expect(await codes('orderViews', { viewIds: [viewId] }, identity)).toEqual(['NOT_FOUND']);
    }
    expect(await names()).toEqual(['Mine']);
  });

  test('that are shared are everybody’s to see, their owner’s and supervisors’ to change', async () => {
    const viewId = await create('Ours', shared);
    const globex = await addCompany(graph.database);
    expect(await names(acme.ben)).toEqual(['Ours']);
    expect(await names(globex.ada)).toEqual([]);
    const { errors } = await graph.ask(acme.partner, '{ savedViews { name } }');
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await codes('updateView', { viewId, name: 'Bens' }, acme.ben)).toEqual(['NOT_YOURS']);
    expect(await codes('deleteView', { viewId }, acme.ben)).toEqual(['NOT_YOURS']);
    expect(await codes('updateView', { viewId, name: 'Theirs' }, globex.ada)).toEqual(['NOT_FOUND']);
    expect(await run('updateView', { viewId, name: 'All of us' }, supervisor)).toMatchObject({
      view: { name: 'All of us', isMine: false, owner: { name: 'Ada' }, version: 2 },
    });
    // A supervisor cannot make it vanish into somebody's private ones.
    expect(await codes('updateView', { viewId, visibility: 'PRIVATE' }, supervisor)).toEqual(['NOT_YOURS']);
    expect(await codes('deleteView', { viewId }, supervisor)).toEqual([]);
    expect(await names(acme.ben)).toEqual([]);
  });

  test('are shared and taken back by their owner', async () => {
    const viewId = await create('Mine');
    await run('updateView', { viewId, ...shared });
    expect(await names(acme.ben)).toEqual(['Mine']);
    await run('updateView', { viewId, visibility: 'PRIVATE' });
    expect(await names(acme.ben)).toEqual([]);
  });

  test('have names of their own: among an agent’s private ones, among the company’s shared ones', async () => {
    await create('Mine');
    expect(await create('MINE')).toBe('NAME_TAKEN');
    expect(await create('Mine', {}, acme.ben)).not.toBe('NAME_TAKEN');
    const ours = await create('Mine', shared);
    expect(await create('mine', shared, acme.ben)).toBe('NAME_TAKEN');
    expect(await codes('updateView', { viewId: ours, visibility: 'PRIVATE' })).toEqual(['NAME_TAKEN']);
  });

  test('are not kept when they make no sense', async () => {
    expect(await create(' ')).toBe('INVALID');
    for (const filter of [{ assigneeId: 'me' }, { labelIds: ['urgent'] }, { channelIds: [''] }, { teamId: 'x' }]) {
      expect(await create('Mine', { filter })).toBe('INVALID');
    }
    const viewId = await create('Mine');
    expect(await codes('updateView', { viewId, filter: { teamId: 'x' } })).toEqual(['INVALID']);
  });

  test('are changed by one of two who saw the same version', async () => {
    const viewId = await create('Ours', shared);
    const outcomes = await Promise.all([
      codes('updateView', { viewId, name: 'One', expectedVersion: 1 }),
      codes('updateView', { viewId, name: 'Two', expectedVersion: 1 }, supervisor),
    ]);
    expect(outcomes.flat()).toEqual(['CONFLICT']);
  });

  test('are in the order that each agent gives them, the others behind by name', async () => {
    const [a, , c] = [await create('a', shared), await create('b', shared), await create('c', shared)];
    const { userErrors, ...ordered } = await run('orderViews', { viewIds: [c, a, c] });
    expect(userErrors).toEqual([]);
    expect(ordered).toEqual({ savedViews: [{ name: 'c' }, { name: 'a' }, { name: 'b' }] });
    expect(await names()).toEqual(['c', 'a', 'b']);
    expect(await names(acme.ben)).toEqual(['a', 'b', 'c']);
    await run('orderViews', { viewIds: [a] });
    expect(await names()).toEqual(['a', 'b', 'c']);
    await run('orderViews', { viewIds: [c] });
    await run('deleteView', { viewId: c });
    expect(await names()).toEqual(['a', 'b']);
    expect(await codes('orderViews', { viewIds: [a, v7()] })).toEqual(['NOT_FOUND']);
  });

  test('are for agents', async () => {
    const { errors } = await graph.ask(acme.partner, documents.createView, {
      input: { name: 'x', visibility: 'SHARED', filter: {} },
    });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('are at most a hundred of one agent', async () => {
    await graph.rows(
      `insert into conversations.saved_views (company_id, id, owner_id, name, visibility, filter, created_at)
       select $1, gen_random_uuid(), $2, 'view ' || n, 'PRIVATE', '{}', now() from generate_series(1, 100) n`,
      [acme.companyId, acme.ada.agentId],
    );
    expect(await create('one more')).toBe('TOO_MANY');
  });
});
