/** What the routers are asked, the same each time. */
export interface RouterOperation {
  readonly name: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export const routerOperations: readonly RouterOperation[] = [
  {
    name: 'nested',
    query: `query Nested {
      users { ...User reviews { ...Review product { ...Product reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } } } } }
      topProducts(first: 5) { ...Product reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } } }
    }
    fragment User on User { id username name }
    fragment Review on Review { id body }
    fragment Product on Product { inStock name price shippingEstimate upc weight }`,
    variables: {},
  },
  {
    name: 'one subgraph',
    query: `query Thread($id: ID!) { conversation(id: $id) {
      id number status unreadCount contact { name identities { displayName } } replyWindow { state }
      messages(last: 50) {
        edges { node { id text direction status isPrivate createdAt reactions { emoji } author { ... on Contact { name } ... on Agent { agentName: name } } } }
        pageInfo { hasPreviousPage }
      } } }`,
    variables: { id: 'conversation-1' },
  },
  {
    name: 'inbox page',
    query: `query Inbox($filter: ConversationFilter) {
      conversations(first: 25, filter: $filter) {
        edges { node {
          id number status priority unreadCount waitingSince lastActivityAt messageCount
          channel { id name platform }
          contact { id name } assignee { id name } team { name } labels { name color }
          lastMessage { text status author { ... on Contact { name } ... on Agent { agentName: name } } }
        } }
        pageInfo { endCursor hasNextPage }
      } }`,
    variables: { filter: { status: ['OPEN'] } },
  },
];
