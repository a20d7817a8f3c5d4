import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity } from '#platform/identity/identity.ts';
import { createCannedResponse } from '../commands/cannedResponses/createCannedResponse.ts';
import { openGraph, type TwoCompanies } from '../testing/graph.ts';

const list = `query ($search: String, $first: Int, $after: String, $last: Int, $before: String) {
  cannedResponses(search: $search, first: $first, after: $after, last: $last, before: $before) {
    pageInfo { startCursor endCursor hasNextPage } edges { node { id shortcode isShared } } } }`;
const render = `query ($id: ID!, $conversationId: ID!) { renderCannedResponse(id: $id, conversationId: $conversationId) {
  text attachmentUrls missing } }`;

interface Listed {
  readonly cannedResponses: {
    readonly pageInfo: Record<'startCursor' | 'endCursor', string>;
    readonly edges: readonly { readonly node: { readonly id: string; readonly shortcode: string } }[];
  };
}

describe('canned responses on the graph', () => {
  let graph: TwoCompanies;
  let lead: Identity & { kind: 'agent' };
  let ids: Record<string, string>;

  beforeAll(async () => {
    graph = await openGraph();
    lead = graph.acme.supervisor;
    ids = {};
    for (const [shortcode, content] of [
      ['greet', 'Hello {{contact.firstName | there}}, I am {{agent.firstName}}. It is about #{{conversation.number}}.'],
      ['greet-late', 'Sorry that you waited'],
      ['refund', 'Your refund is on its way, {{contact.email}}'],
      ['zahlung', 'Überweisung kommt. We greet you'],
    ] as const) {
      ids[shortcode] = await create({ shortcode, content, isShared: true }, lead);
    }
    ids['mine'] = await create({ shortcode: 'Mine', content: 'Private refund' }, graph.acme.ben);
    await create({ shortcode: 'greet', content: 'Globex greets' }, graph.globex.ben);
  });
  afterAll(() => graph.close());

  async function create(input: Parameters<typeof createCannedResponse>[2], by: Identity): Promise<string> {
    const outcome = await createCannedResponse(graph.database, by, input);
    if ('userErrors' in outcome) throw new Error(JSON.stringify(outcome.userErrors));
    return outcome.id;
  }
  async function page(variables: object = {}, as: Identity = graph.acme.ben) {
    const { data, errors } = await graph.ask<Listed>(as, list, variables);
    expect(errors).toBeUndefined();
    const { edges, pageInfo } = data.cannedResponses;
    return { codes: edges.map(({ node }) => node.shortcode), pageInfo };
  }

  test('are everybody’s and one’s own, by their shortcodes', async () => {
    expect((await page()).codes).toEqual(['greet', 'greet-late', 'Mine', 'refund', 'zahlung']);
    expect((await page({}, graph.acme.ada)).codes).toEqual(['greet', 'greet-late', 'refund', 'zahlung']);
    expect((await page({}, graph.globex.ben)).codes).toEqual(['greet']);
    expect((await page({}, graph.globex.ada)).codes).toEqual([]);
  });

  test.each<[string, string[]]>([
    ['/gre', ['greet', 'greet-late', 'zahlung']],
    ['GREET-L', ['greet-late']],
    ['refund', ['refund', 'Mine']],
    ['uberweisung', ['zahlung']],
    ['sorry wait', ['greet-late']],
    ['Globex', []],
    ["'; drop", []],
    ['!?\0', []],
  ])('that are searched by %j are those with that shortcode, then those with the words', async (search, found) => {
    expect((await page({ search })).codes).toEqual(found);
  });

  test('are paged in both directions, also when searched', async () => {
    for (const [variables, all] of [
      [{}, ['greet', 'greet-late', 'Mine', 'refund', 'zahlung']],
      [{ search: 'gre' }, ['greet', 'greet-late', 'zahlung']],
    ] as const) {
      const first = await page({ ...variables, first: 2 });
      const rest = await page({ ...variables, first: 100, after: first.pageInfo.endCursor });
      expect([...first.codes, ...rest.codes]).toEqual(all);
      const back = await page({ ...variables, last: 100, before: rest.pageInfo.startCursor });
      expect(back.codes).toEqual(first.codes);
    }
  });

  test('are filled in for one conversation, as text, with what is known of it', async () => {
    const { ask, acme, conversationId } = graph;
    const greet = await ask(acme.ben, render, { id: ids['greet'], conversationId });
    expect(greet.data).toEqual({
      renderCannedResponse: {
        text: 'Hello Name, I am Ben. It is about #1.',
        attachmentUrls: [],
        missing: [],
      },
    });
    const refund = await ask(acme.ben, render, { id: ids['refund'], conversationId });
    expect(refund.data).toMatchObject({
      renderCannedResponse: { text: 'Your refund is on its way, ', missing: ['contact.email'] },
    });
  });

  test('are not filled in for whom they, or the conversation, are not there', async () => {
    const { ask, acme, globex, conversationId } = graph;
    const nothing = { renderCannedResponse: null };
    expect((await ask(acme.ada, render, { id: ids['mine'], conversationId })).data).toEqual(nothing);
    expect((await ask(globex.ben, render, { id: ids['greet'], conversationId })).data).toEqual(nothing);
    expect((await ask(acme.ben, render, { id: ids['greet'], conversationId: ids['greet'] })).data).toEqual(nothing);
    expect((await ask(acme.ben, render, { id: 'nonsense', conversationId })).data).toEqual(nothing);
  });

  test('are made, changed and deleted', async () => {
    const { ask, acme } = graph;
    const made = await ask<{ createCannedResponse: { cannedResponse: { id: string } } }>(
      acme.ada,
      `mutation { createCannedResponse(input: { shortcode: "/bye", content: "Bye" }) {
        cannedResponse { id shortcode content isShared version usageCount } userErrors { code } } }`,
    );
    const { id } = made.data.createCannedResponse.cannedResponse;
    expect(made.data).toMatchObject({
      createCannedResponse: {
        cannedResponse: { shortcode: 'bye', content: 'Bye', isShared: false, version: 1, usageCount: 0 },
        userErrors: [],
      },
    });
    const changed = await ask(
      acme.ada,
      `mutation { updateCannedResponse(input: { id: "${id}", content: "Good bye", expectedVersion: 1 }) {
        cannedResponse { content version } userErrors { code } } }`,
    );
    expect(changed.data).toEqual({
      updateCannedResponse: { cannedResponse: { content: 'Good bye', version: 2 }, userErrors: [] },
    });
    const remove = `mutation { deleteCannedResponse(input: { id: "${id}" }) { deletedId userErrors { code } } }`;
    expect((await ask(acme.ada, remove)).data).toEqual({ deleteCannedResponse: { deletedId: id, userErrors: [] } });
    expect((await ask(acme.ada, remove)).data).toEqual({
      deleteCannedResponse: { deletedId: null, userErrors: [{ code: 'NOT_FOUND' }] },
    });
  });

  test('are refused to partners, by their ids too', async () => {
    const { ask, acme, conversationId } = graph;
    const entity =
      'query ($id: ID!) { _entities(representations: [{ __typename: "CannedResponse", id: $id }]) { __typename } }';
    for (const query of ['{ cannedResponses { edges { node { id } } } }', render, entity]) {
      const { errors } = await ask(acme.partner, query, { id: ids['greet'], conversationId });
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });
});
