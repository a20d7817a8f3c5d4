import { createHash } from 'node:crypto';
import { ApolloClient, gql, HttpLink, InMemoryCache, type ApolloLink } from '@apollo/client';
import { Defer20220824Handler } from '@apollo/client/incremental';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cacheExchange, Client as UrqlClient, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { print } from 'graphql';
import { createClient as createSseClient } from 'graphql-sse';
import {
  Environment,
  fetchQuery,
  Network,
  Observable,
  RecordSource,
  requestSubscription,
  Store,
  type ConcreteRequest,
  type NormalizationSelection,
  type RequestParameters,
} from 'relay-runtime';
import { buildManifest } from '#schema/operations/manifest.ts';
import { eventually } from '#test/stack/eventually.ts';
import type { Router } from './createRouter.ts';
import { agent, facts, messageCreated, startWorld, tokenFor, type World } from './testing/world.ts';

const queryText =
  'query Conversation($id: ID!) { conversation(id: $id) { __typename id number mood channel { __typename id name } } }';
const liveText = `subscription Live($after: String) {
  inboxUpdates(after: $after) { __typename cursor kind conversation { __typename id number mood } }
}`;
const query = gql(queryText);
const live = gql(liveText);
const sha256 = async (text: string) => createHash('sha256').update(text).digest('hex');
/** As these clients print what they send. */
const printed = [print(query), print(live)].map((text) => text.trim());
const manifest = buildManifest(new Map(printed.map((text, index) => [`${String(index)}.graphql`, text])));
const idOf = (name: string) => String(manifest.operations.find(({ body }) => body.includes(name))?.id);

let world: World;
/** It answers registered operations and nothing else. */
let strict: Router;
let token: string;

beforeAll(async () => {
  world = await startWorld({ manifest });
  strict = world.another({ persisted: { onlyRegistered: true, ttlMs: 60_000 } });
  await strict.start();
});
beforeEach(async () => {
  token = await tokenFor(agent());
});
afterAll(async () => {
  await strict.stop();
  await world.close();
});

const urlOf = (router: Router = world.router) => `${router.url()}/graphql`;
const headers = () => ({ authorization: `Bearer ${token}` });

async function lookups(found: string): Promise<number> {
  const text = await world.metrics.text();
  const line = new RegExp(`^switchboard_router_persisted_lookups_total\\{found="${found}"[^}]*\\} (\\d+)$`, 'm');
  return Number(line.exec(text)?.[1] ?? 0);
}

const expected = (id: string) => ({ id, number: 7, mood: `mood of about ${id}` });

describe('Apollo Client', () => {
  function connect(link: ApolloLink) {
    return new ApolloClient({ link, cache: new InMemoryCache() });
  }
  const http = (router?: Router) => new HttpLink({ uri: urlOf(router), headers: headers() });

  it('queries, and tells of errors with their code', async () => {
    const client = connect(http());
    const { data } = await client.query({ query, variables: { id: 'a' } });
    expect(data).toMatchObject({ conversation: { ...expected('a'), channel: { name: 'name of ch-a' } } });
    const failed = await client.query({ query: gql('{ refused caller }'), errorPolicy: 'all' });
    expect(failed.error).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect(failed.data).toMatchObject({ caller: expect.any(String) });
    client.stop();
  });

  it('shows what is there, and then what was deferred', async () => {
    const client = new ApolloClient({
      link: http(),
      cache: new InMemoryCache(),
      incrementalHandler: new Defer20220824Handler(),
    });
    const deferred = gql(`query Later($id: ID!) {
      conversation(id: $id) { __typename id number ... @defer { mood channel { __typename id name } } }
    }`);
    const seen: unknown[] = [];
    const watching = client.watchQuery({ query: deferred, variables: { id: 'a' } }).subscribe(({ data, dataState }) => {
      if (data) seen.push([dataState, data]);
    });
    await eventually(() => expect(seen).toHaveLength(2));
    expect(seen).toEqual([
      ['streaming', { conversation: { __typename: 'Conversation', id: 'a', number: 7 } }],
      ['complete', { conversation: expect.objectContaining({ ...expected('a'), channel: expect.any(Object) }) }],
    ]);
    watching.unsubscribe();
    client.stop();
  });

  it('names a query by its hash, sends it once, and asks by GET from then on', async () => {
    const link = new PersistedQueryLink({ sha256, useGETForHashedQueries: true }).concat(http());
    const client = connect(link);
    const before = { no: await lookups('no'), memory: await lookups('memory') };
    const once = gql('query Once($id: ID!) { conversation(id: $id) { __typename id number mood } }');
    for (const id of ['a', 'b', 'c']) {
      const { data } = await client.query({ query: once, variables: { id } });
      expect(data).toMatchObject({ conversation: expected(id) });
    }
    expect(await lookups('no')).toBe(before.no + 1);
    expect(await lookups('memory')).toBe(before.memory + 2);
    client.stop();
  });

  it('runs registered operations where nothing else is answered', async () => {
    const registered = new PersistedQueryLink({
      generateHash: (document) => idOf(print(document).trim().slice(0, 12)),
    }).concat(http(strict));
    const { data } = await connect(registered).query({ query, variables: { id: 'a' } });
    expect(data).toMatchObject({ conversation: expected('a') });
    await expect(connect(http(strict)).query({ query: gql('{ caller }') })).rejects.toMatchObject({
      message: expect.stringContaining('registered'),
    });
  });

  it('keeps in its store what a subscription brings', async () => {
    const client = connect(new GraphQLWsLink(world.client(token)));
    const received: unknown[] = [];
    const subscription = client.subscribe({ query: live }).subscribe(({ data }) => received.push(data));
    await world.subscribed('live', 1);
    const { id } = facts();
    await world.publish([messageCreated(facts({ id }))]);
    await eventually(() => expect(received).toHaveLength(1));
    expect(received).toMatchObject([{ inboxUpdates: { kind: 'MESSAGE_ADDED', conversation: expected(id) } }]);
    const fragment = gql('fragment F on Conversation { id number mood }');
    expect(client.cache.readFragment({ id: `Conversation:${id}`, fragment })).toMatchObject(expected(id));
    subscription.unsubscribe();
    await world.subscribed('live', 0);
    client.stop();
  });
});

