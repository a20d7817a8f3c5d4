import { isDeepStrictEqual } from 'node:util';
import type { Company } from '../company.ts';
import type { Ask, Graph } from '../graph.ts';
import type { InboxCounts, Screen } from '../screen.ts';
import type { Tables } from '../tables.ts';
import { holds, repeated, type Invariant } from './invariant.ts';
import { readTruth } from './truth.ts';

const countsQuery = '{ inboxCounts { open pending snoozed unassigned mine unread } }';
const listQuery = `query ($after: String) { conversations(first: 100, after: $after) {
  edges { node { id unreadCount } } pageInfo { endCursor hasNextPage }
} }`;

interface List {
  readonly conversations: {
    readonly edges: readonly { readonly node: Listed }[];
    readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
  };
}

interface Listed {
  readonly id: string;
  readonly unreadCount: number;
}

/** What everybody is shown is what there is. Nothing may happen meanwhile. */
export async function checkCounts({
  graph,
  company,
  screens,
  tables,
}: {
  readonly graph: Graph;
  readonly company: Company;
  readonly screens: ReadonlyMap<string, Screen>;
  readonly tables: Tables;
}): Promise<Invariant[]> {
  const truth = await readTruth(tables);
  const shown = [];
  for (const colleague of company.colleagues) {
    const ask = graph.asker(colleague.token);
    const { inboxCounts } = await ask<{ inboxCounts: InboxCounts }>(countsQuery);
    const told = screens.get(colleague.id)?.counts;
    shown.push({ colleague, inboxCounts, told, list: await wholeList(ask) });
  }
  const pairs = shown.flatMap(({ colleague, list }) => list.map((listed) => ({ colleague, listed })));
  return [
    holds('inboxCounts are a recount', shown, ({ colleague, inboxCounts }) =>
      difference(colleague.id, inboxCounts, truth.countsOf(colleague)),
    ),
    holds('the last live counts are a recount', shown, ({ colleague, told }) =>
      difference(colleague.id, told, truth.countsOf(colleague)),
    ),
    holds('unreadCount is a recount', pairs, ({ colleague, listed: { id, unreadCount } }) =>
      difference(`${colleague.id} in ${id}`, unreadCount, truth.unreadOf(colleague, id)),
    ),
    holds('the list has each conversation that one may see, once', shown, ({ colleague, list }) => {
      const ids = list.map(({ id }) => id);
      const visible = truth.visibleTo(colleague).map(({ id }) => id);
      return repeated(ids)[0] ?? difference(colleague.id, ids.toSorted(), visible.toSorted());
    }),
  ];
}

async function wholeList(ask: Ask): Promise<Listed[]> {
  const all: Listed[] = [];
  for (let after: string | null = null; ;) {
    const { conversations }: List = await ask<List>(listQuery, { after });
    all.push(...conversations.edges.map(({ node }) => node));
    if (!conversations.pageInfo.hasNextPage) return all;
    after = conversations.pageInfo.endCursor;
  }
}

function difference(whose: string, shown: unknown, counted: unknown): string | undefined {
  if (isDeepStrictEqual(shown, counted)) return undefined;
  return `${whose}: ${JSON.stringify(shown)} instead of ${JSON.stringify(counted)}`;
}
