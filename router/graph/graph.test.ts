import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '#test/stack/eventually.ts';
import type { Router } from '../createRouter.ts';
import { collect } from '../testing/collect.ts';
import { openStream } from '../testing/eventStream.ts';
import { agent, company, startWorld, tokenFor, type World } from '../testing/world.ts';

let world: World;
let token: string;
/** Waits for no subgraph longer than a second, which those that answer may need on a busy machine. */
let impatient: Router;

beforeAll(async () => {
  world = await startWorld({ subgraphLimits: { timeoutMs: 30_000, connections: 8, maxResponseBytes: 1_000_000 } });
  impatient = world.another({ subgraphLimits: { ...world.config.subgraphLimits, timeoutMs: 1_000 } });
  await impatient.start();
  token = await tokenFor();
});
afterAll(async () => {
  await impatient.stop();
  await world.close();
});
beforeEach(() => {
  world.behaviour.entityFetches = 0;
  world.behaviour.unknown.clear();
});

describe('an operation over several subgraphs', () => {
  it('gets each field from the subgraph that owns it', async () => {
    const { data, errors } = await world.post(
      { query: '{ conversation(id: "1") { id subject channel { id name } } }' },
      { token },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      conversation: { id: '1', subject: 'about 1', channel: { id: 'ch-1', name: 'name of ch-1' } },
    });
  });

  it('gives @requires what it needs, with aliases, fragments and conditions', async () => {
    const query = `query Q($with: Boolean = true) {
      list: conversations { ...Row parent @include(if: $with) { m: mood } again: mood @skip(if: $with) }
    }
    fragment Row on Conversation { key: id mood __typename }`;
    const { data } = await world.post({ query }, { token });
    expect(data?.['list']).toEqual(
      ['a', 'b', 'c'].map((id) => ({
        key: id,
        mood: `mood of about ${id}`,
        __typename: 'Conversation',
        parent: { m: `mood of about ${id}'` },
      })),
    );
  });

  it('runs a mutation', async () => {
    const before = world.behaviour.touches;
    const { data } = await world.post({ query: 'mutation { touch(id: "1") }' }, { token });
    expect(data).toEqual({ touch: before + 1 });
  });

  it('tells subgraphs who asks, and under which request id', async () => {
    const identity = agent();
    const { data } = await world.post(
      { query: '{ caller }' },
      { token: await tokenFor(identity), headers: { 'x-request-id': 'request-42' } },
    );
    expect(JSON.parse(String(data?.['caller']))).toEqual(identity);
    expect(identity.companyId).toBe(company);
    expect(world.behaviour.requestIds.at(-1)).toBe('request-42');
  });

  it('refuses variables that do not fit, without asking a subgraph', async () => {
    const asked = world.behaviour.requestIds.length;
    const { status, errors } = await world.post(
      { query: 'query Q($id: ID!) { conversation(id: $id) { id } }', variables: { id: { not: 'an id' } } },
      { token },
    );
    expect(status).toBe(400);
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    expect(world.behaviour.requestIds).toHaveLength(asked);
  });

  it('does not show fields that are inaccessible', async () => {
    const { errors } = await world.post({ query: '{ conversation(id: "1") { secret } }' }, { token });
    expect(errors?.[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});

describe('errors of subgraphs', () => {
  it('with a code reach the client with it, and with nothing else from inside', async () => {
    const { data, errors } = await world.post({ query: '{ refused }' }, { token });
    expect(data).toEqual({ refused: null });
    expect(errors).toEqual([expect.objectContaining({ message: 'Not yours.', path: ['refused'] })]);
    expect(errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN' });
  });

  it('without a code are masked, with the id that finds them in the log', async () => {
    const answer = await world.post({ query: '{ broken }' }, { token, headers: { 'x-request-id': 'find-me' } });
    expect(answer.errors?.[0]).toMatchObject({
      message: 'Internal server error',
      path: ['broken'],
      extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'find-me' },
    });
    expect(JSON.stringify(answer)).not.toMatch(/hunter2|inbox|serviceName|stack/);
  });

  it('are not needed for a null where none may be to be told', async () => {
    world.behaviour.unknown.add('ch-1');
    const { data, errors } = await world.post({ query: '{ conversation(id: "1") { channel { name } } }' }, { token });
    expect(data).toEqual({ conversation: null });
    expect(errors?.[0]).toMatchObject({
      message: 'Internal server error',
      path: ['conversation', 'channel', 'name'],
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
  });
});

describe('a subgraph that', () => {
  it('takes too long is given up, and the rest is answered', async () => {
    const query = '{ slow conversation(id: "1") { mood } }';
    const { data, errors } = await world.post({ query }, { token, to: impatient });
    expect(data).toMatchObject({ slow: null });
    expect(errors?.[0]?.extensions).toEqual({ code: 'SUBGRAPH_UNAVAILABLE' });
    expect(errors?.[0]?.message).not.toContain('inbox');
  });

  it.each([
    ['a field', '{ answer(question: "How long?") { text } }', { answer: { text: 'Thirty days.' } }],
    [
      'a field of an entity that others have brought',
      '{ conversation(id: "1") { suggestedReply } }',
      { conversation: { suggestedReply: 'Thirty days.' } },
    ],
  ])('takes its time for %s that may last is waited for, and nothing else is', async (_what, query, data) => {
    const model = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    world.behaviour.reply = () => {
      begun.resolve();
      return model.promise;
    };
    const answered = world.post({ query }, { token, to: impatient });
    await begun.promise;
    // Was asked later, and is given up.
    const { errors } = await world.post({ query: '{ slow }' }, { token, to: impatient });
    expect(errors?.[0]?.extensions).toEqual({ code: 'SUBGRAPH_UNAVAILABLE' });
    model.resolve('Thirty days.');
    const { data: said, errors: none } = await answered;
    expect({ said, none }).toEqual({ said: data, none: undefined });
  });

  it('answers with more than the limit is cut off', async () => {
    const { data, errors } = await world.post({ query: '{ large }' }, { token });
    expect(data).toEqual({ large: null });
    expect(errors?.[0]?.extensions['code']).toBe('SUBGRAPH_UNAVAILABLE');
  });

  it('is away leaves its fields null and the others answered, and is asked again when it is back', async () => {
    const query = '{ conversation(id: "1") { subject mood } }';
    await world.channels.stop();
    const { data, errors } = await world.post({ query }, { token });
    expect(data).toEqual({ conversation: { subject: 'about 1', mood: null } });
    expect(errors?.[0]?.extensions).toEqual({ code: 'SUBGRAPH_UNAVAILABLE' });

    await world.channels.start();
    await eventually(async () => {
      expect((await world.post({ query }, { token })).errors).toBeUndefined();
    });
  });

  it('was restarted between two requests costs the second one nothing', async () => {
    await world.post({ query: '{ conversation(id: "1") { id } }' }, { token });
    await world.inbox.stop();
    await world.inbox.start();
    const { errors } = await world.post({ query: '{ conversation(id: "1") { id } }' }, { token });
    expect(errors).toBeUndefined();
  });

  it('is away makes the router say so in its readiness', async () => {
    const ready = async () => {
      const response = await fetch(`${world.router.url()}/health/ready`);
      return { status: response.status, body: (await response.json()) as { checks: Record<string, string> } };
    };
    await eventually(async () =>
      expect((await ready()).body.checks).toEqual({ nats: 'ok', redis: 'ok', inbox: 'ok', channels: 'ok' }),
    );
    await world.channels.stop();
    await eventually(async () => {
      const without = await ready();
      expect(without.status).toBe(503);
      expect(without.body.checks).toMatchObject({ inbox: 'ok', channels: expect.not.stringMatching('^ok$') });
    });
    await world.channels.start();
    await eventually(async () => expect((await ready()).status).toBe(200));
  });
});

describe('what a model is asked for', () => {
  const question = '{ answer(question: "How long?") { text } }';
  const reply = '{ conversation(id: "1") { suggestedReply } }';
  const later = '{ conversation(id: "1") { id ... @defer { suggestedReply } } }';

  /** A model that says nothing until it is told to, or given up. */
  function modelAtWork() {
    const asked: { readonly say: (text: string) => void; readonly signal: AbortSignal }[] = [];
    world.behaviour.reply = (signal) => {
      const { promise, resolve: say, reject } = Promise.withResolvers<string>();
      asked.push({ say, signal });
      signal.addEventListener('abort', () => reject(new Error('given up')), { once: true });
      return promise;
    };
    return {
      asked,
      begun: (count = 1) => eventually(() => expect(asked).toHaveLength(count)),
      givenUp: () => asked.map(({ signal }) => signal.aborted),
    };
  }

  /** Asks in one request, which may be dropped. */
  async function requestFor(query: string, headers: Record<string, string> = {}) {
    const leaving = new AbortController();
    const given = { token, headers, signal: leaving.signal };
    const answered = world.post({ query }, given).catch((error: unknown) => error);
    return { answered, leave: () => leaving.abort() };
  }
  async function socketFor(query: string) {
    const { stop: leave } = collect(world.client(token), query);
    return { leave };
  }
  function streamFor(query: string) {
    return openStream(`${world.router.url()}/graphql`, { query }, { authorization: `Bearer ${token}` });
  }

  it.each([
    ['a request', () => requestFor(question)],
    ['a request that asks for it of an entity', () => requestFor(reply)],
    ['a request that takes it later', () => requestFor(later, { accept: 'multipart/mixed;deferSpec=20220824' })],
    ['a query over a socket', () => socketFor(question)],
    ['a stream of events', () => streamFor(reply)],
  ])('is given up when the client drops %s', async (_what, begin) => {
    const model = modelAtWork();
    const asked = await begin();
    await model.begun();
    expect(model.givenUp()).toEqual([false]);
    asked.leave();
    await eventually(() => expect(model.givenUp()).toEqual([true]));
  });

  it('goes on for who asked the same at the same moment and stays, and is given up when they leave too', async () => {
    const shared = async () =>
      Number(/^switchboard_router_operations_shared_total\{[^}]*\} (\d+)$/m.exec(await world.metrics.text())?.[1] ?? 0);
    const model = modelAtWork();
    const before = await shared();
    const [ada, ben] = await Promise.all([requestFor(question), requestFor(question)]);
    await model.begun();
    await eventually(async () => expect(await shared()).toBe(before + 1));
    ada.leave();
    await ada.answered;
    model.asked[0]?.say('Thirty days.');
    expect(await ben.answered).toMatchObject({ data: { answer: { text: 'Thirty days.' } } });

    const both = await Promise.all([requestFor(question), requestFor(question)]);
    await model.begun(2);
    await eventually(async () => expect(await shared()).toBe(before + 2));
    for (const { leave } of both) leave();
    await eventually(() => expect(model.givenUp()).toEqual([false, true]));
  });
});
