import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getOperationAST, parse } from 'graphql';
import { readOperations } from '#schema/operations/manifest.ts';
import { eventually } from '#test/stack/eventually.ts';
import { collect } from './testing/collect.ts';
import { startRealGraph } from './testing/subgraphs.ts';
import { agent, facts, messageCreated, startWorldOver, tokenFor } from './testing/world.ts';

const operations = [...readOperations('examples'), ...readOperations('registered')];
const kindOf = (text: string) => getOperationAST(parse(text))?.operation;
/** For those that need some; the generated subgraphs do not look at them. */
const variables = { id: '1', input: { conversationId: '1', text: 'Hello', idempotencyKey: 'k' } };

const ada = agent();
let world: Awaited<ReturnType<typeof startWorldOver>>;
let token: string;
beforeAll(async () => {
  world = await startWorldOver(startRealGraph);
  token = await tokenFor(ada);
});
afterAll(() => world.close());

describe('on the graph as it is checked in', () => {
  it.each(operations.filter(([, text]) => kindOf(text) !== 'subscription'))(
    '%s is planned and answered',
    async (_, query) => {
      const known = parse(query).definitions.flatMap((definition) =>
        'variableDefinitions' in definition ? (definition.variableDefinitions ?? []) : [],
      );
      const given = Object.entries(variables).filter(([name]) =>
        known.some(({ variable }) => variable.name.value === name),
      );
      const { data, errors } = await world.post({ query, variables: Object.fromEntries(given) }, { token });
      expect(errors).toBeUndefined();
      expect(Object.values(data ?? {})).not.toContain(null);
    },
  );

  it.each(operations.filter(([, text]) => kindOf(text) === 'subscription'))('%s is answered live', async (_, query) => {
    const live = collect(world.client(token), query);
    // As any agent of the generated graph, Ada is limited to teams that are there by name only.
    const conversation = facts({ assigneeId: ada.agentId });
    // It begins some time after it is sent; until then there is nobody to tell.
    await eventually(async () => {
      await world.publish([messageCreated(conversation)]);
      expect(live.updates.length).toBeGreaterThan(0);
    });
    expect(live.results[0]?.errors).toBeUndefined();
    expect(live.updates[0]).toMatchObject({ kind: 'MESSAGE_ADDED', conversation: { id: conversation.id } });
    live.stop();
  });

  it('a long list of wrong values is refused without an error for each of them', async () => {
    const query = 'query Q($filter: ConversationFilter) { conversations(filter: $filter) { edges { cursor } } }';
    const filter = { status: Array.from({ length: 20_000 }, () => 'NONE') };
    const { status, errors } = await world.post({ query, variables: { filter } }, { token });
    expect(status).toBe(400);
    expect(errors?.length).toBeLessThan(100);
    expect(errors?.map(({ extensions }) => extensions)).toContainEqual({ code: 'BAD_USER_INPUT' });
  });

  it.each(['conversations', 'channels', 'company', 'viewer', 'agents', 'teams', 'labels', 'documents', 'inboxCounts'])(
    '%s is closed to strangers',
    async (field) => {
      const { status } = await world.post({ query: `{ ${field} { __typename } }` });
      expect(status).toBe(401);
    },
  );
});
