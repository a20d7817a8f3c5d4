import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { ensureStreams, EVENTS } from '#platform/events/streams.ts';
import { eventually } from '#test/stack/eventually.ts';
import { collect } from '../testing/collect.ts';
import { openStream } from '../testing/eventStream.ts';
import { agent, company, facts, messageCreated, startWorld, tokenFor, type World } from '../testing/world.ts';
import { encodePosition } from './cursor.ts';

const inbox = /* GraphQL */ `
  subscription Inbox($filter: ConversationFilter, $after: String) {
    inboxUpdates(filter: $filter, after: $after) {
      cursor
      kind
      occurredAt
      conversation {
        id
        number
        channel {
          name
        }
        mood
      }
      message {
        id
        text
      }
    }
  }
`;
const short = `subscription Short($filter: ConversationFilter, $after: String) {
  inboxUpdates(filter: $filter, after: $after) { cursor kind conversation { id } message { id } }
}`;

let world: World;
let token: string;

beforeAll(async () => {
  world = await startWorld({ live: { bufferEvents: 20 } });
  token = await tokenFor();
});
afterAll(() => world.close());
beforeEach(() => {
  world.behaviour.delay = async () => undefined;
  world.behaviour.unknown.clear();
});

/** Subscriptions begin some time after they are sent: this waits for it. */
async function metric(name: string): Promise<number> {
  const values = (await world.metrics.text()).matchAll(new RegExp(`^${name}\\{[^}]*\\} (\\d+)$`, 'gm'));
  return [...values].reduce((sum, [, value]) => sum + Number(value), 0);
}

