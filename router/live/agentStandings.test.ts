import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { WebSocket } from 'ws';
import type { NewEvent } from '#platform/events/catalogue.ts';
import { silentLogger } from '#platform/logging/logger.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { eventually } from '#test/stack/eventually.ts';
import type { Source, SubgraphAnswer } from '../execution/source.ts';
import { openStream } from '../testing/eventStream.ts';
import { connectTo } from '../testing/rawSocket.ts';
import { agent, company, startWorld, tokenFor, type World } from '../testing/world.ts';
import { createAgentStandings } from './agentStandings.ts';

type AgentIdentity = ReturnType<typeof agent>;

const actor = { kind: 'agent' } as const;
const aMinute = 60_000;
const instant = (fromNow: number) => new Date(Date.now() + fromNow).toISOString();
const signedOut = ({ agentId }: AgentIdentity, at = instant(0)): NewEvent<SwitchboardCatalogue> => ({
  type: 'conversation.agent.signedOut',
  actor,
  data: { agentId, at },
});
const changed = (
  { agentId: id }: AgentIdentity,
  change: 'ADDED' | 'UPDATED' | 'DEACTIVATED',
  role: 'AGENT' | 'ADMIN' = 'AGENT',
): NewEvent<SwitchboardCatalogue> => ({
  type: 'conversation.agent.changed',
  actor,
  data: { change, agent: { id, name: 'Ada', email: 'ada@example.com', role } },
});

let world: World;
let ada: AgentIdentity;
let token: string;
const open = new Set<WebSocket>();

beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  ada = agent();
  token = await tokenFor(ada);
});
afterEach(async () => {
  world.behaviour.delayStanding = async () => undefined;
  for (const socket of open) socket.terminate();
  open.clear();
  await world.subscribed('live', 0);
});
afterAll(() => world.close());

const ask = (given = token) => world.post({ query: '{ caller }' }, { token: given });
const codeOf = ({ errors }: Awaited<ReturnType<typeof ask>>) => errors?.[0]?.extensions['code'];
/** How often the graph was asked for agents' standing. */
const questions = () => world.behaviour.identities.filter(({ kind }) => kind === 'service').length;
const set = (standing: { role?: string; deactivatedAt?: string; signedOutAt?: string }) =>
  world.behaviour.standings.set(ada.agentId, standing);

async function connect(given = token) {
  const connection = await connectTo(world.router.url(), { open });
  connection.send({ type: 'connection_init', payload: { authorization: `Bearer ${given}` } });
  await connection.received('connection_ack');
  return connection;
}

async function subscribe(given = token) {
  const connection = await connect(given);
  connection.send({ type: 'subscribe', id: '1', payload: { query: 'subscription { inboxUpdates { cursor } }' } });
  return connection;
}

describe('a token', () => {
  it('is worth nothing when its agent was signed out since, in requests, sockets and streams', async () => {
    set({ signedOutAt: instant(0) });
    const answer = await ask();
    expect([answer.status, codeOf(answer)]).toEqual([401, 'UNAUTHENTICATED']);
    const { send, closed } = await connectTo(world.router.url(), { open });
    send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    expect(await closed).toMatchObject({ code: 4403, reason: expect.stringContaining('signed out') });
    const headers = { authorization: `Bearer ${token}` };
    expect((await openStream(`${world.router.url()}/graphql`, { query: '{ caller }' }, headers)).status).toBe(401);
  });

  it('that was issued after that is as good as any', async () => {
    set({ signedOutAt: instant(-aMinute) });
    expect((await ask()).data).toMatchObject({ caller: expect.stringContaining(ada.agentId) });
  });

  it.each([
    ['was deactivated', () => set({ deactivatedAt: instant(-aMinute) })],
    ['the company does not have', () => world.behaviour.strangers.add(ada.agentId)],
  ])('of an agent who %s is worth nothing', async (_, make) => {
    make();
    expect(codeOf(await ask())).toBe('UNAUTHENTICATED');
  });

  it('opens what the role opens that the agent has now, whatever it says itself', async () => {
    set({ role: 'SUPERVISOR' });
    const { data } = await ask(await tokenFor({ ...ada, role: 'ADMIN' }));
    expect(JSON.parse(String(data?.['caller']))).toMatchObject({ agentId: ada.agentId, role: 'SUPERVISOR' });
  });

  it('is looked at once, until something is told of its agent', async () => {
    const before = questions();
    for (const _ of [1, 2, 3]) await ask();
    expect(questions()).toBe(before + 1);
    set({ signedOutAt: instant(0) });
    await world.publish([signedOut(ada)]);
    await eventually(async () => expect(codeOf(await ask())).toBe('UNAUTHENTICATED'));
  });

  it('is refused for the moment when what became of its agent cannot be found out', async () => {
    await world.inbox.stop();
    try {
      const answer = await ask();
      expect([answer.status, codeOf(answer)]).toEqual([503, 'IDENTITY_UNAVAILABLE']);
    } finally {
      await world.inbox.start();
    }
    await eventually(async () => expect((await ask()).status).toBe(200));
  });

  it('is refused when its agent is signed out while that is being found out', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let asked = 0;
    world.behaviour.delayStanding = async (id) => {
      if (id !== ada.agentId) return;
      asked += 1;
      if (asked === 1) await held;
    };
    // What the graph says at first is old by the time that it says it.
    const answer = ask();
    await eventually(() => expect(asked).toBe(1));
    const before = await connect(await tokenFor(agent()));
    await world.publish([signedOut(ada)]);
    await world.publish([changed(agent(), 'UPDATED')]);
    await eventually(async () => expect(await readEvents()).toBeGreaterThanOrEqual(2));
    world.behaviour.standings.set(ada.agentId, { signedOutAt: instant(0) });
    release();
    expect(codeOf(await answer)).toBe('UNAUTHENTICATED');
    before.socket.close();
  });
});

