import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity } from '#platform/identity/identity.ts';
import { openGraph, type TwoCompanies } from '../testing/graph.ts';

const save = `mutation ($input: SaveDraftInput!) { saveDraft(input: $input) {
  revision userErrors { code } draft { id kind text attachmentUrls revision mentions { ... on Agent { name } ... on Team { name } } } } }`;
const inbox = `query ($first: Int) { conversations(first: $first) { edges { node {
  number draft { text } note: draft(kind: NOTE) { text } drafts { kind text conversation { number } } } } } }`;
const list = `query ($first: Int, $after: String, $last: Int, $before: String) {
  drafts(first: $first, after: $after, last: $last, before: $before) {
    pageInfo { startCursor endCursor hasNextPage } edges { node { id text conversation { number } } } } }`;

interface Saved {
  readonly saveDraft: { readonly draft: { readonly id: string } | null };
}
interface Listed {
  readonly drafts: {
    readonly pageInfo: Record<'startCursor' | 'endCursor', string>;
    readonly edges: readonly { readonly node: { readonly id: string; readonly text: string } }[];
  };
}
interface Inbox {
  readonly conversations: { readonly edges: readonly { readonly node: Record<string, unknown> }[] };
}

describe('drafts on the graph', () => {
  let graph: TwoCompanies;
  let conversationIds: string[];

  beforeAll(async () => {
    graph = await openGraph();
    conversationIds = [graph.conversationId, await graph.write('customer-2'), await graph.write('customer-3')];
    for (const [index, conversationId] of conversationIds.entries()) {
      await write({ conversationId, text: `reply ${index + 1}`, revision: 1 });
    }
    const mentions = [{ teamId: graph.acme.teamId }];
    await write({ conversationId: graph.conversationId, kind: 'NOTE', text: 'note 1', mentions, revision: 1 });
    await write({ conversationId: graph.conversationId, text: 'by Ben', revision: 1 }, graph.acme.ben);
  });
  afterAll(() => graph.close());

  const write = (input: object, as: Identity = graph.acme.ada) => graph.ask<Saved>(as, save, { input });
  async function page(variables: object = {}, as: Identity = graph.acme.ada) {
    const { data, errors } = await graph.ask<Listed>(as, list, variables);
    expect(errors).toBeUndefined();
    const { edges, pageInfo } = data.drafts;
    return { texts: edges.map(({ node }) => node.text), ids: edges.map(({ node }) => node.id), pageInfo };
  }
  async function rows(as: Identity): Promise<Record<string, unknown>[]> {
    const { data } = await graph.ask<Inbox>(as, inbox);
    return data.conversations.edges
      .map(({ node }) => node)
      .toSorted((a, b) => Number(a['number']) - Number(b['number']));
  }

  test('stand with their conversations, for who writes them', async () => {
    expect(await rows(graph.acme.ada)).toEqual([
      {
        number: 1,
        draft: { text: 'reply 1' },
        note: { text: 'note 1' },
        drafts: [
          { kind: 'REPLY', text: 'reply 1', conversation: { number: 1 } },
          { kind: 'NOTE', text: 'note 1', conversation: { number: 1 } },
        ],
      },
      expect.objectContaining({ draft: { text: 'reply 2' }, note: null }),
      expect.objectContaining({ draft: { text: 'reply 3' }, note: null }),
    ]);
    expect(await rows(graph.acme.ben)).toMatchObject([
      { draft: { text: 'by Ben' }, note: null, drafts: [{ text: 'by Ben' }] },
      { draft: null, note: null, drafts: [] },
      { draft: null, note: null, drafts: [] },
    ]);
    expect((await graph.ask(graph.acme.partner, inbox)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('are read for a whole page at once', async () => {
    const statements = async (first: number) =>
      (await graph.statements(() => graph.ask(graph.acme.ada, inbox, { first }))).filter((text) => /drafts/.test(text));
    expect(await statements(1)).toHaveLength(1);
    expect(await statements(3)).toHaveLength(1);
  });

  test('are listed, last written first, in both directions', async () => {
    const first = await page({ first: 3 });
    expect(first.texts).toEqual(['note 1', 'reply 3', 'reply 2']);
    const rest = await page({ first: 3, after: first.pageInfo.endCursor });
    expect(rest.texts).toEqual(['reply 1']);
    expect((await page({ last: 2, before: rest.pageInfo.startCursor })).texts).toEqual(['reply 3', 'reply 2']);
    expect((await page({}, graph.globex.ada)).texts).toEqual([]);
    const { errors } = await graph.ask(graph.acme.partner, list);
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('are saved with all that was picked, and given to a device that is behind', async () => {
    const [, conversationId] = conversationIds;
    const content = {
      text: 'Look',
      attachmentUrls: ['https://example.com/a.pdf'],
      mentions: [{ agentId: graph.acme.ben.agentId }, { teamId: graph.acme.teamId }],
    };
    const { data } = await write({ conversationId, kind: 'NOTE', revision: 4, ...content });
    const draft = {
      ...content,
      id: expect.any(String),
      kind: 'NOTE',
      revision: 4,
      mentions: [{ name: 'Ben' }, { name: 'Support' }],
    };
    expect(data).toEqual({ saveDraft: { revision: 4, userErrors: [], draft } });
    const behind = await write({ conversationId, kind: 'NOTE', revision: 3, text: 'Loo' });
    expect(behind.data).toEqual({ saveDraft: { revision: 4, userErrors: [{ code: 'CONFLICT' }], draft } });
  });

  test('are thrown away, and are nobody else’s', async () => {
    const [, , conversationId] = conversationIds;
    const entity =
      'query ($id: ID!) { _entities(representations: [{ __typename: "Draft", id: $id }]) { ... on Draft { text } } }';
    const { ids } = await page();
    expect((await graph.ask(graph.acme.partner, entity, { id: ids[0] })).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    for (const stranger of [graph.acme.ben, graph.globex.ada]) {
      expect((await graph.ask(stranger, entity, { id: ids[0] })).data).toEqual({ _entities: [null] });
    }
    const remove = `mutation ($input: DeleteDraftInput!) { deleteDraft(input: $input) { revision draft { text } userErrors { code } } }`;
    const behind = await graph.ask(graph.acme.ada, remove, { input: { conversationId, revision: 1 } });
    expect(behind.data).toEqual({
      deleteDraft: { revision: 1, draft: { text: 'reply 3' }, userErrors: [{ code: 'CONFLICT' }] },
    });
    const { data } = await graph.ask(graph.acme.ada, remove, { input: { conversationId, revision: 2 } });
    expect(data).toEqual({ deleteDraft: { revision: 2, draft: null, userErrors: [] } });
    expect((await page()).texts).not.toContain('reply 3');
  });
});
