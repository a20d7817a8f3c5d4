import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { ClientIdentity, VisitorIdentity } from '#platform/identity/identity.ts';
import { typingSubject, type TypingSignal } from '#schema/events/signals.ts';
import { eventually } from '#test/stack/eventually.ts';
import { collect, type Collected } from '../../testing/collect.ts';
import { agent, company, startWorld, tokenFor, visitor, type World } from '../../testing/world.ts';

const forAgents = `subscription T($id: ID!) {
  typing(conversationId: $id) { conversationId isTyping author { __typename ... on Agent { id name } ... on Contact { id } } }
}`;
const forVisitors = 'subscription { chatTyping { isTyping name } }';

let world: World;
const open: Collected[] = [];
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
afterEach(async () => {
  for (const live of open.splice(0)) live.stop();
  await world.subscribed('typing', 0);
});

function signal(overrides: Partial<TypingSignal> = {}): TypingSignal {
  return {
    conversationId: v7(),
    channelId: v7(),
    threadExternalId: v7(),
    author: { kind: 'AGENT', id: v7(), name: 'Ada' },
    isTyping: true,
    ...overrides,
  };
}

const toldTo = (identity: VisitorIdentity, overrides: Partial<TypingSignal> = {}) =>
  signal({ channelId: identity.channelId, threadExternalId: identity.visitorId, ...overrides });

const tell = (told: unknown, companyId = company) =>
  world.nats.connection.publish(typingSubject(companyId), JSON.stringify(told));

async function listen(identity: ClientIdentity, query: string, variables = {}): Promise<Collected> {
  const origin = identity.kind === 'visitor' ? { origin: identity.origin } : {};
  const live = collect(world.client(await tokenFor(identity), origin), query, variables);
  open.push(live);
  await world.subscribed('typing', open.length);
  return live;
}

const told = (live: Collected) => live.updates.map((update) => update as unknown);

describe('an agent', () => {
  it('sees who begins and stops to write in the conversation, once for each', async () => {
    const conversationId = v7();
    const live = await listen(agent(), forAgents, { id: conversationId });
    const contact = { kind: 'CONTACT', id: v7(), name: 'Kim' } as const;
    const colleague = { kind: 'AGENT', id: v7(), name: 'Ben' } as const;
    tell(signal({ conversationId, author: contact }));
    tell(signal({ conversationId, author: contact }));
    tell(signal({ conversationId, author: colleague }));
    tell(signal({ conversationId, author: contact, isTyping: false }));
    tell(signal({ conversationId, author: contact, isTyping: false }));
    await live.count(3);
    expect(told(live)).toEqual([
      { conversationId, isTyping: true, author: { __typename: 'Contact', id: contact.id } },
      {
        conversationId,
        isTyping: true,
        author: { __typename: 'Agent', id: colleague.id, name: `name of ${colleague.id}` },
      },
      { conversationId, isTyping: false, author: { __typename: 'Contact', id: contact.id } },
    ]);
  });

  it('sees nothing of other conversations and of other companies', async () => {
    const conversationId = v7();
    const live = await listen(agent(), forAgents, { id: conversationId.toUpperCase() });
    tell(signal());
    tell(signal({ conversationId }), v7());
    tell('nonsense');
    tell(signal({ conversationId, author: { kind: 'CONTACT', id: v7(), name: null } }));
    await live.count(1);
    expect(live.updates).toMatchObject([{ author: { __typename: 'Contact' } }]);
  });

  it('is told by the end of somebody who does not say that they go on', async () => {
    const conversationId = v7();
    const live = await listen(agent(), forAgents, { id: conversationId });
    tell(signal({ conversationId }));
    await live.count(2);
    expect(live.updates).toMatchObject([{ isTyping: true }, { isTyping: false }]);
  });

  it('has to be one: a partner may not know', async () => {
    const partner = { kind: 'partner', companyId: company, partner: 'crm', scopes: [] } as const;
    const live = collect(world.client(await tokenFor(partner)), forAgents, { id: v7() });
    expect((await live.failed()).code).toBe('FORBIDDEN');
  });
});

describe('a visitor', () => {
  it('sees that somebody of the company writes, until nobody does', async () => {
    const identity = visitor();
    const live = await listen(identity, forVisitors);
    const ada = { kind: 'AGENT', id: v7(), name: 'Ada' } as const;
    const bot = { kind: 'BOT', id: v7(), name: 'Otto' } as const;
    tell(toldTo(identity, { author: ada }));
    await live.count(1);
    tell(toldTo(identity, { author: bot }));
    await live.count(2);
    tell(toldTo(identity, { author: bot, isTyping: false }));
    await live.count(3);
    tell(toldTo(identity, { author: ada, isTyping: false }));
    await live.count(4);
    expect(told(live)).toEqual([
      { isTyping: true, name: 'Ada' },
      { isTyping: true, name: 'Otto' },
      { isTyping: true, name: 'Ada' },
      { isTyping: false, name: null },
    ]);
  });

  it('sees neither themselves nor who writes to others', async () => {
    const identity = visitor();
    const live = await listen(identity, forVisitors);
    tell(toldTo(identity, { author: { kind: 'CONTACT', id: v7(), name: 'Kim' } }));
    tell(toldTo(visitor({ channelId: identity.channelId })));
    tell(toldTo(visitor({ visitorId: identity.visitorId })));
    tell(toldTo(identity), v7());
    tell(toldTo(identity, { author: { kind: 'AGENT', id: v7(), name: 'Right' } }));
    await live.count(1);
    expect(told(live)).toEqual([{ isTyping: true, name: 'Right' }]);
  });
});

it('is heard again after NATS was away', async () => {
  const conversationId = v7();
  const live = await listen(agent(), forAgents, { id: conversationId });
  await world.natsServer.kill9();
  await world.natsServer.restart();
  await eventually(() => {
    tell(signal({ conversationId }));
    expect(live.updates.length).toBeGreaterThan(0);
  });
});
