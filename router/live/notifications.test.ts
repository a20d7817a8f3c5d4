import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { NewEvent } from '#platform/events/catalogue.ts';
import type { ClientIdentity } from '#platform/identity/identity.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { collect, type Collected } from '../testing/collect.ts';
import { agent, company, messageCreated, startWorld, tokenFor, visitor, type World } from '../testing/world.ts';

const query = `subscription Told($after: String) {
  notificationUpdates(after: $after) { cursor notification { id kind } unreadNotificationCount occurredAt }
}`;

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

async function listen(identity: ClientIdentity, variables: Record<string, unknown> = {}): Promise<Collected> {
  const live = collect(world.client(await tokenFor(identity)), query, variables);
  open.push(live);
  await world.subscribed('live', open.length);
  return live;
}

/** As one fact that concerns all of them tells it; by the agent, the notification and how many are unread. */
function added(...told: [ClientIdentity, string, number][]): NewEvent<SwitchboardCatalogue> {
  const recipients = told.map(([identity, notificationId, unreadCount]) => ({
    agentId: agentIdOf(identity),
    notificationId,
    unreadCount,
  }));
  return { type: 'conversation.notification.added', actor: { kind: 'system' }, data: { recipients } };
}
const read = (identity: ClientIdentity, unreadCount: number): NewEvent<SwitchboardCatalogue> => ({
  type: 'conversation.notification.read',
  actor: { kind: 'agent' },
  data: { agentId: agentIdOf(identity), unreadCount },
});
const agentIdOf = (identity: ClientIdentity) => (identity.kind === 'agent' ? identity.agentId : '');
const seen = ({ updates }: Collected) =>
  (updates as unknown as { notification: { id: string } | null; unreadNotificationCount: number }[]).map(
    ({ notification, unreadNotificationCount }) => [notification?.id ?? null, unreadNotificationCount],
  );

describe('an agent’s live drafts', () => {
  it('come to the agent’s other devices, and to nobody else', async () => {
    const ada = agent();
    const drafts = `subscription { draftUpdates { cursor kind conversation { id } draft { id text } } }`;
    const twin = agent({ companyId: v7(), agentId: agentIdOf(ada) });
    const [phone, laptop, colleague, stranger] = await Promise.all(
      [ada, ada, agent(), twin].map(async (identity) => collect(world.client(await tokenFor(identity)), drafts)),
    );
    open.push(...[phone, laptop, colleague, stranger].flatMap((live) => live ?? []));
    await world.subscribed('live', 4);
    const [conversationId, draftId] = [v7(), v7()];
    const data = { agentId: agentIdOf(ada), conversationId, kind: 'NOTE', draftId } as const;
    const type = 'conversation.draft.changed';
    await world.publish([
      { type, actor: { kind: 'agent' }, data },
      { type, actor: { kind: 'agent' }, data: { ...data, draftId: null } },
    ]);
    await Promise.all([phone?.count(2), laptop?.count(2)]);
    for (const live of [phone, laptop]) {
      expect(live?.updates).toMatchObject([
        { kind: 'NOTE', conversation: { id: conversationId }, draft: { id: draftId, text: `draft ${draftId}` } },
        { kind: 'NOTE', conversation: { id: conversationId }, draft: null },
      ]);
    }
    expect(colleague?.results).toEqual([]);
    expect(stranger?.results).toEqual([]);
  });

  it.each<[string, () => ClientIdentity]>([
    ['a visitor', visitor],
    ['a partner', () => ({ kind: 'partner', companyId: company, partner: 'crm', scopes: [] })],
  ])('are refused to %s', async (_who, identity) => {
    const client = world.client(await tokenFor(identity()), { origin: 'https://shop.example' });
    expect((await collect(client, 'subscription { draftUpdates { kind } }').failed()).code).toBe('FORBIDDEN');
  });
});

describe('an agent’s live notifications', () => {
  it('come to those whom a fact concerns, to each their own', async () => {
    const [ada, ben] = [agent(), agent()];
    const [ofAda, ofBen] = [await listen(ada), await listen(ben)];
    const [one, two, three] = [v7(), v7(), v7()];
    await world.publish([added([ada, one, 1], [ben, two, 4]), messageCreated(), added([ben, three, 5]), read(ada, 0)]);
    await Promise.all([ofAda.count(2), ofBen.count(2)]);
    expect(ofAda.results[0]?.errors).toBeUndefined();
    expect(seen(ofAda)).toEqual([
      [one, 1],
      [null, 0],
    ]);
    expect(seen(ofBen)).toEqual([
      [two, 4],
      [three, 5],
    ]);
  });

  it('that were missed come by the cursor, once and in order', async () => {
    const ada = agent();
    const first = await listen(ada);
    const ids = [v7(), v7(), v7()];
    await world.publish([added([ada, ids[0] ?? '', 1])]);
    await first.count(1);
    const after = first.updates[0]?.cursor;
    first.stop();
    open.splice(0);
    await world.subscribed('live', 0);
    await world.publish([added([ada, ids[1] ?? '', 2]), read(ada, 0)]);
    const again = await listen(ada, { after });
    await again.count(2);
    await world.publish([added([ada, ids[2] ?? '', 1])]);
    await again.count(3);
    expect(seen(again)).toEqual([
      [ids[1], 2],
      [null, 0],
      [ids[2], 1],
    ]);
  });

  it('do not come to whom they do not concern, nor into the inbox, nor to another company', async () => {
    const ada = agent();
    const twin = agent({ companyId: v7(), agentId: agentIdOf(ada) });
    const [own, colleague, stranger] = [await listen(ada), await listen(agent()), await listen(twin)];
    const inbox = collect(
      world.client(await tokenFor(ada)),
      'subscription { inboxUpdates { cursor kind conversation { id } message { id } } }',
    );
    open.push(inbox);
    await world.subscribed('live', 4);
    await world.publish([added([ada, v7(), 1]), read(ada, 0), messageCreated()], company);
    await Promise.all([own.count(2), inbox.count(1)]);
    expect(inbox.updates.map(({ kind }) => kind)).toEqual(['MESSAGE_ADDED']);
    expect(colleague.results).toEqual([]);
    expect(stranger.results).toEqual([]);
  });

  it.each<[string, () => ClientIdentity]>([
    ['a visitor', visitor],
    ['a partner', () => ({ kind: 'partner', companyId: company, partner: 'crm', scopes: [] })],
  ])('are refused to %s', async (_who, identity) => {
    const live = collect(world.client(await tokenFor(identity()), { origin: 'https://shop.example' }), query);
    expect((await live.failed()).code).toBe('FORBIDDEN');
  });
});
