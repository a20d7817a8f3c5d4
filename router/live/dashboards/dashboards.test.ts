import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { ClientIdentity } from '#platform/identity/identity.ts';
import { figuresSubject, type FiguresSignal } from '#schema/events/signals.ts';
import { eventually } from '#test/stack/eventually.ts';
import { collect, type Collected } from '../../testing/collect.ts';
import { agent, company, startWorld, tokenFor, visitor, type World } from '../../testing/world.ts';

const march = '{ from: "2026-03-01T00:00:00Z", to: "2026-04-01T00:00:00Z" }';
const board = (fields = 'totals', range = march) => `subscription { dashboardUpdates(range: ${range}) { ${fields} } }`;
const at = (day: string) => ({ from: Date.parse(day), to: Date.parse(day) + 3_600_000 });

describe('dashboards, live', () => {
  let world: World;
  const open: Collected[] = [];

  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());
  beforeEach(() => {
    world.behaviour.open = 1;
    world.behaviour.counted = 0;
  });
  afterEach(async () => {
    for (const live of open.splice(0)) live.stop();
    await world.subscribed('dashboards', 0);
  });

  async function listen(identity: ClientIdentity = agent(), text = board()): Promise<Collected> {
    const live = collect(world.client(await tokenFor(identity)), text);
    open.push(live);
    await world.subscribed('dashboards', open.length);
    return live;
  }
  function tell(span: FiguresSignal['span'], companyId = company): void {
    world.nats.connection.publish(figuresSubject(companyId), JSON.stringify({ span } satisfies FiguresSignal));
  }
  const told = (live: Collected) => live.updates.map((update) => update as unknown);

  it('are told at once, and again when something in their range or the one before has changed them', async () => {
    const live = await listen();
    await live.count(1);
    for (const [n, span] of [at('2026-01-29T12:00:00Z'), null].entries()) {
      world.behaviour.open = n + 2;
      tell(span);
      await live.count(n + 2);
    }
    expect(told(live)).toEqual([1, 2, 3].map((totals) => ({ totals })));
  });

  it('are asked for at most once a second, and told to have the last state', async () => {
    const live = await listen();
    await live.count(1);
    for (let n = 2; n <= 50; n++) {
      world.behaviour.open = n;
      tell(at('2026-03-10T00:00:00Z'));
    }
    await eventually(() => expect(told(live).at(-1)).toEqual({ totals: 50 }));
    expect(world.behaviour.counted).toBeLessThan(10);
  });

  it('are not asked for again when it is about other times or another company', async () => {
    const live = await listen();
    await live.count(1);
    tell(at('2026-04-01T00:00:00Z'));
    tell(at('2026-01-28T23:00:00Z'));
    tell(at('2026-03-10T00:00:00Z'), v7());
    // Comes behind them on the same way.
    world.behaviour.open = 2;
    tell(at('2026-03-10T00:00:00Z'));
    await live.count(2);
    expect(world.behaviour.counted).toBe(2);
  });

  it('are worked out once for all who look at the same, people’s ids included, and for each by themselves where they look at people', async () => {
    const same = [await listen(), await listen(), await listen()];
    for (const live of same) await live.count(1);
    expect(world.behaviour.counted).toBe(1);
    const people = [
      await listen(agent(), board('totals best { name }')),
      await listen(agent(), board('totals best { name }')),
    ];
    for (const live of people) await live.count(1);
    expect(world.behaviour.counted).toBe(3);
    const ids = [
      await listen(agent(), board('totals best { id }')),
      await listen(agent(), board('totals best { id }')),
    ];
    for (const live of ids) await live.count(1);
    expect(ids.map(told)).toEqual(ids.map(() => [{ totals: 1, best: { id: 'a' } }]));
    expect(world.behaviour.counted).toBe(4);
    const other = await listen(agent({ companyId: v7() }));
    await other.count(1);
    expect(world.behaviour.counted).toBe(5);
  });

  it('go on for the others when who came first has gone', async () => {
    const [first, second] = [await listen(), await listen()];
    await second.count(1);
    first.stop();
    open.shift();
    await world.subscribed('dashboards', 1);
    world.behaviour.open = 2;
    tell(at('2026-03-10T00:00:00Z'));
    await second.count(2);
    expect(told(second)).toEqual([{ totals: 1 }, { totals: 2 }]);
  });

  it('are refused to visitors, and to partners without the scope', async () => {
    const partner = (...scopes: string[]) => ({ kind: 'partner', companyId: company, partner: 'crm', scopes }) as const;
    await (await listen(partner('analytics:read'))).count(1);
    const refused = collect(world.client(await tokenFor(partner('conversations:read'))), board());
    expect((await refused.failed()).code).toBe('FORBIDDEN');
    const client = world.client(await tokenFor(visitor()), { origin: 'https://shop.example' });
    expect((await collect(client, board()).failed()).code).toBe('FORBIDDEN');
  });

  it('are refused where the range is no time', async () => {
    const live = collect(world.client(await tokenFor()), board('totals', '{ from: "yesterday", to: "today" }'));
    expect((await live.failed()).code).toBe('BAD_USER_INPUT');
  });
});
