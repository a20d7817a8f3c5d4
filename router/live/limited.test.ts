import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { NewEvent } from '#platform/events/catalogue.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationFacts } from '#schema/events/conversations.ts';
import { typingSubject } from '#schema/events/signals.ts';
import { collect, type Collected } from '../testing/collect.ts';
import { agent, company, facts, messageCreated, startWorld, tokenFor, type World } from '../testing/world.ts';

const inbox = `subscription ($filter: ConversationFilter, $after: String) { inboxUpdates(filter: $filter, after: $after) {
  cursor kind conversationId conversation { id number } message { id }
} }`;
const one = `subscription ($id: ID!) { conversationUpdates(id: $id) {
  cursor kind conversationId conversation { id } message { id }
} }`;
const typing =
  'subscription ($id: ID!) { typing(conversationId: $id) { conversationId isTyping author { __typename } } }';

const teamId = v7();

describe('the live views of an agent who is limited to their teams', () => {
  let world: World;
  let agentId: string;
  const open = { live: [] as Collected[], typing: [] as Collected[] };

  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());
  beforeEach(() => {
    agentId = v7();
    world.behaviour.limits.set(agentId, [teamId]);
    world.behaviour.unknown.clear();
  });
  afterEach(async () => {
    for (const live of [...open.live.splice(0), ...open.typing.splice(0)]) live.stop();
    await world.subscribed('live', 0);
    await world.subscribed('typing', 0);
  });

  async function listen(query: string, variables = {}, identity = agent({ agentId })): Promise<Collected> {
    const kind = query === typing ? 'typing' : 'live';
    const live = collect(world.client(await tokenFor(identity)), query, variables);
    open[kind].push(live);
    await world.subscribed(kind, open[kind].length);
    return live;
  }

  const assigned = (
    conversation: ConversationFacts,
    previous: { teamId?: string | null; assigneeId?: string | null } = {},
  ): NewEvent<SwitchboardCatalogue> => ({
    type: 'conversation.assigned',
    actor: { kind: 'system' },
    data: {
      conversation,
      previousTeamId: previous.teamId ?? null,
      previousAssigneeId: previous.assigneeId ?? null,
    },
  });
  const changed = (
    limitedToTeams: boolean,
    teamIds: readonly string[],
    of = agentId,
  ): NewEvent<SwitchboardCatalogue> => ({
    type: 'conversation.agent.limited',
    actor: { kind: 'system' },
    data: { agentId: of, limitedToTeams, teamIds: [...teamIds] },
  });
  const kinds = ({ updates }: Collected) => updates.map(({ kind }) => kind);
  const said = ({ updates }: Collected) => updates.map(({ message }) => message?.id);

  it('show what is of their teams or assigned to them, and nothing else', async () => {
    const live = await listen(inbox);
    const [theirs, mine] = [v7(), v7()];
    await world.publish([
      messageCreated(facts()),
      messageCreated(facts({ teamId: v7(), assigneeId: v7() })),
      messageCreated(facts({ teamId }), theirs),
      messageCreated(facts({ assigneeId: agentId, teamId: v7() }), mine),
    ]);
    await live.count(2);
    expect(said(live)).toEqual([theirs, mine]);
  });

  it('tell once that a conversation has left them, with its id and nothing else of it, whatever the filter', async () => {
    const live = await listen(inbox, { filter: { status: ['RESOLVED'] } });
    const gone = facts({ teamId: v7() });
    const last = v7();
    await world.publish([
      assigned(gone, { teamId }),
      assigned(gone, { teamId: v7() }),
      messageCreated(gone),
      messageCreated(facts({ teamId, status: 'RESOLVED' }), last),
    ]);
    await live.count(2);
    expect(live.updates[0]).toEqual({
      cursor: expect.any(String),
      kind: 'CONVERSATION_LEFT',
      conversationId: gone.id,
      conversation: null,
      message: null,
    });
    expect(live.results[0]?.errors).toBeUndefined();
    expect(said(live)).toEqual([undefined, last]);
  });

  it('show a conversation that comes to them', async () => {
    const live = await listen(inbox);
    const conversation = facts({ teamId });
    await world.publish([assigned(conversation, { teamId: v7() })]);
    await live.count(1);
    expect(live.updates[0]).toMatchObject({ kind: 'CONVERSATION_UPDATED', conversation: { id: conversation.id } });
  });

  it('keep to it in what was missed, too', async () => {
    const first = await listen(inbox);
    await world.publish([messageCreated(facts({ teamId }))]);
    await first.count(1);
    first.stop();
    open.live.length = 0;
    await world.subscribed('live', 0);
    const theirs = v7();
    await world.publish([messageCreated(facts()), messageCreated(facts({ teamId }), theirs)]);
    const resumed = await listen(inbox, { after: first.updates[0]?.cursor });
    await resumed.count(1);
    expect(said(resumed)).toEqual([theirs]);
  });

  it('of one conversation end with its leaving, and show nothing of one that is not theirs', async () => {
    const [mine, other] = [facts({ teamId }), facts()];
    const ofMine = await listen(one, { id: mine.id });
    const ofOther = await listen(one, { id: other.id });
    await world.publish([
      messageCreated(other),
      messageCreated(mine),
      assigned({ ...mine, teamId: null }, { teamId }),
      messageCreated({ ...mine, teamId: null }),
      assigned({ ...mine, teamId }, { teamId: null }),
    ]);
    await ofMine.count(3);
    expect(kinds(ofMine)).toEqual(['MESSAGE_ADDED', 'CONVERSATION_LEFT', 'CONVERSATION_UPDATED']);
    expect(ofOther.updates).toEqual([]);
  });

  it.each([
    ['they get another team', true, [teamId, v7()]],
    ['they lose a team', true, []],
    ['they are limited no more', false, [teamId]],
  ])('end when %s, for what they show is another list then', async (_what, limited, teamIds) => {
    const live = await listen(inbox);
    await world.publish([changed(limited, teamIds), messageCreated(facts({ teamId }))]);
    expect((await live.failed()).code).toBe('VIEW_CHANGED');
    expect(live.updates).toEqual([]);
  });

  it('begin again with what holds by then', async () => {
    const live = await listen(inbox);
    const other = v7();
    world.behaviour.limits.set(agentId, [other]);
    await world.publish([changed(true, [other])]);
    await live.ended();
    open.live.length = 0;
    await world.subscribed('live', 0);
    const again = await listen(inbox);
    const theirs = v7();
    await world.publish([messageCreated(facts({ teamId })), messageCreated(facts({ teamId: other }), theirs)]);
    await again.count(1);
    expect(said(again)).toEqual([theirs]);
  });

  it('go on when others change, and when what is told of them is so already', async () => {
    const live = await listen(inbox);
    const colleague = await listen(inbox, {}, agent());
    await world.publish([changed(true, [], v7()), changed(true, [teamId]), messageCreated(facts({ teamId }))]);
    await live.count(1);
    await colleague.count(1);
    expect([live.error, colleague.error]).toEqual([undefined, undefined]);
  });

  it('of an agent who was not limited end when they are', async () => {
    const identity = agent();
    const live = await listen(inbox, {}, identity);
    const { agentId: id } = identity as { agentId: string };
    await world.publish([changed(false, [v7()], id), changed(true, [teamId], id), messageCreated(facts())]);
    expect((await live.failed()).code).toBe('VIEW_CHANGED');
    expect(live.updates).toEqual([]);
  });

  it('show who is writing where they may look, for as long as they may', async () => {
    const [mine, other] = [facts({ teamId }), facts()];
    world.behaviour.unknown.add(other.id);
    const ofMine = await listen(typing, { id: mine.id });
    const ofOther = await listen(typing, { id: other.id });
    const writes = ({ id }: ConversationFacts) => {
      const author = { kind: 'CONTACT', id: v7(), name: 'Kim' } as const;
      const signal = { conversationId: id, channelId: v7(), threadExternalId: v7(), author, isTyping: true };
      world.nats.connection.publish(typingSubject(company), JSON.stringify(signal));
    };
    // Sees everything: what it has been told, the others have been told too.
    const watcher = await listen(inbox, {}, agent());
    writes(other);
    writes(mine);
    await ofMine.count(1);
    await world.publish([assigned({ ...mine, teamId: null }, { teamId }), assigned({ ...other, teamId })]);
    await watcher.count(2);
    writes(mine);
    writes(other);
    await ofOther.count(1);
    expect(ofMine.results).toHaveLength(1);
    expect(ofOther.results).toHaveLength(1);
  });
});