describe('a live subscription', () => {
  it('ends what a model is asked for its events when the last of those leaves who share them', async () => {
    let signal: AbortSignal | undefined;
    world.behaviour.reply = (given) => {
      signal = given;
      return new Promise((_resolve, reject) => given.addEventListener('abort', () => reject(new Error('given up'))));
    };
    const query = 'subscription { inboxUpdates { cursor conversation { suggestedReply } } }';
    const [one, other] = [1, 2].map(() => collect(world.client(token), query));
    await world.subscribed('live', 2);
    await world.publish([messageCreated()]);
    await eventually(() => expect(signal).toBeDefined());
    one?.stop();
    await world.subscribed('live', 1);
    expect(signal?.aborted).toBe(false);
    other?.stop();
    await eventually(() => expect(signal?.aborted).toBe(true));
    await world.subscribed('live', 0);
  });

  it('gets an event with fields from several subgraphs', async () => {
    const live = collect(world.client(token), inbox);
    await world.subscribed('live', 1);
    const conversation = facts();
    await world.publish([messageCreated(conversation, v7())]);
    await live.count(1);
    const [update] = live.updates;
    expect(live.results[0]?.errors).toBeUndefined();
    expect(update).toEqual({
      cursor: expect.any(String),
      kind: 'MESSAGE_ADDED',
      occurredAt: expect.stringMatching(/^\d{4}-.*Z$/),
      conversation: {
        id: conversation.id,
        number: 7,
        channel: { name: `name of ch-${conversation.id}` },
        mood: `mood of about ${conversation.id}`,
      },
      message: { id: expect.any(String), text: expect.stringMatching(/^text of /) },
    });
    live.stop();
    await world.subscribed('live', 0);
  });

  it('takes aliases, fragments and conditions below its root', async () => {
    const query = `subscription S($yes: Boolean!) { changed: inboxUpdates { ...F at: occurredAt @skip(if: $yes) } }
      fragment F on InboxUpdate { what: kind about: conversation { key: id feeling: mood @include(if: $yes) } }`;
    const live = collect(world.client(token), query, { yes: true });
    await world.subscribed('live', 1);
    const conversation = facts();
    await world.publish([messageCreated(conversation)]);
    await live.count(1);
    expect(live.results[0]).toEqual({
      data: {
        changed: {
          what: 'MESSAGE_ADDED',
          about: { key: conversation.id, feeling: `mood of about ${conversation.id}` },
        },
      },
    });
    live.stop();
    await world.subscribed('live', 0);
  });

  it('gets events in order, also when an earlier one takes longer to execute', async () => {
    const conversations = Array.from({ length: 10 }, () => facts());
    const first = conversations[0]?.id;
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    world.behaviour.delay = (id) => (id === `ch-${first}` ? held : Promise.resolve());
    const live = collect(world.client(token), inbox);
    await world.subscribed('live', 1);
    const before = await metric('switchboard_router_live_executions_total');
    await world.publish(conversations.map((conversation) => messageCreated(conversation)));
    await eventually(async () =>
      expect(await metric('switchboard_router_live_executions_total')).toBeGreaterThan(before + 4),
    );
    expect(live.updates).toEqual([]);
    release();
    await live.count(10);
    expect(live.updates.map(({ conversation }) => conversation.id)).toEqual(conversations.map(({ id }) => id));
    live.stop();
    await world.subscribed('live', 0);
  });

  it('gets nothing of another company', async () => {
    const stranger = collect(world.client(await tokenFor(agent({ companyId: v7() }))), short);
    const own = collect(world.client(token), short);
    await world.subscribed('live', 2);
    await world.publish([messageCreated()]);
    await own.count(1);
    expect(stranger.results).toEqual([]);
    own.stop();
    stranger.stop();
    await world.subscribed('live', 0);
  });

  it('names the message that was changed, or is sent once more', async () => {
    const live = collect(world.client(token), short);
    await world.subscribed('live', 1);
    const conversation = facts();
    const created = messageCreated(conversation);
    if (created.type !== 'conversation.message.created') throw new Error('not a message');
    const { message } = created.data;
    const actor = { kind: 'system' } as const;
    const delivery = { threadExternalId: '42', replyToExternalId: null };
    await world.publish([
      { type: 'conversation.message.changed', actor, data: { conversation, message, change: 'EDITED' } },
      { type: 'conversation.message.retried', actor, data: { conversation, message, delivery } },
    ]);
    await live.count(2);
    const update = { kind: 'MESSAGE_UPDATED', conversation: { id: conversation.id }, message: { id: message.id } };
    expect(live.updates).toMatchObject([update, update]);
    live.stop();
    await world.subscribed('live', 0);
  });

  it('tells of reading only whoever read', async () => {
    const reader = agent();
    const [mine, theirs] = [collect(world.client(await tokenFor(reader)), short), collect(world.client(token), short)];
    await world.subscribed('live', 2);
    const agentId = reader.kind === 'agent' ? reader.agentId : '';
    await world.publish([
      { type: 'conversation.read', actor: { kind: 'agent' }, data: { conversation: facts(), agentId, unreadCount: 0 } },
      messageCreated(),
    ]);
    await mine.count(2);
    await theirs.count(1);
    expect(mine.updates.map(({ kind }) => kind)).toEqual(['READ', 'MESSAGE_ADDED']);
    expect(theirs.updates.map(({ kind }) => kind)).toEqual(['MESSAGE_ADDED']);
    mine.stop();
    theirs.stop();
    await world.subscribed('live', 0);
  });

  it('delivers the errors of an event and goes on', async () => {
    const [lost, kept] = [facts(), facts()];
    world.behaviour.unknown.add(lost.id);
    const live = collect(world.client(token), inbox);
    await world.subscribed('live', 1);
    await world.publish([messageCreated(lost), messageCreated(kept)]);
    await live.count(2);
    expect(live.results[0]?.data).toMatchObject({ inboxUpdates: { conversation: null } });
    expect(live.results[0]?.errors).toEqual([
      expect.objectContaining({ extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) } }),
    ]);
    expect(live.updates.at(-1)?.conversation.id).toBe(kept.id);
    live.stop();
    await world.subscribed('live', 0);
  });

  it('of one conversation hears of no other', async () => {
    const [wanted, other] = [facts(), facts()];
    const query =
      'subscription One($id: ID!) { conversationUpdates(id: $id) { cursor kind conversation { id } message { id } } }';
    const live = collect(world.client(token), query, { id: wanted.id });
    await world.subscribed('live', 1);
    await world.publish([messageCreated(other), messageCreated(wanted)]);
    await live.count(1);
    expect(live.updates.map(({ conversation }) => conversation.id)).toEqual([wanted.id]);
    live.stop();
    await world.subscribed('live', 0);
  });

  it('hears of conversations that its filter asks for', async () => {
    const teamId = v7();
    const live = collect(world.client(token), short, { filter: { status: ['OPEN'], teamId, unassigned: true } });
    await world.subscribed('live', 1);
    const wanted = facts({ teamId });
    await world.publish([
      messageCreated(facts({ teamId, status: 'RESOLVED' })),
      messageCreated(facts({ teamId: v7() })),
      messageCreated(facts({ teamId, assigneeId: v7() })),
      messageCreated(wanted),
    ]);
    await live.count(1);
    expect(live.updates.map(({ conversation }) => conversation.id)).toEqual([wanted.id]);
    live.stop();
    await world.subscribed('live', 0);
  });

  it('tells of wrong values without a word for each of thousands', async () => {
    const query =
      'subscription S($status: [ConversationStatus!]) { inboxUpdates(filter: { status: $status }) { kind } }';
    const status = Array.from({ length: 5_000 }, () => 'NONE');
    const failure = collect(world.client(token), query, { status });
    expect((await failure.failed()).code).toBe('BAD_USER_INPUT');
    expect(JSON.stringify(failure.error).length).toBeLessThan(20_000);
  });

  it('refuses null where a value must be, also where the operation has another by default', async () => {
    const query = 'subscription S($id: ID = "1") { conversationUpdates(id: $id) { kind } }';
    expect((await collect(world.client(token), query, { id: null }).failed()).code).toBe('BAD_USER_INPUT');
  });

  it.each([{ unread: true }, { search: 'hello' }])('cannot filter by %j', async (filter) => {
    const { code } = await collect(world.client(token), short, { filter }).failed();
    expect(code).toBe('BAD_USER_INPUT');
  });
});

