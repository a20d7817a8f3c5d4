import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { NewEvent } from '#platform/events/catalogue.ts';
import type { ClientIdentity } from '#platform/identity/identity.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { viewersSubject, type ViewersSignal } from '#schema/events/signals.ts';
import { collect, type Collected } from '../testing/collect.ts';
import { agent, company, messageCreated, startWorld, tokenFor, visitor, type World } from '../testing/world.ts';

const presence =
  'subscription ($after: String) { presenceUpdates(after: $after) { cursor agent { id name } presence since } }';
const viewers = 'subscription ($id: ID!) { conversationViewers(id: $id) { conversationId viewers { id name } } }';
const partner = { kind: 'partner', companyId: company, partner: 'crm', scopes: [] } as const;

let world: World;
const open: Collected[] = [];
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
afterEach(async () => {
  for (const live of open.splice(0)) live.stop();
  await world.subscribed('viewers', 0);
  await world.subscribed('live', 0);
});

async function listen(kind: 'live' | 'viewers', query: string, variables = {}, identity: ClientIdentity = agent()) {
  const live = collect(world.client(await tokenFor(identity)), query, variables);
  open.push(live);
  await world.subscribed(kind, open.length);
  return live;
}

const told = (live: Collected) => live.updates.map((update) => update as unknown);

describe('presenceUpdates', () => {
  const since = '2026-03-01T09:00:00.000Z';
  const became = (agentId: string, state: 'ONLINE' | 'AWAY' | 'OFFLINE'): NewEvent<SwitchboardCatalogue> => ({
    type: 'conversation.agent.presence',
    actor: { kind: 'system' },
    data: { agentId, presence: state, since },
  });

  it('tells who of the company comes and goes, and nothing of what happens in the inbox', async () => {
    const live = await listen('live', presence);
    const ada = v7();
    await world.publish([became(v7(), 'ONLINE')], v7());
    await world.publish([became(ada, 'ONLINE'), messageCreated(), became(ada, 'OFFLINE')]);
    await live.count(2);
    const who = { id: ada, name: `name of ${ada}` };
    expect(told(live)).toMatchObject([
      { agent: who, presence: 'ONLINE', since },
      { agent: who, presence: 'OFFLINE', since },
    ]);
  });

  it('goes on after what was seen last', async () => {
    const ada = v7();
    const live = await listen('live', presence);
    await world.publish([became(ada, 'ONLINE'), became(ada, 'AWAY')]);
    await live.count(2);
    const again = await listen('live', presence, { after: live.updates[0]?.cursor });
    await again.count(1);
    expect(told(again)).toMatchObject([{ presence: 'AWAY' }]);
  });

  it('is not mixed into inboxUpdates', async () => {
    const live = await listen('live', 'subscription { inboxUpdates { kind } }');
    await world.publish([became(v7(), 'ONLINE'), messageCreated()]);
    await live.count(1);
    expect(told(live)).toEqual([{ kind: 'MESSAGE_ADDED' }]);
  });

  it.each([
    ['partners', partner],
    ['visitors', visitor()],
  ])('is not for %s', async (_, identity) => {
    const origin = identity.kind === 'visitor' ? { origin: identity.origin } : {};
    const live = collect(world.client(await tokenFor(identity), origin), presence);
    expect((await live.failed()).code).toBe('FORBIDDEN');
  });
});

describe('conversationViewers', () => {
  const tell = (signal: unknown, companyId = company) =>
    world.nats.connection.publish(viewersSubject(companyId), JSON.stringify(signal));
  const said = (conversationId: string, agentIds: readonly string[], leavesInMs = 45_000): ViewersSignal => ({
    conversationId,
    viewers: agentIds.map((agentId) => ({ agentId, leavesInMs })),
  });
  const seen = (live: Collected) =>
    (live.updates as unknown as { viewers: { id: string }[] }[]).map((one) => one.viewers.map(({ id }) => id));

  it('tells all who look at the conversation, whenever they are others than before', async () => {
    const id = v7();
    const [ada, ben] = [v7(), v7()].toSorted() as [string, string];
    const live = await listen('viewers', viewers, { id: id.toUpperCase() });
    tell(said(id, [ada]));
    await live.count(1);
    tell(said(id, [ada]));
    tell(said(v7(), [ben]));
    tell(said(id, [ben]), v7());
    tell('nonsense');
    tell(said(id, [ada, ben]));
    await live.count(2);
    tell(said(id, []));
    await live.count(3);
    expect(seen(live)).toEqual([[ada], [ada, ben], []]);
    expect(told(live)[0]).toEqual({ conversationId: id, viewers: [{ id: ada, name: `name of ${ada}` }] });
  });

  it('lets go by itself who says nothing more', async () => {
    const id = v7();
    const ada = v7();
    const live = await listen('viewers', viewers, { id });
    tell(said(id, [ada], 50));
    await live.count(2);
    expect(seen(live)).toEqual([[ada], []]);
  });

  it('is for agents', async () => {
    const live = collect(world.client(await tokenFor(partner)), viewers, { id: v7() });
    expect((await live.failed()).code).toBe('FORBIDDEN');
  });
});
