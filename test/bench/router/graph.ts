import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, type GraphQLSchema } from 'graphql';
import { generateResolvers } from '#router/testing/generatedSubgraph.ts';
import { compose } from '#schema/compose.ts';
import { readSubgraphs } from '#schema/subgraphFiles.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@shareable"])`;

/** The shop that routers are usually compared with: everything about a product is known somewhere else. */
const shop = {
  accounts: `${link}
    type Query { users: [User] }
    type User @key(fields: "id") { id: ID!  name: String  username: String @shareable  birthday: Int }`,
  inventory: `${link}
    type Product @key(fields: "upc") {
      upc: String!
      weight: Int @external
      price: Int @external
      inStock: Boolean
      shippingEstimate: Int @requires(fields: "price weight")
    }`,
  products: `${link}
    type Query { topProducts(first: Int = 5): [Product] }
    type Product @key(fields: "upc") { upc: String!  name: String  price: Int  weight: Int }`,
  reviews: `${link}
    type Review @key(fields: "id") { id: ID!  body: String  author: User  product: Product }
    type User @key(fields: "id") { id: ID!  username: String @shareable  reviews: [Review] }
    type Product @key(fields: "upc") { upc: String!  reviews: [Review] }`,
};

const USERS = 6;
const PRODUCTS = 9;
const REVIEWS = 24;
const PAGE = 25;
const THREAD = 50;
const CHANNELS = 5;

type Key = Readonly<Record<string, string>>;
const n = (key: string) => Number(/\d+$/.exec(key)?.[0]);
const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const userOf = (review: number) => review % USERS;
const productOf = (review: number) => review % PRODUCTS;
const review = (index: number) => ({ id: `review-${String(index)}` });
const user = (index: number) => ({ id: `user-${String(index)}` });
const product = (index: number) => ({ upc: `product-${String(index)}` });
const itself = { __resolveReference: (reference: Key) => reference };
const reviewsBy = (isTheirs: (index: number) => boolean) => range(REVIEWS).filter(isTheirs).map(review);

const shopResolvers = {
  accounts: {
    Query: { users: () => range(USERS).map(user) },
    User: {
      ...itself,
      name: ({ id = '' }: Key) => `Name of ${id}`,
      username: ({ id = '' }: Key) => `@${id}`,
      birthday: ({ id = '' }: Key) => 1960 + n(id),
    },
  },
  inventory: {
    Product: {
      ...itself,
      inStock: ({ upc = '' }: Key) => n(upc) % 3 > 0,
      shippingEstimate: ({ price, weight }: { readonly price: number; readonly weight: number }) =>
        price > 1_000 ? 0 : Math.round(weight / 2),
    },
  },
  products: {
    Query: { topProducts: (_: unknown, { first }: { readonly first: number }) => range(first).map(product) },
    Product: {
      ...itself,
      name: ({ upc = '' }: Key) => `The ${upc}, in green, with "everything" on it`,
      price: ({ upc = '' }: Key) => 300 + 200 * n(upc),
      weight: ({ upc = '' }: Key) => 10 * n(upc),
    },
  },
  reviews: {
    Review: {
      ...itself,
      body: ({ id = '' }: Key) =>
        `What I think of it, number ${id}: better than I had hoped, and worse than I was told.`,
      author: ({ id = '' }: Key) => user(userOf(n(id))),
      product: ({ id = '' }: Key) => product(productOf(n(id))),
    },
    User: {
      ...itself,
      username: ({ id = '' }: Key) => `@${id}`,
      reviews: ({ id = '' }: Key) => reviewsBy((index) => userOf(index) === n(id)),
    },
    Product: { ...itself, reviews: ({ upc = '' }: Key) => reviewsBy((index) => productOf(index) === n(upc)) },
  },
};

/** The inbox has as many rows as a page has, on a few channels. */
const inboxResolvers = {
  // The router asks whether who has a token is still one of the company's agents.
  Agent: { role: () => 'AGENT', deactivatedAt: () => null, signedOutAt: () => null },
  ConversationConnection: {
    edges: () =>
      range(PAGE).map((index) => ({
        cursor: `cursor-${String(index)}`,
        node: { id: `conversation-${String(index)}`, channel: { id: `channel-${String(index % CHANNELS)}` } },
      })),
  },
  MessageConnection: {
    edges: () =>
      range(THREAD).map((index) => ({ cursor: `cursor-${String(index)}`, node: { id: `message-${String(index)}` } })),
  },
};

/** SDL of every subgraph: the project's own and the shop's. */
export const subgraphs: Readonly<Record<string, string>> = { ...readSubgraphs(), ...shop };

/** What the subgraphs' servers run, the live one left out, which has none. */
export function executableSubgraphs(): [name: string, schema: GraphQLSchema][] {
  return Object.entries(subgraphs)
    .filter(([name]) => name !== 'live')
    .map(([name, sdl]) => {
      const generated = generateResolvers(sdl);
      const own =
        name in shop ? shopResolvers[name as keyof typeof shop] : name === 'conversations' ? inboxResolvers : {};
      const resolvers = { ...generated };
      for (const [type, fields] of Object.entries(own)) resolvers[type] = { ...resolvers[type], ...(fields as object) };
      return [name, buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }])];
    });
}

export const supergraphSdl = compose(subgraphs);

/**
 * The same for the rivals, who know subgraphs by their addresses, refuse `@authenticated`, and have nothing that would answer
 * a subgraph without a server.
 */
export function rivalSupergraphSdl(urls: Readonly<Record<string, string>>): string {
  const served = Object.entries(subgraphs)
    .filter(([name]) => name !== 'live')
    .map(([name, sdl]) => [name, sdl.replaceAll(/(, )?"@authenticated"/g, '').replaceAll('@authenticated', '')]);
  let sdl = compose(Object.fromEntries(served) as Record<string, string>);
  for (const [name, url] of Object.entries(urls)) sdl = sdl.replace(`"http://${name}"`, JSON.stringify(url));
  return sdl;
}
