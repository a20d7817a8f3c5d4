import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  buildSchema,
  execute,
  getNamedType,
  GraphQLError,
  isInterfaceType,
  isObjectType,
  parse,
  printSchema,
  type GraphQLSchema,
} from 'graphql';
import { compose } from '#schema/compose.ts';
import type { Source, SubgraphAnswer } from '../execution/source.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@provides",
  "@shareable", "@inaccessible", "@override", "@interfaceObject", "@requiresScopes"])`;

/** The scope that a directive asks for, or nothing of the kind. */
type Guard = (scope: string) => string;

/** A shop in four subgraphs, with everything that federation has: what one of them needs of another, and in which ways. */
const sdlWith = (needs: Guard) => ({
  catalog: `${link}
    enum Currency { EUR USD }
    type Query { products(first: Int = 3): [Product!]!  product(id: ID!): Product  media: [Media!]!  search(term: String): [Found] }
    type Mutation { rename(id: ID!, to: String!): Product ${needs('rename')} }
    type Product @key(fields: "id") @key(fields: "sku") {
      id: ID!
      sku: String!
      name(upper: Boolean): String ${needs('names')}
      price(currency: Currency = EUR): Float
      weight: Int!
      size: Size @shareable
      secret: String @inaccessible
      badge: String
      related(first: Int = 2): [Product]
      seller: User! ${needs('sellers')}
      grid: [[Cell!]!]
    }
    type Cell { at: String!  product: Product }
    type Size @shareable { width: Int  height: Int }
    interface Media @key(fields: "id") { id: ID!  title: String! }
    type Book implements Media @key(fields: "id") { id: ID!  title: String! ${needs('titles')}  pages: Int  product: Product }
    type Movie implements Media @key(fields: "id") ${needs('movies')} { id: ID!  title: String!  minutes(round: Boolean): Int! ${needs('minutes')} }
    union Found = Product | Book | Movie
    type User @key(fields: "id", resolvable: false) { id: ID! }`,
  inventory: `${link}
    enum Currency { EUR USD }
    type Product @key(fields: "id") {
      id: ID!
      price(currency: Currency = EUR): Float @external
      weight: Int! @external
      size: Size @shareable
      shipping(express: Boolean): Float @requires(fields: "price(currency: USD) weight")
      duty: Float @requires(fields: "price(currency: USD)")
      stock: Int
      available: Boolean! ${needs('available')}
      badge: String @override(from: "catalog")
      depot: Depot
    }
    type Size @shareable { width: Int  height: Int }
    type Depot @key(fields: "id") ${needs('depots')} { id: ID!  city: String  keeper: User  products: [Product!] }
    type User @key(fields: "id", resolvable: false) { id: ID! }`,
  reviews: `${link}
    type Query { latest: [Review!]! ${needs('latest')} }
    type Product @key(fields: "sku") { sku: String!  reviews(first: Int = 2): [Review!] }
    type Media @interfaceObject @key(fields: "id") { id: ID!  reviews: [Review!]!  rating(scale: Int): Float ${needs('ratings')} }
    type Review @key(fields: "id") { id: ID!  text: String  author: User ${needs('authors')} @provides(fields: "nick")  about: Product  stars: Int! }
    type User @key(fields: "id") { id: ID!  nick: String @external  written: [Review!]! }`,
  users: `${link}
    type Query { me: User  people: [User!]! }
    type User @key(fields: "id") { id: ID!  name: String!  nick: String @shareable  email: String ${needs('mail')}  boss: User  friends: [User]  wish: Product }
    type Product @key(fields: "id", resolvable: false) { id: ID! }`,
});

const sdl = sdlWith(() => '');
export const shopSupergraph = compose(sdl);

/** The same shop, of which some need scopes to see everything. */
export const guardedShopSupergraph = compose(sdlWith((scope) => `@requiresScopes(scopes: [["${scope}"]])`));

/** By type or field: the scope that it takes in that one. */
const guards: Readonly<Record<string, string>> = {
  'Query.latest': 'latest',
  'Mutation.rename': 'rename',
  'Product.name': 'names',
  'Product.available': 'available',
  'Product.seller': 'sellers',
  'Book.title': 'titles',
  'Movie.minutes': 'minutes',
  'Book.rating': 'ratings',
  'Movie.rating': 'ratings',
  'Review.author': 'authors',
  'User.email': 'mail',
  Depot: 'depots',
  Movie: 'movies',
};
export const shopScopes: readonly string[] = [...new Set(Object.values(guards))];

/** Values of everything: the same in a subgraph and in the one schema that is compared with it. */
type Given = Readonly<Record<string, unknown>>;
type Values = Record<string, Record<string, (id: string, args: Given, parent: Given) => unknown>>;

const ref = (typeName: string, id: string | number) => ({ __typename: typeName, id: String(id) });
const refs = (typeName: string, ids: readonly number[]) => ids.map((id) => ref(typeName, id));
const n = (id: string) => Number(id);
const price = (id: string, currency: unknown) => n(id) * 10 + (currency === 'USD' ? 0.5 : 0.25);
const medium = (id: number) => ref(id % 2 === 0 ? 'Book' : 'Movie', id);
const size = (id: string) => ({ id, width: n(id), height: n(id) * 2 });

const values: Values = {
  Query: {
    products: (_, { first }) => refs('Product', [1, 2, 3, 4, 5].slice(0, Number(first ?? 3))),
    product: (_, { id }) => (Number(id) < 9 ? ref('Product', String(id)) : null),
    media: () => [1, 2, 3].map(medium),
    search: () => [ref('Product', 2), medium(2), null, medium(3), ref('Product', 2)],
    latest: () => refs('Review', [1, 2, 3]),
    me: () => ref('User', 1),
    people: () => refs('User', [1, 2, 3]),
  },
  Mutation: { rename: (_, { id }) => ref('Product', String(id)) },
  Product: {
    sku: (id) => `sku-${id}`,
    name: (id, { upper }) => (upper === true ? `PRODUCT ${id}` : `product ${id}`),
    price: (id, { currency }) => price(id, currency),
    weight: (id) => n(id) * 3,
    size,
    badge: (id) => `badge ${id}`,
    related: (id, { first }) => [ref('Product', (n(id) % 5) + 1), null, ref('Product', 1)].slice(0, Number(first ?? 2)),
    seller: (id) => ref('User', (n(id) % 3) + 1),
    grid: (id) => [
      [{ id, at: `${id}:0`, product: ref('Product', 1) }],
      [{ id, at: `${id}:1`, product: ref('Product', id) }],
    ],
    shipping: (_, { express }, { price: dollars, weight }) =>
      Number(dollars) + Number(weight) + (express === true ? 1_000 : 0),
    duty: (_, __, { price: dollars }) => Number(dollars) / 4,
    stock: (id) => n(id) * 7,
    available: (id) => n(id) % 2 === 0,
    depot: (id) => ref('Depot', n(id) % 2),
    reviews: (id, { first }) => refs('Review', [n(id), n(id) + 1, 1].slice(0, Number(first ?? 2))),
  },
  Depot: {
    city: (id) => `city ${id}`,
    keeper: (id) => ref('User', n(id) + 1),
    products: (id) => refs('Product', [n(id) + 1, n(id) + 3]),
  },
  Media: {
    title: (id) => `title ${id}`,
    pages: (id) => n(id) * 100,
    product: (id) => ref('Product', id),
    minutes: (id, { round }) => (round === true ? 90 : n(id) + 80),
    reviews: (id) => refs('Review', [n(id), 2]),
    rating: (id, { scale }) => n(id) / Number(scale ?? 2),
  },
  Review: {
    text: (id) => `text ${id}`,
    author: (id) => ref('User', (n(id) % 3) + 1),
    about: (id) => ref('Product', (n(id) % 5) + 1),
    stars: (id) => n(id) % 5,
  },
  User: {
    name: (id) => `name ${id}`,
    nick: (id) => `nick ${id}`,
    email: (id) => `${id}@shop.example`,
    boss: (id) => (n(id) > 1 ? ref('User', 1) : null),
    friends: (id) => [ref('User', (n(id) % 3) + 1), null],
    wish: (id) => ref('Product', n(id) + 1),
    written: (id) => refs('Review', [n(id), n(id) + 2]),
  },
};
values['Book'] = values['Media'] ?? {};
values['Movie'] = values['Media'] ?? {};

/** What others need of an object, and what it is found by, never fails: what that means is another question. */
const sure = new Set(['id', 'sku', 'price', 'weight']);

/** Which fields fail, and which are null, by a number. */
export interface Weather {
  readonly seed: number;
  /** Of a hundred. */
  readonly failures: number;
  readonly nulls: number;
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

function fateOf({ seed, failures, nulls }: Weather, where: string): 'fails' | 'null' | 'fine' {
  let hash = seed;
  for (const letter of where) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  const share = hash % 100;
  if (share < failures) return 'fails';
  return share < failures + nulls ? 'null' : 'fine';
}

/** How an execution goes. */
interface Circumstances {
  readonly weather: Weather;
  /** The scopes that who asks does not have, where that is looked at. */
  readonly lacks: ReadonlySet<string>;
}

/** Resolves everything by the execution's circumstances. */
function equip(schema: GraphQLSchema, whole: boolean): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('_')) continue;
    for (const field of Object.values(type.getFields())) {
      const value = values[type.name]?.[field.name];
      if (!value) continue;
      const taken = [type.name, `${type.name}.${field.name}`, getNamedType(field.type).name];
      const nullable = !field.type.toString().endsWith('!');
      field.resolve = (parent: Given | undefined, args, { weather, lacks }: Circumstances) => {
        if (taken.some((one) => isKept(one, lacks))) throw new GraphQLError('kept');
        const id = textOf(parent?.['id']);
        const name = type.name === 'Book' || type.name === 'Movie' ? 'Media' : type.name;
        const fate = sure.has(field.name) ? 'fine' : fateOf(weather, `${name} ${id} ${field.name}`);
        if (fate === 'fails') throw new GraphQLError('failed', { extensions: { code: 'FAILED' } });
        if (fate === 'null' && nullable) return null;
        return shown(value(id, args, parentOf(parent, field.name, id, whole)), lacks);
      };
    }
  }
  return schema;
}

function isKept(name: string, lacks: ReadonlySet<string>): boolean {
  return lacks.has(guards[name] ?? '');
}

/** Of what an interface or a union gives, what is not kept. */
function shown(found: unknown, lacks: ReadonlySet<string>): unknown {
  if (Array.isArray(found)) return found.map((one) => shown(one, lacks));
  const type = (found as { readonly __typename?: unknown } | null)?.__typename;
  return isKept(String(type), lacks) ? new GraphQLError('kept') : found;
}

/** A subgraph gets what a field requires from others; where everything is in one schema, it is at hand. */
function parentOf(parent: Given | undefined, field: string, id: string, whole: boolean): Given {
  if (!whole || (field !== 'shipping' && field !== 'duty')) return parent ?? {};
  return { price: price(id, 'USD'), weight: n(id) * 3 };
}

/** Everything in one schema, as clients see it who lack these scopes. */
export function wholeShop(apiSchema: GraphQLSchema) {
  const schema = equip(buildSchema(printSchema(apiSchema)), true);
  return (query: string, variableValues: Given, contextValue: Circumstances) =>
    execute({ schema, document: parse(query), variableValues, contextValue });
}

const nobody: ReadonlySet<string> = new Set();
const subgraphs = Object.entries(sdl).map(
  ([name, typeDefs]) =>
    [name, equip(buildSubgraphSchema({ typeDefs: parse(typeDefs), resolvers: references(typeDefs) }), false)] as const,
);

/** The subgraphs, in this process. */
export function shopSources(weather: Weather): Record<string, Source> {
  return Object.fromEntries(subgraphs.map(([name, schema]) => [name, sourceOf(schema, weather)]));
}

function references(typeDefs: string): Record<string, Record<string, (reference: Given) => unknown>> {
  const schema = buildSubgraphSchema(parse(typeDefs));
  const entities = ['Product', 'User', 'Review', 'Depot', 'Media', 'Book', 'Movie'].filter((name) => {
    const type = schema.getType(name);
    return isObjectType(type) || isInterfaceType(type);
  });
  return Object.fromEntries(
    entities.map((name) => [
      name,
      {
        __resolveReference: (reference: Given) => {
          const id = reference['id'] ?? String(reference['sku']).replace('sku-', '');
          const typeName = isInterfaceType(schema.getType(name)) ? medium(Number(id)).__typename : name;
          return { ...reference, id, __typename: typeName };
        },
      },
    ]),
  );
}

function sourceOf(schema: GraphQLSchema, weather: Weather): Source {
  return {
    async fetch({ query }, variables) {
      const result = await execute({
        schema,
        document: parse(query),
        variableValues: JSON.parse(variables) as Record<string, unknown>,
        contextValue: { weather, lacks: nobody } satisfies Circumstances,
      });
      // As it would come over the wire.
      const { data = null, errors = [] } = JSON.parse(JSON.stringify(result)) as Partial<SubgraphAnswer>;
      return { data, errors };
    },
  };
}
