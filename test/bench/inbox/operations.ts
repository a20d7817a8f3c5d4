import { v7 } from 'uuid';
import type { Company } from '#conversations/testing/fillInbox.ts';

/** One kind of request, as an agent's screen makes it; other variables each time. */
export interface Operation {
  readonly name: string;
  readonly query: string;
  readonly variables: (agentId: string) => Record<string, unknown>;
  /** p95, through the router. */
  readonly limitMs: number | undefined;
}

const row = `id number status priority unreadCount waitingSince lastActivityAt messageCount
  contact { id name } assignee { id name } team { name } labels { name color }
  lastMessage { text status author { ... on Contact { name } ... on Agent { agentName: name } } }`;
const page = (channel: string) => `query ($filter: ConversationFilter, $order: ConversationOrder! = NEWEST) {
  conversations(first: 25, filter: $filter, order: $order) { edges { node { ${row} channel { ${channel} } } } pageInfo { endCursor } }
}`;
const thread = `query ($id: ID!) { conversation(id: $id) {
  id number status unreadCount contact { name identities { displayName } } replyWindow { state }
  messages(last: 50) { edges { node {
    id text direction status isPrivate createdAt reactions { emoji } author { ... on Contact { name } ... on Agent { agentName: name } }
  } } pageInfo { hasPreviousPage } } } }`;

const PAGE_MS = 20;
const THREAD_MS = 15;
const SEARCH_MS = 50;

/**
 * @param conversationIds Some to open, to answer and to read.
 * @param channel What a page asks of the channel: through the router, what another subgraph knows as well.
 */
export function operations(company: Company, conversationIds: readonly string[], channel: string): Operation[] {
  const { teamIds, labelIds, channels } = company;
  let n = 0;
  const next = <T>(from: readonly T[]): T | undefined => from[n++ % from.length];
  const list = (name: string, filter: (agentId: string) => object, order = 'NEWEST'): Operation => ({
    name: `list, ${name}`,
    query: page(channel),
    variables: (agentId) => ({ filter: filter(agentId), order }),
    limitMs: PAGE_MS,
  });
  const search = (
    name: string,
    text: () => string,
    rest: (agentId: string) => object = () => ({}),
    order = 'NEWEST',
  ) => ({
    ...list(name, (agentId) => ({ search: text(), ...rest(agentId) }), order),
    name: `search, ${name}`,
    limitMs: SEARCH_MS,
  });
  return [
    list('all', () => ({})),
    list('open', () => ({ status: ['OPEN'] })),
    list('mine', (agentId) => ({ status: ['OPEN'], assigneeId: agentId })),
    list('unassigned', () => ({ status: ['OPEN'], unassigned: true })),
    list('unread', () => ({ unread: true, status: ['OPEN', 'PENDING', 'SNOOZED'] })),
    list('a label', () => ({ labelIds: [next(labelIds)] })),
    list('a label, open', () => ({ labelIds: [next(labelIds)], status: ['OPEN'] })),
    list('a team', () => ({ teamId: next(teamIds) })),
    list('a channel', () => ({ channelIds: [next(channels)?.id] })),
    list('a platform', () => ({ platforms: [next(channels)?.platform] })),
    list('urgent', () => ({ priority: ['URGENT'] })),
    list('urgent, open, mine', (agentId) => ({ priority: ['URGENT'], status: ['OPEN'], assigneeId: agentId })),
    {
      name: 'conversation with 50 messages',
      query: thread,
      variables: () => ({ id: next(conversationIds) }),
      limitMs: THREAD_MS,
    },
    {
      name: 'inboxCounts',
      query: '{ inboxCounts { open pending snoozed unassigned mine unread } }',
      variables: () => ({}),
      limitMs: undefined,
    },
    search('a rare word', () => `k${String((n++ * 7_919) % 400_000)}`),
    search('a common word', () => next(['order', 'refund', 'please', 'заказ', '订单']) ?? ''),
    search(
      'a common word, mine',
      () => next(['order', 'refund', 'please']) ?? '',
      (agentId) => ({ assigneeId: agentId }),
    ),
    search(
      'a common word, open, a label',
      () => 'order',
      () => ({ status: ['OPEN'], labelIds: [next(labelIds)] }),
    ),
    search('two words', () => next(['tent broken', 'kayak refund', 'thank morning', 'lantern berlin']) ?? ''),
    search('as people type', () => next(['o', 're', 'kay', 'p']) ?? ''),
    search("a contact's name", () => next(['Łukasz', 'Zoë granka', 'José', 'Olena', '小明']) ?? ''),
    search('an e-mail address', () => `customer.${String((n++ * 997) % 1_000)}@mail`),
    search('a phone number', () => `0170 10${String(10_000 + ((n++ * 997) % 2_000))}`),
    search('a number', () => `#${String(1 + ((n++ * 7_919) % 1_000))}`),
    search('best first, a rare word', () => `k${String((n++ * 7_919) % 400_000)}`, undefined, 'BEST'),
    search('best first, a common word', () => next(['order', 'refund', 'please']) ?? '', undefined, 'BEST'),
    {
      name: 'send',
      query: `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id status } userErrors { code } } }`,
      variables: () => ({
        input: { conversationId: next(conversationIds), text: 'Your order is on its way', idempotencyKey: v7() },
      }),
      limitMs: undefined,
    },
    {
      name: 'mark read',
      query: `mutation ($input: MarkReadInput!) { markRead(input: $input) { conversation { unreadCount } userErrors { code } } }`,
      variables: () => ({ input: { conversationId: next(conversationIds) } }),
      limitMs: undefined,
    },
  ];
}

/** The page of open conversations, as the naive inbox takes it. */
export const naivePage = `query ($status: String, $companyId: ID!, $agentId: ID!) {
  conversations(status: $status, first: 25, companyId: $companyId, agentId: $agentId) {
    id number status priority lastActivityAt messageCount unreadCount contact { id name } assignee { id name } team { name }
    labels { name color } channel { id name platform } lastMessage { text status author { name } }
  }
}`;