describe('urql', () => {
  function connect(router?: Router, options: { registered?: boolean } = {}) {
    return new UrqlClient({
      url: urlOf(router),
      exchanges: [
        cacheExchange,
        persistedExchange({
          preferGetForPersistedQueries: 'force',
          ...(options.registered && {
            enforcePersistedQueries: true,
            generateHash: async (text) => idOf(text.trim().slice(0, 12)),
          }),
        }),
        fetchExchange,
      ],
      fetchSubscriptions: true,
      fetchOptions: () => ({ headers: { ...headers(), 'apollo-require-preflight': 'true' } }),
    });
  }

  it('queries, by the hash of the query from the second time on', async () => {
    const client = connect();
    const before = { no: await lookups('no'), memory: await lookups('memory') };
    const twice = 'query Twice($id: ID!) { conversation(id: $id) { id number mood } }';
    for (const id of ['a', 'b']) {
      const { data, error } = await client.query(twice, { id });
      expect(error).toBeUndefined();
      expect(data).toMatchObject({ conversation: expected(id) });
    }
    expect(await lookups('no')).toBe(before.no + 1);
    expect(await lookups('memory')).toBe(before.memory + 1);
  });

  it('runs registered operations where nothing else is answered', async () => {
    const { data } = await connect(strict, { registered: true }).query(query, { id: 'a' });
    expect(data).toMatchObject({ conversation: expected('a') });
    const { error } = await connect(strict).query('{ caller }', {});
    expect(error?.graphQLErrors[0]?.extensions['code']).toBe('PERSISTED_QUERY_NOT_IN_LIST');
  });

  it('subscribes with server-sent events, until it leaves', async () => {
    const received: unknown[] = [];
    const { unsubscribe } = connect()
      .subscription(liveText, {})
      .subscribe(({ data }) => received.push(data));
    await world.subscribed('live', 1);
    const conversations = [facts(), facts()];
    await world.publish(conversations.map((conversation) => messageCreated(conversation)));
    await eventually(() => expect(received).toHaveLength(2));
    expect(received).toMatchObject(conversations.map(({ id }) => ({ inboxUpdates: { conversation: expected(id) } })));
    unsubscribe();
    await world.subscribed('live', 0);
  });
});

describe('graphql-sse', () => {
  const connect = (options: { router?: Router; onRetry?: () => void } = {}) =>
    createSseClient({
      url: () => urlOf(options.router),
      headers,
      retry: async () => options.onRetry?.(),
      retryAttempts: options.onRetry ? 5 : 0,
    });

  it('queries, and subscribes until it leaves', async () => {
    const client = connect();
    const answers = [];
    for await (const answer of client.iterate({ query: queryText, variables: { id: 'a' } })) answers.push(answer);
    expect(answers).toMatchObject([{ data: { conversation: expected('a') } }]);

    const updates = client.iterate<{ inboxUpdates: { conversation: { id: string } } }>({ query: liveText });
    const first = updates.next();
    await world.subscribed('live', 1);
    const conversation = facts();
    await world.publish([messageCreated(conversation)]);
    expect((await first).value).toMatchObject({ data: { inboxUpdates: { conversation: expected(conversation.id) } } });
    client.dispose();
    await world.subscribed('live', 0);
  });

  it('hears what is wrong with an operation, and completes', async () => {
    const answers = [];
    for await (const answer of connect().iterate({ query: '{ nothing }' })) answers.push(answer);
    expect(answers).toMatchObject([{ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] }]);
  });

  it('comes again by itself when its router stops, and finds another', async () => {
    const first = world.another();
    await first.start();
    const options = { router: first, onRetry: () => void (options.router = world.router) };
    const client = connect(options);
    const received: unknown[] = [];
    const end = client.subscribe(
      { query: liveText },
      { next: (value) => received.push(value), error: (error) => received.push(error), complete: () => undefined },
    );
    await world.subscribed('live', 1);
    await first.stop();
    await eventually(() => expect(options.router).toBe(world.router));
    await world.subscribed('live', 1);
    const conversation = facts();
    await world.publish([messageCreated(conversation)]);
    await eventually(() => expect(received).toHaveLength(1));
    expect(received).toMatchObject([{ data: { inboxUpdates: { conversation: expected(conversation.id) } } }]);
    end();
    await world.subscribed('live', 0);
  });
});

