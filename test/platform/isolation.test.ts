import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#test/stack/eventually.ts';
import { demoCompany, runPlatform, telegramMessage, type RunningPlatform } from './runningPlatform.ts';

/** What the sweep over the whole graph (`sweep/sweep.test.ts`) cannot find by itself. */
describe('another company', () => {
  let platform: RunningPlatform;
  let acme: string;
  let globex: string;

  beforeAll(async () => {
    platform = await runPlatform();
    [acme, globex] = [await platform.tokenOf('acme'), await platform.tokenOf('globex')];
  }, 60_000);
  afterAll(() => platform.stop());

  it('cannot answer for Acme with a cursor of Acme’s', async () => {
    await platform.postUpdate('acme', telegramMessage(900, 1, 'Hello', 'Sasha'));
    const query = 'query ($after: String) { conversations(first: 1, after: $after) { edges { cursor node { id } } } }';
    const cursor = await eventually(async () => {
      const { data } = await platform.ask<{ conversations: { edges: { cursor: string }[] } }>(acme, query);
      const [edge] = data.conversations.edges;
      if (!edge) throw new Error('the message has not come in yet');
      return edge.cursor;
    });
    const stolen = await platform.ask(globex, query, { after: cursor });
    expect(stolen.data).toEqual({ conversations: { edges: [] } });
  });

  it('is told that Acme’s bot is connected already, and nothing else of it', async () => {
    const botToken = `${demoCompany('acme').telegram.botId}:${'x'.repeat(35)}`;
    const connect = `mutation { connectChannel(input: { telegram: { botToken: "${botToken}" } }) {
      channel { id name } identitySecret userErrors { code message } } }`;
    const answer = await platform.ask(globex, connect);
    expect(answer.data['connectChannel']).toMatchObject({ channel: null, userErrors: [{ code: 'ACCOUNT_TAKEN' }] });
    for (const own of ['Acme', demoCompany('acme').id]) expect(JSON.stringify(answer)).not.toContain(own);
  });

  it('has figures of its own only, also where it asks for Acme’s channels and people', async () => {
    const { telegram, agents, teams } = demoCompany('acme');
    const range = 'range: { from: "2026-01-01T00:00:00Z", to: "2027-12-31T00:00:00Z" }';
    const figures = '{ totals { messagesReceived conversationsOpened } }';
    await eventually(async () => {
      const { data } = await platform.ask(acme, `{ dashboard(${range}) ${figures} }`);
      expect(JSON.stringify(data)).toContain('"messagesReceived":1');
    });
    const { data } = await platform.ask(
      globex,
      `{
        all: dashboard(${range}) ${figures}
        channel: dashboard(${range}, filter: { channelIds: ["${telegram.channelId}"] }) ${figures}
        people: dashboard(${range}, filter: { agentIds: ["${agents[0]?.id ?? ''}"], teamIds: ["${teams[0]?.id ?? ''}"] }) ${figures}
        inboxCounts { open unassigned unread }
      }`,
    );
    expect(JSON.stringify(data)).not.toMatch(/":[1-9]/);
  });
});

describe('a stranger in production', () => {
  let platform: RunningPlatform;

  beforeAll(async () => {
    platform = await runPlatform({ production: true });
  }, 60_000);
  afterAll(() => platform.stop());

  it.each([
    ['introspection', '{ __schema { types { name } } }'],
    ['the SDL of a subgraph', '{ _service { sdl } }'],
    ['entities', '{ _entities(representations: []) { __typename } }'],
  ])('does not get %s', async (_, query) => {
    const { data, errors } = await platform.ask(undefined, query);
    expect(data ?? null).toBeNull();
    expect(errors).toHaveLength(1);
  });

  it('cannot ask a subgraph directly', async () => {
    for (const service of [
      platform.platform.channels,
      platform.platform.conversations,
      platform.platform.knowledge,
      platform.platform.analytics,
    ]) {
      const response = await fetch(`${service.url()}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ _service { sdl } }' }),
      });
      expect(response.status).toBe(401);
    }
  });
});