describe('agents who come at once', () => {
  const active = { role: 'ADMIN', deactivatedAt: null, signedOutAt: null };

  it('are looked at together, those of each company by itself', async () => {
    const asked: { readonly identity: unknown; readonly ids: readonly string[] }[] = [];
    const [ben, gone, stranger] = [agent(), agent(), agent({ companyId: v7() })];
    const source: Source = {
      async fetch(_operation, variables, { identity }) {
        const { representations } = JSON.parse(variables) as { representations: { id: string }[] };
        const ids = representations.map(({ id }) => id);
        asked.push({ identity, ids });
        return { data: { _entities: ids.map((id) => (id === gone.agentId ? null : active)) }, errors: [] };
      },
    };
    const feed = { listenToAll: () => undefined };
    const standings = createAgentStandings({ source, feed, logger: silentLogger });
    const come = (identity: AgentIdentity) => standings.check({ identity, issuedAt: new Date() });
    const found = await Promise.allSettled([ada, ben, gone, stranger, ada].map(come));
    const admin = (identity: AgentIdentity) => ({ status: 'fulfilled', value: { ...identity, role: 'ADMIN' } });
    expect(found).toEqual([
      admin(ada),
      admin(ben),
      { status: 'rejected', reason: expect.objectContaining({ message: expect.stringContaining('no such agent') }) },
      admin(stranger),
      admin(ada),
    ]);
    const service = { kind: 'service', service: 'router', scopes: [] };
    expect(asked).toEqual([
      { identity: { ...service, companyId: company }, ids: [ada, ben, gone].map(({ agentId }) => agentId) },
      { identity: { ...service, companyId: stranger.companyId }, ids: [stranger.agentId] },
    ]);
  });

  it.each<[string, SubgraphAnswer]>([
    ['an error', { data: { _entities: [active, null] }, errors: [{ message: 'no', path: ['_entities', 1] }] }],
    ['nothing', { data: null, errors: [] }],
    ['one too few', { data: { _entities: [active] }, errors: [] }],
    ['what is no standing', { data: { _entities: [active, { role: 'KING' }] }, errors: [] }],
  ])('are let in by none of it when the answer is %s, and are asked for again', async (_, answer) => {
    const answers: SubgraphAnswer[] = [answer, { data: { _entities: [active, active] }, errors: [] }];
    const source = { fetch: async () => answers.shift() ?? answer };
    const feed = { listenToAll: () => undefined };
    const standings = createAgentStandings({ source, feed, logger: silentLogger });
    const come = () =>
      Promise.allSettled([ada, agent()].map((identity) => standings.check({ identity, issuedAt: new Date() })));
    const refused = { status: 'rejected', reason: { extensions: { code: 'IDENTITY_UNAVAILABLE' } } };
    expect(await come()).toMatchObject([refused, refused]);
    expect(await come()).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }]);
  });
});

async function readEvents(): Promise<number> {
  const text = await world.metrics.text();
  return Number(/^switchboard_router_events_read_total\{outcome="read"[^}]*\} (\d+)$/m.exec(text)?.[1] ?? 0);
}

describe('who is connected', () => {
  it('is closed at once when they are signed out, on all devices, and nobody else', async () => {
    const [laptop, phone] = [await subscribe(), await subscribe()];
    const other = await subscribe(await tokenFor(agent()));
    const headers = { authorization: `Bearer ${token}` };
    const body = { query: 'subscription { inboxUpdates { cursor } }' };
    const stream = await openStream(`${world.router.url()}/graphql`, body, headers);
    await world.subscribed('live', 4);
    const startedAt = Date.now();
    await world.publish([signedOut(ada)]);
    for (const { closed } of [laptop, phone]) {
      expect(await closed).toMatchObject({ code: 4403, reason: expect.stringContaining('signed out') });
    }
    expect(await stream.over()).toBe('ended');
    // By the event itself: nothing else looks after them that often.
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    expect(stream.answers).toMatchObject([{ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }]);
    await world.subscribed('live', 1);
    expect(other.socket.readyState).toBe(other.socket.OPEN);
  });

  it('stays with a token that was issued after that, and through what changes nothing for them', async () => {
    const connection = await subscribe();
    await world.subscribed('live', 1);
    await world.publish([signedOut(ada, instant(-aMinute)), changed(ada, 'UPDATED'), changed(agent(), 'DEACTIVATED')]);
    await world.publish([signedOut({ ...ada, agentId: v7() })]);
    // The next one is heard after those before.
    await world.publish([signedOut(ada)], v7());
    await world.publish([changed(ada, 'UPDATED', 'ADMIN')]);
    expect(await connection.closed).toMatchObject({ code: 4403, reason: expect.stringContaining('role') });
  });

  it('is closed when they are deactivated', async () => {
    const connection = await subscribe();
    await world.subscribed('live', 1);
    await world.publish([changed(ada, 'DEACTIVATED')]);
    expect(await connection.closed).toMatchObject({ code: 4403, reason: expect.stringContaining('no such agent') });
  });

  it('and comes from another company with the same id is not meant', async () => {
    const twin = await subscribe(await tokenFor({ ...ada, companyId: v7() }));
    await world.subscribed('live', 1);
    await world.publish([signedOut(ada)], company);
    const mine = await subscribe(await tokenFor(agent()));
    await world.subscribed('live', 2);
    expect([twin, mine].map(({ socket }) => socket.readyState)).toEqual([1, 1]);
  });
});
