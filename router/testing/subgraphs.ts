import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { GraphQLError } from 'graphql';
import { compose } from '#schema/compose.ts';
import { readSubgraphs, supergraphFile } from '#schema/subgraphFiles.ts';
import { createSubgraph } from '#platform/graphql/subgraphServer.ts';
import { openAccess } from '#platform/graphql/testing/openAccess.ts';
import { createHttpServer } from '#platform/http/server.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { createService } from '#platform/lifecycle/createService.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import { silentLogger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { generateResolvers } from './generatedSubgraph.ts';

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@inaccessible", "@shareable", "@listSize", "@composeDirective"])';

const personal = `extend schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://switchboard.dev/personal/v1.0", import: ["@personal"])
  @composeDirective(name: "@personal")
  directive @personal on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION`;

const lasting = `extend schema
  @link(url: "https://switchboard.dev/lasting/v1.0", import: ["@lasting"])
  @composeDirective(name: "@lasting")
  directive @lasting(seconds: Int!) on FIELD_DEFINITION`;

const inboxSdl = /* GraphQL */ `
  ${link}
  ${personal}
  ${lasting}
  type Query {
    conversation(id: ID!): Conversation
    conversations(first: Int): [Conversation!]!
      @listSize(assumedSize: 3, slicingArguments: ["first"], requireOneSlicingArgument: false)
    audited(first: Int): [Conversation!]! @listSize(slicingArguments: ["first"])
    viewer: Agent
    caller: String
    inboxCounts: InboxCounts!
    slow: String
    broken: String
    refused: String
    large: String
    answer(question: String!): Answer @lasting(seconds: 30)
    answerInPieces(question: String!, answerId: ID!): AnswerInPieces! @inaccessible
  }
  type AnswerInPieces @inaccessible {
    passages: [SearchHit!]!
    answer: Answer!
  }
  type SearchHit @shareable {
    document: Document!
    heading: String!
    text: String!
    score: Float!
  }
  type Citation @shareable {
    document: Document
    quote: String!
  }
  enum NoAnswerReason {
    NOT_IN_KNOWLEDGE
    MODEL_FAILED
  }
  type Answer @shareable {
    text: String
    confident: Boolean!
    citations: [Citation!]!
    language: String!
    reason: NoAnswerReason
  }
  type Document @key(fields: "id") {
    id: ID!
    title: String!
  }
  type Mutation {
    touch(id: ID!): Int!
  }
  type Conversation @key(fields: "id") {
    id: ID!
    number: Int!
    subject: String!
    unreadCount: Int! @personal
    channel: Channel!
    parent: Conversation
    secret: String @inaccessible
  }
  type Message @key(fields: "id") {
    id: ID!
    text: String!
  }
  type ChatMessage @key(fields: "id") {
    id: ID!
    text: String!
  }
  type Notification @key(fields: "id") {
    id: ID!
    kind: String!
  }
  type Draft @key(fields: "id") {
    id: ID!
    text: String!
  }
  type DocumentImport @key(fields: "id") {
    id: ID!
    total: Int!
  }
  type BulkJob @key(fields: "id") {
    id: ID!
    total: Int!
  }
  type Agent @key(fields: "id") {
    id: ID!
    name: String!
    role: String!
    deactivatedAt: String
    signedOutAt: String
    limitedToTeams: Boolean!
    teams: [Team!]!
  }
  type Team {
    id: ID!
  }
  type Dashboard @key(fields: "id") {
    id: ID!
    totals: Int!
    best: Agent!
  }
  type InboxCounts @shareable {
    open: Int!
    pending: Int!
    snoozed: Int!
    unassigned: Int!
    mine: Int!
    unread: Int!
  }
  type Channel @key(fields: "id", resolvable: false) {
    id: ID!
  }
`;

const channelsSdl = /* GraphQL */ `
  ${link}
  ${lasting}
  type Query {
    channel(id: ID!): Channel
  }
  type Channel @key(fields: "id") {
    id: ID!
    name: String!
    nickname: String
  }
  type Conversation @key(fields: "id") {
    id: ID!
    subject: String! @external
    mood: String @requires(fields: "subject")
    suggestedReply: String @lasting(seconds: 30)
  }
`;

/** Three small subgraphs with what federation is made of: entities, @requires, and the real subscriptions. */
const testSupergraph = compose({
  inbox: inboxSdl,
  channels: channelsSdl,
  live: readSubgraphs()['live'] ?? '',
});