describe('Relay', () => {
  const scalar = (name: string): NormalizationSelection => ({
    alias: null,
    args: null,
    kind: 'ScalarField',
    name,
    storageKey: null,
  });
  const linked = (
    name: string,
    concreteType: string,
    selections: readonly NormalizationSelection[],
    variable?: string,
  ): NormalizationSelection => ({
    alias: null,
    args: variable === undefined ? null : [{ kind: 'Variable', name: variable, variableName: variable }],
    concreteType,
    kind: 'LinkedField',
    name,
    plural: false,
    selections,
    storageKey: null,
  });

  /** What Relay's compiler makes of an operation that is registered. */
  function compiled(
    name: string,
    operationKind: 'query' | 'subscription',
    variable: string,
    selections: readonly NormalizationSelection[],
  ): ConcreteRequest {
    const argumentDefinitions = [{ defaultValue: null, kind: 'LocalArgument' as const, name: variable }];
    const id = idOf(`${operationKind} ${name}`);
    const type = operationKind === 'query' ? 'Query' : 'Subscription';
    return {
      kind: 'Request',
      fragment: { argumentDefinitions, kind: 'Fragment', metadata: null, name, selections: selections as never, type },
      operation: { argumentDefinitions, kind: 'Operation', name, selections },
      params: { id, cacheID: id, metadata: {}, name, operationKind, text: null } as RequestParameters,
    } as ConcreteRequest;
  }

  const conversationQuery = compiled('Conversation', 'query', 'id', [
    linked(
      'conversation',
      'Conversation',
      [
        ...['__typename', 'id', 'number', 'mood'].map(scalar),
        linked('channel', 'Channel', ['__typename', 'id', 'name'].map(scalar)),
      ],
      'id',
    ),
  ]);
  const liveSubscription = compiled('Live', 'subscription', 'after', [
    linked(
      'inboxUpdates',
      'InboxUpdate',
      [
        ...['__typename', 'cursor', 'kind'].map(scalar),
        linked('conversation', 'Conversation', ['__typename', 'id', 'number', 'mood'].map(scalar)),
      ],
      'after',
    ),
  ]);

  /** Sends ids and never texts, as Relay's own guide has it: queries by HTTP, subscriptions over a WebSocket. */
  function connect(router: Router) {
    const sockets = world.client(token, { url: `${urlOf(router).replace('http', 'ws')}` });
    const network = Network.create(
      async ({ id }, variables) => {
        const response = await fetch(urlOf(router), {
          method: 'POST',
          headers: { ...headers(), 'content-type': 'application/json' },
          body: JSON.stringify({ documentId: id, variables }),
        });
        return (await response.json()) as never;
      },
      ({ id }, variables) =>
        // The text is empty, but graphql-ws wants one.
        Observable.create((sink) =>
          sockets.subscribe({ query: '', documentId: id, variables } as never, sink as never),
        ),
    );
    return new Environment({ network, store: new Store(new RecordSource()) });
  }

  it('queries by registered ids, and its store has what came', async () => {
    const environment = connect(strict);
    const data = await fetchQuery(environment, conversationQuery, { id: 'a' }).toPromise();
    expect(data).toMatchObject({ conversation: { ...expected('a'), channel: { name: 'name of ch-a' } } });
    expect(environment.getStore().getSource().get('a')).toMatchObject({ __typename: 'Conversation', number: 7 });
  });

  it('subscribes by registered ids, and what comes changes what its store has', async () => {
    const environment = connect(strict);
    const received: unknown[] = [];
    const { dispose } = requestSubscription(environment, {
      subscription: liveSubscription,
      variables: {},
      onNext: (data) => received.push(data),
    });
    await world.subscribed('live', 1);
    const conversation = facts();
    await world.publish([messageCreated(conversation)]);
    await eventually(() => expect(received).toHaveLength(1));
    expect(environment.getStore().getSource().get(conversation.id)).toMatchObject({
      __typename: 'Conversation',
      mood: `mood of about ${conversation.id}`,
    });
    dispose();
    await world.subscribed('live', 0);
  });
});