describe('equal subscriptions', () => {
  it('share one reader, one execution and one serialisation of each event, on sockets and streams alike', async () => {
    const own = await tokenFor(agent());
    const all = Array.from({ length: 5 }, () => [world.client(own), world.client(own)]).flatMap((clients) =>
      clients.map((client) => collect(client, inbox)),
    );
    const headers = { authorization: `Bearer ${own}` };
    const streams = await Promise.all(
      [1, 2].map(() => openStream(`${world.router.url()}/graphql`, { query: inbox }, headers)),
    );
    await world.subscribed('live', 12);
    const consumers = async () => (await world.nats.manager.streams.info(EVENTS.name)).state.consumer_count;
    const before = {
      executions: await metric('switchboard_router_live_executions_total'),
      bytes: await metric('switchboard_router_live_serialised_bytes_total'),
    };
    expect(await metric('switchboard_router_live_groups')).toBe(1);
    expect(await consumers()).toBe(1);
    await world.publish([messageCreated(), messageCreated()]);
    await Promise.all([...all, ...streams].map((live) => live.count(2)));
    expect(await metric('switchboard_router_live_executions_total')).toBe(before.executions + 2);
    const told = streams[0]?.events.map(({ data }) => Buffer.byteLength(data)) ?? [];
    const bytes = told.reduce((sum, length) => sum + length, 0);
    expect(await metric('switchboard_router_live_serialised_bytes_total')).toBe(before.bytes + bytes);
    for (const live of all) expect(live.results).toEqual(streams[0]?.answers);
    // One that leaves takes nothing from the others.
    all[0]?.stop();
    await world.subscribed('live', 11);
    await world.publish([messageCreated()]);
    await Promise.all([...all.slice(1), ...streams].map((live) => live.count(3)));
    all.forEach((live) => live.stop());
    streams.forEach((stream) => stream.leave());
    await world.subscribed('live', 0);
  });
});

