import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { NewEvent } from '#platform/events/catalogue.ts';
import type { VisitorIdentity } from '#platform/identity/identity.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationFacts } from '#schema/events/conversations.ts';
import { collect, type Collected } from '../testing/collect.ts';
import { facts, messageCreated, startWorld, tokenFor, visitor, type World } from '../testing/world.ts';

type Created = NewEvent<SwitchboardCatalogue> & { type: 'conversation.message.created' };

const query = `subscription Chat($after: String) {
  chatUpdates(after: $after) { cursor occurredAt message { id text } }
}`;
const origin = 'https://shop.example';

let world: World;
const open: Collected[] = [];
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
afterEach(async () => {
  for (const live of open.splice(0)) live.stop();
  await world.subscribed('live', 0);
});

const threadOf = ({ channelId, visitorId }: VisitorIdentity, overrides: Partial<ConversationFacts> = {}) =>
  facts({ platform: 'WEB_CHAT', channelId, threadExternalId: visitorId, ...overrides });
const idsOf = ({ updates }: Collected) => updates.map(({ message }) => message?.id);
const messageIdOf = (event: NewEvent<SwitchboardCatalogue>) => (event as Created).data.message.id;

function note(conversation: ConversationFacts): NewEvent<SwitchboardCatalogue> {
  const created = messageCreated(conversation) as Created;
  return { ...created, data: { ...created.data, message: { ...created.data.message, isPrivate: true } } };
}

async function listen(identity: VisitorIdentity, variables: Record<string, unknown> = {}): Promise<Collected> {
  const live = collect(world.client(await tokenFor(identity), { origin }), query, variables);
  open.push(live);
  await world.subscribed('live', open.length);
  return live;
}

describe('a visitor’s live chat', () => {
  it('shows what is written in the visitor’s thread, and what becomes of it', async () => {
    const [identity, messageId] = [visitor(), v7()];
    const conversation = threadOf(identity);
    const live = await listen(identity);
    const created = messageCreated(conversation, messageId) as Created;
    const { message } = created.data;
    await world.publish([
      created,
      {
        type: 'conversation.message.updated',
        actor: { kind: 'system' },
        data: { conversation, messageId, status: 'SENT', failure: null },
      },
      {
        type: 'conversation.message.changed',
        actor: { kind: 'system' },
        data: { conversation, message, change: 'EDITED' },
      },
    ]);
    await live.count(3);
    expect(idsOf(live)).toEqual([messageId, messageId, messageId]);
    expect(live.updates[0]).toEqual({
      cursor: expect.any(String),
      occurredAt: expect.stringMatching(/^\d{4}-.*Z$/),
      message: { id: messageId, text: `text of ${messageId}` },
    });
  });

  it('goes on in the visitor’s next conversation', async () => {
    const identity = visitor();
    const live = await listen(identity);
    const events = [threadOf(identity), threadOf(identity)].map((conversation) => messageCreated(conversation));
    await world.publish(events);
    await live.count(2);
    expect(idsOf(live)).toEqual(events.map(messageIdOf));
  });

  it('shows nothing that is somebody else’s, and nothing that is for agents', async () => {
    const identity = visitor();
    const { companyId, channelId, visitorId } = identity;
    const live = await listen(identity);
    const neighbour = visitor({ channelId });
    const theirs = await listen(neighbour);
    const own = messageCreated(threadOf(identity));
    await world.publish([messageCreated(threadOf(identity))], v7());
    await world.publish(
      [
        messageCreated(threadOf(neighbour)),
        messageCreated(threadOf(visitor({ visitorId }))),
        messageCreated(threadOf(identity, { threadExternalId: null })),
        note(threadOf(identity)),
        {
          type: 'conversation.message.changed',
          actor: { kind: 'system' },
          data: { ...(note(threadOf(identity)) as Created).data, change: 'EDITED' },
        },
        { type: 'conversation.opened', actor: { kind: 'contact' }, data: { conversation: threadOf(identity) } },
        {
          type: 'conversation.read',
          actor: { kind: 'agent' },
          data: { conversation: threadOf(identity), agentId: v7(), unreadCount: 0 },
        },
        own,
      ],
      companyId,
    );
    await live.count(1);
    expect(idsOf(live)).toEqual([messageIdOf(own)]);
    expect(theirs.updates).toHaveLength(1);
  });

  it('resumes behind its cursor: what was missed comes once and in order, among the events of others', async () => {
    const identity = visitor();
    const conversation = threadOf(identity);
    const events = Array.from({ length: 30 }, () => messageCreated(conversation));
    const live = await listen(identity);
    await world.publish(events.slice(0, 10));
    await live.count(10);
    live.stop();
    open.length = 0;
    await world.subscribed('live', 0);
    for (const event of events.slice(10, 20)) await world.publish([messageCreated(), note(conversation), event]);
    const after = live.updates[4]?.cursor;
    const resumed = await listen(identity, { after });
    await world.publish(events.slice(20));
    await resumed.count(25);
    expect(idsOf(resumed)).toEqual(events.slice(5).map(messageIdOf));
  });

  it('does not read a whole company’s day again: who is too far behind begins anew', async () => {
    const identity = visitor({ companyId: v7() });
    const live = await listen(identity);
    await world.publish([messageCreated(threadOf(identity))], identity.companyId);
    await live.count(1);
    const after = live.updates[0]?.cursor;
    const others = Array.from({ length: 5_001 }, () => messageCreated());
    await world.publish(others, identity.companyId);
    const late = collect(world.client(await tokenFor(identity), { origin }), query, { after });
    expect((await late.failed()).code).toBe('CURSOR_EXPIRED');
  });

  it('refuses a cursor that nobody gave out', async () => {
    const live = collect(world.client(await tokenFor(visitor()), { origin }), query, { after: 'nonsense' });
    expect((await live.failed()).code).toBe('BAD_USER_INPUT');
  });
});
