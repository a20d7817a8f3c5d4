import { change, withOne, NOTHING, type Action, type Desk, type Outcome, type Row } from '../desk.ts';

const PAGE = 25;
const MOST_PAGES = 3;
const words = ['order', 'tent', 'wo', 'bestellung', 'pedido', 'hello', '#1'] as const;

const list = `query ($filter: ConversationFilter, $after: String) {
  conversations(first: ${String(PAGE)}, filter: $filter, after: $after) {
    edges { node { id version assignee { id } lastMessage { id } unreadCount contact { name } } }
    pageInfo { endCursor hasNextPage }
  }
}`;
const thread = `query ($id: ID!) { conversation(id: $id) {
  id version status unreadCount draft { text } viewers { id }
  messages(last: 25) { edges { node { id text } } }
  activities(last: 10) { edges { node { __typename actor { __typename } } } }
} }`;

interface List {
  readonly conversations: {
    readonly edges: readonly { readonly node: Row }[];
    readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
  };
}

function filterOf({ random, me, company }: Desk): object {
  const filters = [
    {},
    {},
    { status: ['OPEN'] },
    { status: ['RESOLVED'] },
    { assigneeId: me.id },
    { unassigned: true },
    { unread: true },
    { teamId: random.pick(company.teamIds) },
    { labelIds: [random.pick(company.labelIds)] },
    { priority: ['URGENT', 'HIGH'] },
  ];
  return random.pick(filters) ?? {};
}

/** Page by page. Rows move while others work, and none of them comes twice for that. */
async function walk(desk: Desk, filter: object): Promise<Row[]> {
  const rows: Row[] = [];
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { conversations }: List = await desk.ask<List>(list, { filter, after });
    rows.push(...conversations.edges.map(({ node }) => node));
    after = conversations.pageInfo.endCursor;
    if (!conversations.pageInfo.hasNextPage) break;
  }
  if (new Set(rows.map(({ id }) => id)).size < rows.length) {
    desk.log.problem(`a list shows a conversation twice: ${JSON.stringify(filter)}`);
  }
  return rows;
}

/** At another list, which they have before them from now on. */
export async function look(desk: Desk): Promise<Outcome> {
  const rows = await walk(desk, filterOf(desk));
  // Who finds nothing keeps what they have.
  if (rows.length > 0) desk.rows = rows;
  return undefined;
}

async function search(desk: Desk): Promise<Outcome> {
  await walk(desk, { search: desk.random.pick(words) });
  return undefined;
}

async function open(desk: Desk, { id }: Row): Promise<Outcome> {
  const { conversation } = await desk.ask<{ conversation: Row | null }>(thread, { id });
  if (!conversation) return 'NOT_FOUND';
  desk.screen.show(id);
  return change(desk, 'viewConversation', { conversationId: id, deviceId: desk.me.id, isViewing: true });
}

function markRead(desk: Desk, { id: conversationId, lastMessage }: Row): Promise<Outcome> {
  const upToMessageId = desk.random.happens(0.5) ? lastMessage?.id : undefined;
  return change(desk, 'markRead', { conversationId, upToMessageId });
}

async function markUnread(desk: Desk, { id: conversationId, lastMessage }: Row): Promise<Outcome> {
  if (!lastMessage) return NOTHING;
  return change(desk, 'markUnread', { conversationId, fromMessageId: lastMessage.id });
}

export const reading: readonly Action[] = [
  { name: 'list', weight: 10, run: look },
  { name: 'search', weight: 3, run: search },
  { name: 'open a conversation', weight: 8, run: withOne(open) },
  { name: 'mark read', weight: 12, run: withOne(markRead) },
  { name: 'mark unread', weight: 4, run: withOne(markUnread) },
];