describe('a cursor', () => {
  it('brings what was missed, then what is live', async () => {
    const live = collect(world.client(token), short);
    await world.subscribed('live', 1);
    await world.publish([messageCreated()]);
    await live.count(1);
    live.stop();
    await world.subscribed('live', 0);
    const missed = Array.from({ length: 30 }, () => facts());
    await world.publish(missed.map((conversation) => messageCreated(conversation)));
    await world.publish([messageCreated()], v7());

    const resumed = collect(world.client(token), short, { after: live.updates[0]?.cursor });
    await resumed.count(30);
    const later = facts();
    await world.publish([messageCreated(later)]);
    await resumed.count(31);
    expect(resumed.updates.map(({ conversation }) => conversation.id)).toEqual([...missed, later].map(({ id }) => id));
    resumed.stop();
    await world.subscribed('live', 0);
  });

  it('lets those who resume share with those who stayed', async () => {
    const client = world.client(await tokenFor(agent()));
    const stayed = collect(client, short);
    await world.subscribed('live', 1);
    await world.publish([messageCreated()]);
    await stayed.count(1);
    const resumed = collect(client, short, { after: stayed.updates[0]?.cursor });
    await world.subscribed('live', 2);
    await world.publish([messageCreated()]);
    await resumed.count(1);
    await eventually(async () => expect(await metric('switchboard_router_live_groups')).toBe(1));
    stayed.stop();
    resumed.stop();
    await world.subscribed('live', 0);
  });

  it.each([
    ['nonsense', 'nonsense', 'BAD_USER_INPUT'],
    ['one of another list', Buffer.from('["2026-01-01",1,2]').toString('base64url'), 'BAD_USER_INPUT'],
    ['one of a stream that is gone', encodePosition({ stream: '2020-01-01T00:00:00Z', sequence: 1 }), 'CURSOR_EXPIRED'],
  ])('that is %s is refused', async (_, after, code) => {
    expect((await collect(world.client(token), short, { after }).failed()).code).toBe(code);
  });

  it('older than what the stream keeps has expired', async () => {
    const live = collect(world.client(token), short);
    await world.subscribed('live', 1);
    await world.publish([messageCreated()]);
    await live.count(1);
    live.stop();
    await world.subscribed('live', 0);
    await world.publish([messageCreated(), messageCreated(), messageCreated()]);
    await world.nats.manager.streams.purge(EVENTS.name, { keep: 1 });
    const { code } = await collect(world.client(token), short, { after: live.updates[0]?.cursor }).failed();
    expect(code).toBe('CURSOR_EXPIRED');
  });
});

describe('a subscriber that stays behind', () => {
  it('is ended with a cursor, and loses nothing by resuming from it', async () => {
    const identity = agent();
    const conversations = Array.from({ length: 60 }, () => facts());
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const live = collect(world.client(await tokenFor(identity)), inbox);
    await world.subscribed('live', 1);
    await world.publish([messageCreated(conversations[0])]);
    await live.count(1);
    world.behaviour.delay = () => held;
    await world.publish(conversations.slice(1).map((conversation) => messageCreated(conversation)));
    const { code, extensions } = await live.failed();
    expect(code).toBe('SLOW_CONSUMER');
    release();
    await world.subscribed('live', 0);

    const resumed = collect(world.client(await tokenFor(identity)), inbox, { after: extensions['cursor'] });
    await resumed.count(conversations.length - live.updates.length);
    expect([...live.updates, ...resumed.updates].map(({ conversation }) => conversation.id)).toEqual(
      conversations.map(({ id }) => id),
    );
    resumed.stop();
    await world.subscribed('live', 0);
  });
});

describe('while NATS is away', () => {
  it('subscriptions stay, and get what happened once it is back, once and in order', async () => {
    const live = collect(world.client(token), short);
    await world.subscribed('live', 1);
    const ids = Array.from({ length: 6 }, () => facts());
    await world.publish(ids.slice(0, 3).map((conversation) => messageCreated(conversation)));
    await live.count(3);
    await world.natsServer.kill9();
    await eventually(async () => expect((await fetch(`${world.router.url()}/health/ready`)).status).toBe(503));
    const { code } = await collect(world.client(token), short, { after: live.updates[0]?.cursor }).failed();
    expect(code).toBe('EVENTS_UNAVAILABLE');
    await world.natsServer.restart();
    await eventually(() => world.publish(ids.slice(3).map((conversation) => messageCreated(conversation))));
    // A repetition would come before the last one.
    await eventually(() => expect(live.updates.at(-1)?.conversation.id).toBe(ids.at(-1)?.id));
    expect(live.updates.map(({ conversation }) => conversation.id)).toEqual(ids.map(({ id }) => id));
    live.stop();
    await world.subscribed('live', 0);
  });

  it('and it lost its stream, subscriptions are told that their place in it is gone', async () => {
    const live = collect(world.client(token), short);
    await world.subscribed('live', 1);
    await world.nats.manager.streams.delete(EVENTS.name);
    await ensureStreams(world.nats.manager, [EVENTS]);
    await world.natsServer.kill9();
    await world.natsServer.restart();
    expect((await live.failed()).code).toBe('CURSOR_EXPIRED');
    await world.subscribed('live', 0);

    const anew = collect(world.client(token), short);
    await world.subscribed('live', 1);
    await eventually(() => world.publish([messageCreated(facts())], company));
    await anew.count(1);
    anew.stop();
  });
});
