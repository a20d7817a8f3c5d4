import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 } from 'uuid';
import type { NewEvent } from '#platform/events/catalogue.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { eventually } from '#test/stack/eventually.ts';
import { collect, type Collected } from '../testing/collect.ts';
import { unreadOf } from '../testing/subgraphs.ts';
import { agent, facts, messageCreated, startWorld, tokenFor, type World } from '../testing/world.ts';

type Agent = ReturnType<typeof agent>;

const fields = 'cursor kind conversationId conversation { id subject } message { id text }';
const plain = `subscription ($filter: ConversationFilter) { inboxUpdates(filter: $filter) { ${fields} } }`;
/** The same with something of one's own. */
const personal = `subscription { inboxUpdates { ${fields.replace('subject', 'subject unreadCount')} } }`;

describe('the live views of agents of equal rights', () => {
  let world: World;
  const open: Collected[] = [];

  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());
  afterEach(async () => {
    for (const live of open.splice(0)) live.stop();
    await world.subscribed('live', 0);
    world.behaviour.limits.clear();
  });

  async function listen(identity: Agent, query = plain, variables = {}): Promise<Collected> {
    const live = collect(world.client(await tokenFor(identity)), query, variables);
    open.push(live);
    await world.subscribed('live', open.length);
    return live;
  }

  async function metric(name: string): Promise<number> {
    const found = new RegExp(`^switchboard_router_live_${name}\\{[^}]*\\} (\\d+)$`, 'm').exec(
      await world.metrics.text(),
    );
    return Number(found?.[1]);
  }

  const read = ({ agentId }: Agent): NewEvent<SwitchboardCatalogue> => ({
    type: 'conversation.read',
    actor: { kind: 'agent' },
    data: { conversation: facts(), agentId, unreadCount: 0 },
  });
  const kinds = ({ updates }: Collected) => updates.map(({ kind }) => kind);

  it('are one: each event is executed and written once for all of them', async () => {
    const all = [await listen(agent()), await listen(agent()), await listen(agent())];
    expect(await metric('groups')).toBe(1);
    const before = await metric('executions_total');
    await world.publish([messageCreated(), messageCreated()]);
    await Promise.all(all.map((live) => live.count(2)));
    expect(await metric('executions_total')).toBe(before + 2);
    for (const { results } of all) expect(results).toEqual(all[0]?.results);
    // Who asked first takes nothing with them when they leave.
    all[0]?.stop();
    await world.subscribed('live', 2);
    await world.publish([messageCreated()]);
    await Promise.all(all.slice(1).map((live) => live.count(3)));
    await world.subscribed('live', open.length - 1);
    open.shift();
  });

  it('are each their own where they ask for what is their own', async () => {
    const [ada, ben] = [agent(), agent()];
    const [first, second] = [await listen(ada, personal), await listen(ben, personal)];
    expect(await metric('groups')).toBe(2);
    await world.publish([messageCreated()]);
    await Promise.all([first.count(1), second.count(1)]);
    const unread = ({ updates }: Collected) => updates[0]?.conversation['unreadCount'];
    expect([unread(first), unread(second)]).toEqual([unreadOf(ada), unreadOf(ben)]);
  });

  it.each<[string, Partial<Agent>]>([
    ['another company', { companyId: v7() }],
    ['another role', { role: 'SUPERVISOR' }],
    ['another scope', { scopes: ['inbox:read'] }],
  ])('are not those of who is of %s', async (_, overrides) => {
    await listen(agent());
    const other = { ...agent(), ...overrides };
    world.behaviour.standings.set(other.agentId, { role: other.role });
    await listen(other);
    expect(await metric('groups')).toBe(2);
  });

  it('are not those of who is limited, though it be to the same teams', async () => {
    const teamId = v7();
    const [ada, ben] = [agent(), agent()];
    for (const { agentId } of [ada, ben]) world.behaviour.limits.set(agentId, [teamId]);
    const [first, second] = [await listen(ada), await listen(ben)];
    await listen(agent());
    expect(await metric('groups')).toBe(3);
    await world.publish([messageCreated(facts({ assigneeId: ada.agentId })), messageCreated(facts({ teamId }))]);
    await Promise.all([first.count(2), second.count(1)]);
    expect(second.updates[0]?.conversation.id).toBe(first.updates[1]?.conversation.id);
  });

  it('tell each alone what they have read, in its place among what all are told', async () => {
    const [ada, ben] = [agent(), agent()];
    const [first, device, second] = [await listen(ada), await listen(ada), await listen(ben)];
    expect(await metric('groups')).toBe(1);
    await world.publish([messageCreated(), read(ada), messageCreated(), read(ben), read(agent()), messageCreated()]);
    await Promise.all([first.count(4), device.count(4), second.count(4)]);
    expect(kinds(first)).toEqual(['MESSAGE_ADDED', 'READ', 'MESSAGE_ADDED', 'MESSAGE_ADDED']);
    expect(device.results).toEqual(first.results);
    expect(kinds(second)).toEqual(['MESSAGE_ADDED', 'MESSAGE_ADDED', 'READ', 'MESSAGE_ADDED']);
  });

  it('end for who may see less by now before they are told of it, and go on for the others', async () => {
    const [ada, ben] = [agent(), agent()];
    const [limited, other] = [await listen(ada), await listen(ben)];
    // The graph knows it, and nobody has heard of it yet.
    world.behaviour.limits.set(ada.agentId, []);
    await world.publish([messageCreated()]);
    await other.count(1);
    expect(other.results).toEqual([
      {
        data: {
          inboxUpdates: expect.objectContaining({ conversation: expect.objectContaining({ id: expect.any(String) }) }),
        },
      },
    ]);
    expect((await limited.failed()).code).toBe('VIEW_CHANGED');
    expect(limited.results).toEqual([]);
    await world.subscribed('live', 1);
    open.shift();
  });

  it('give nobody anything that they would not be given alone', async () => {
    const teams = [v7(), v7()];
    const someone = fc.record({
      role: fc.constantFrom('AGENT' as const, 'SUPERVISOR' as const),
      limitedTo: fc.option(fc.subarray(teams)),
    });
    const happening = fc.record({
      team: fc.constantFrom(null, ...teams),
      assignee: fc.option(fc.nat(3)),
      isRead: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(someone, { minLength: 3, maxLength: 4 }),
        fc.array(happening, { minLength: 4, maxLength: 8 }),
        async (some, happenings) => {
          const agents = some.map(({ role, limitedTo }) => {
            const one = { ...agent(), role };
            if (limitedTo) world.behaviour.limits.set(one.agentId, limitedTo);
            return one;
          });
          const together: Collected[] = [];
          for (const one of agents) together.push(await listen(one));
          const alone: Collected[] = [];
          for (const one of agents) alone.push(await listen(one, personal));
          const of = (index: number | null) => (index === null ? undefined : agents[index]);
          await world.publish(
            happenings.map(({ team, assignee, isRead }) => {
              const reader = isRead ? of(assignee) : undefined;
              return reader
                ? read(reader)
                : messageCreated(facts({ teamId: team, assigneeId: of(assignee)?.agentId ?? null }));
            }),
          );
          const last = agents.map(({ agentId }) => facts({ assigneeId: agentId }));
          await world.publish(last.map((conversation) => messageCreated(conversation)));
          // Who is limited is told of their own, and everybody else of all.
          const end = (index: number) => (some[index]?.limitedTo ? last[index] : last.at(-1))?.id;
          await eventually(() => {
            for (const all of [together, alone]) {
              for (const [index, { updates }] of all.entries()) {
                expect(updates.map(({ conversation }) => conversation.id)).toContain(end(index));
              }
            }
          });
          for (const [index, live] of alone.entries()) {
            const own = live.updates.map(({ conversation, ...update }) => {
              const { unreadCount: _, ...shown } = conversation;
              return { ...update, conversation: shown };
            });
            expect(together[index]?.updates).toEqual(own);
          }
          for (const live of open.splice(0)) live.stop();
          await world.subscribed('live', 0);
        },
      ),
      { numRuns: 6 },
    );
  });
});