/** What the subgraphs were asked, and how they are made to misbehave. */
export interface Behaviour {
  touches: number;
  entityFetches: number;
  identities: Identity[];
  requestIds: string[];
  /** Ids of conversations and channels that nobody knows. */
  readonly unknown: Set<string>;
  /** Awaited before the channels subgraph answers for an entity, and inbox for a parent. */
  delay: (id: string) => Promise<void>;
  /** Awaited before it is told how a company stands by an agent. */
  delayStanding: (agentId: string) => Promise<void>;
  /** Agents whom the company does not have. */
  readonly strangers: Set<string>;
  /** Of agents with whom it is not as their token says. */
  readonly standings: Map<string, { role?: string; deactivatedAt?: string; signedOutAt?: string }>;
  /** The teams of agents who are limited to theirs. */
  readonly limits: Map<string, readonly string[]>;
  /** What is counted, and how often it was asked for. */
  open: number;
  counted: number;
  /** Answers a question of somebody who is told of it as it comes. */
  answer: (asked: { readonly question: string; readonly answerId: string }, signal: AbortSignal) => Promise<object>;
  /** What a model says that takes its time. */
  reply: (signal: AbortSignal) => Promise<string>;
  /** Texts of messages have at least so many characters. */
  textLength: number;
  /** What the channels service got besides queries: webhooks, web chats, files. */
  readonly handedOn: { method: string; url: string; body: Buffer; headers: Record<string, unknown> }[];
}

export interface TestSubgraph extends Part {
  readonly url: string;
  /** Answers as the server does. */
  readonly handle: RequestListener;
}

/** Subgraphs that run, and what they compose to. */
export interface TestGraph {
  readonly servers: readonly TestSubgraph[];
  readonly supergraphSdl: string;
}

interface Context {
  readonly identity: Identity;
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

/** A subgraph server that can be stopped and started again at the same address. */
async function serve(
  name: string,
  typeDefs: string,
  resolvers: object,
  identitySecret: string,
  behaviour: Behaviour,
): Promise<TestSubgraph> {
  let port = 0;
  let running: Part | undefined;
  let url = '';
  let handle: RequestListener = () => undefined;

  async function start(): Promise<void> {
    const metrics = createMetrics({ service: name });
    const http = createHttpServer({ name, host: '127.0.0.1', port, logger: silentLogger, metrics, checks: () => ({}) });
    const subgraph = createSubgraph<Context>({
      name,
      typeDefs,
      resolvers,
      http,
      identitySecret,
      logger: silentLogger,
      metrics,
      access: openAccess(typeDefs, ['ChatMessage']),
      context(identity, { requestId, signal }) {
        behaviour.identities.push(identity);
        behaviour.requestIds.push(requestId);
        return { identity, signal, close: async () => undefined };
      },
    });
    http.app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      const parser = { parseAs: 'buffer', bodyLimit: 64 * 1024 ** 2 } as const;
      scope.addContentTypeParser('*', parser, (_request, body, done) => done(null, body));
      for (const address of ['/webhooks/*', '/chat/*', '/files/*', '/uploads']) {
        scope.all(address, async ({ method, url: path, body, headers }, reply) => {
          const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
          behaviour.handedOn.push({ method, url: path, body: bytes, headers });
          return reply.header('x-seen-by', name).send('taken');
        });
      }
    });
    running = createService(name, [subgraph, http], { logger: silentLogger });
    await running.start();
    url = http.url();
    handle = http.handle;
    port = Number(new URL(url).port);
  }

  await start();
  return { name, url, handle: (asked, answer) => handle(asked, answer), start, stop: async () => running?.stop() };
}

function wellBehaved(): Behaviour {
  return {
    touches: 0,
    entityFetches: 0,
    identities: [],
    requestIds: [],
    unknown: new Set(),
    delay: async () => undefined,
    delayStanding: async () => undefined,
    strangers: new Set(),
    standings: new Map(),
    limits: new Map(),
    open: 0,
    counted: 0,
    answer: () => Promise.reject(new Error('nobody asks that here')),
    reply: () => Promise.reject(new Error('nobody asks that here')),
    textLength: 0,
    handedOn: [],
  };
}

/** The checked-in subgraphs, each field filled with any value of its type. */
export async function startRealGraph(identitySecret: string): Promise<TestGraph> {
  const served = readSubgraphs();
  // It has no server: the router answers it from the event stream.
  delete served['live'];
  const servers = await Promise.all(
    Object.entries(served).map(([name, sdl]) => {
      const { Agent, ...resolvers } = generateResolvers(sdl);
      const active = { deactivatedAt: () => null, signedOutAt: () => null };
      const all = { ...resolvers, ...(Agent && { Agent: 'signedOutAt' in Agent ? { ...Agent, ...active } : Agent }) };
      return serve(name, sdl, all, identitySecret, wellBehaved());
    }),
  );
  return { servers, supergraphSdl: readFileSync(supergraphFile, 'utf8') };
}

/** What is unread to an agent: something else for each. */
export function unreadOf(identity: Identity): number {
  return identity.kind === 'agent' ? Number.parseInt(identity.agentId.slice(-6), 16) : 0;
}

/** The small subgraphs of this file. */
export async function startTestGraph(identitySecret: string) {
  const behaviour = wellBehaved();
  const conversation = (id: string) => ({
    id,
    number: 7,
    subject: `about ${id}`,
    secret: 'hush',
    channel: { id: `ch-${id}` },
  });
  const inbox = await serve(
    'inbox',
    inboxSdl,
    {
      Query: {
        conversation: (_: unknown, { id }: { id: string }) => (behaviour.unknown.has(id) ? null : conversation(id)),
        conversations: () => ['a', 'b', 'c'].map(conversation),
        audited: () => [],
        async viewer(_: unknown, _args: unknown, { identity }: Context) {
          if (identity.kind !== 'agent') return null;
          const teamIds = behaviour.limits.get(identity.agentId);
          const teams = teamIds?.map((id) => ({ id })) ?? [];
          const limitedToTeams = teamIds !== undefined;
          return { id: identity.agentId, name: 'Ada', role: identity.role, limitedToTeams, teams };
        },
        caller: (_: unknown, _args: unknown, { identity }: Context) => JSON.stringify(identity),
        inboxCounts() {
          behaviour.counted += 1;
          return { open: behaviour.open, pending: 0, snoozed: 0, unassigned: 0, mine: 0, unread: 0 };
        },
        slow: () => new Promise<never>(() => undefined),
        broken: () => {
          throw new Error('password is hunter2 at db.internal');
        },
        refused: () => {
          throw new GraphQLError('Not yours.', { extensions: { code: 'FORBIDDEN', inside: 'row 12' } });
        },
        large: () => 'x'.repeat(2_000_000),
        answer: async (_: unknown, _args: unknown, { signal }: Context) => ({ text: await behaviour.reply(signal) }),
        answerInPieces: (
          _: unknown,
          asked: { readonly question: string; readonly answerId: string },
          { signal }: Context,
        ) => behaviour.answer(asked, signal),
      },
      Mutation: {
        touch: () => {
          behaviour.touches += 1;
          return behaviour.touches;
        },
      },
      Conversation: {
        __resolveReference({ id }: { id: string }, { identity }: Context) {
          behaviour.entityFetches += 1;
          if (identity.kind === 'agent' && identity.forAll && behaviour.limits.has(identity.agentId)) {
            throw new GraphQLError('Ask as another.', { extensions: { code: 'VIEW_CHANGED' } });
          }
          return behaviour.unknown.has(id) ? null : conversation(id);
        },
        unreadCount: (_: unknown, _args: unknown, { identity }: Context) => unreadOf(identity),
        async parent({ id }: { id: string }) {
          await behaviour.delay(`${id}'`);
          return conversation(`${id}'`);
        },
      },
      Draft: { __resolveReference: ({ id }: { id: string }) => ({ id, text: `draft ${id}` }) },
      Notification: { __resolveReference: ({ id }: { id: string }) => ({ id, kind: 'MENTIONED' }) },
      Message: {
        __resolveReference: ({ id }: { id: string }) => ({
          id,
          text: `text of ${id}`.padEnd(behaviour.textLength, '.'),
        }),
      },
      Dashboard: {
        __resolveReference({ id }: { id: string }) {
          behaviour.counted += 1;
          return { id, totals: behaviour.open, best: { id: 'a', name: 'Ada' } };
        },
      },
      Document: {
        __resolveReference: ({ id }: { id: string }) =>
          behaviour.unknown.has(id) ? null : { id, title: `title of ${id}` },
      },
      DocumentImport: { __resolveReference: ({ id }: { id: string }) => ({ id, total: 100 }) },
      BulkJob: { __resolveReference: ({ id }: { id: string }) => ({ id, total: 500 }) },
      ChatMessage: { __resolveReference: ({ id }: { id: string }) => ({ id, text: `text of ${id}` }) },
      Agent: {
        async __resolveReference({ id }: { id: string }) {
          await behaviour.delayStanding(id);
          if (behaviour.strangers.has(id)) return null;
          const standing = behaviour.standings.get(id);
          return { id, name: `name of ${id}`, role: 'AGENT', ...standing };
        },
      },
    },
    identitySecret,
    behaviour,
  );
  const channels = await serve(
    'channels',
    channelsSdl,
    {
      Query: { channel: (_: unknown, { id }: { id: string }) => ({ id, name: `name of ${id}` }) },
      Channel: {
        async __resolveReference({ id }: { id: string }) {
          await behaviour.delay(id);
          return behaviour.unknown.has(id) ? null : { id, name: `name of ${id}`, nickname: null };
        },
      },
      Conversation: {
        __resolveReference: (reference: object) => reference,
        mood: ({ subject }: { subject: string }) => `mood of ${subject}`,
        suggestedReply: (_: unknown, _args: unknown, { signal }: Context) => behaviour.reply(signal),
      },
    },
    identitySecret,
    behaviour,
  );
  return { inbox, channels, behaviour, servers: [inbox, channels], supergraphSdl: testSupergraph };
}
