import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import { createChannel } from '../commands/createChannel.ts';
import { newTenant, openHarness, textUpdate, type Harness } from '../testing/harness.ts';

const everything = `{
  company { id slug name timeZone channels { id } }
  channels {
    id platform name externalId status webhookUrl
    company { id slug }
    health { lastEventAt lastDeliveryAt lastError pendingDeliveries }
  }
}`;
const entities = `query ($references: [_Any!]!) {
  _entities(representations: $references) { ... on Channel { id name } ... on Company { id slug } }
}`;

describe('the channels subgraph', () => {
  let postgres: TestPostgres;
  let natsServer: TestServer;
  let harness: Harness;
  const acme = newTenant('acme');
  const globex = newTenant('globex');
  const agentOf = (companyId: string): Identity => ({
    kind: 'agent',
    companyId,
    agentId: v7(),
    role: 'AGENT',
    scopes: [],
  });
  const agent = agentOf(acme.company.id);

  beforeAll(async () => {
    [postgres, natsServer] = await Promise.all([testPostgres(), testNats()]);
    const telegramApiUrl = 'http://telegram.invalid';
    harness = await openHarness({ adminUrl: postgres.adminUrl, natsUrl: natsServer.url, telegramApiUrl });
    await harness.seed(acme, globex);
  });

  afterAll(async () => {
    await harness.close();
    await Promise.all([postgres.close(), natsServer.close()]);
  });

  it('shows an agent the company and its channels', async () => {
    expect(await harness.query(agent, everything)).toEqual({
      data: {
        company: {
          id: acme.company.id,
          slug: 'acme',
          name: 'acme',
          timeZone: 'Europe/Berlin',
          channels: [{ id: acme.channel.id }],
        },
        channels: [
          {
            id: acme.channel.id,
            platform: 'TELEGRAM',
            name: 'acme support',
            externalId: acme.botId,
            status: 'ACTIVE',
            webhookUrl: `https://inbox.example.com/webhooks/telegram/${acme.channel.id}`,
            company: { id: acme.company.id, slug: 'acme' },
            health: { lastEventAt: null, lastDeliveryAt: null, lastError: null, pendingDeliveries: 0 },
          },
        ],
      },
    });
  });

  it('shows nothing of another company, by id, by reference or by list', async () => {
    const foreign = [
      { __typename: 'Channel', id: globex.channel.id },
      { __typename: 'Company', id: globex.company.id },
      { __typename: 'Channel', id: 'nonsense' },
      { __typename: 'Channel', id: acme.channel.id },
      { __typename: 'Company', id: acme.company.id },
    ];
    expect(await harness.query(agent, entities, { references: foreign })).toEqual({
      data: {
        _entities: [
          null,
          null,
          null,
          { id: acme.channel.id, name: 'acme support' },
          { id: acme.company.id, slug: 'acme' },
        ],
      },
    });
    for (const id of [globex.channel.id, v7(), `${acme.channel.id}' or true --`]) {
      const answer = await harness.query(agent, 'query ($id: ID!) { channel(id: $id) { name } }', { id });
      expect(answer).toEqual({ data: { channel: null } });
    }
    const stranger = await harness.query(agentOf(v7()), '{ channels { id } }');
    expect(stranger).toEqual({ data: { channels: [] } });
  });

  it('tells when a channel has last heard from its contacts', async () => {
    const before = Date.now();
    expect((await harness.webhook(globex, textUpdate())).status).toBe(200);
    const seen = await eventually(async () => {
      const answer = await harness.query(agentOf(globex.company.id), '{ channels { health { lastEventAt } } }');
      const [channel] = (answer.data?.['channels'] ?? []) as { health: { lastEventAt: string | null } }[];
      expect(channel?.health.lastEventAt).not.toBeNull();
      return channel?.health.lastEventAt ?? '';
    });
    expect(new Date(seen).getTime()).toBeGreaterThanOrEqual(before);
  });

  it('reads with as many statements for a hundred channels as for one', async () => {
    const one = newTenant();
    const hundred = newTenant();
    await harness.seed(one, hundred);
    const { database, keyring } = harness.channels;
    for (let count = 0; count < 99; count++) {
      const { channel } = newTenant();
      await createChannel(database, keyring, { ...channel, companyId: hundred.company.id });
    }
    const statements = async (companyId: string, query: string, variables = {}) => {
      const seen: string[] = [];
      const stop = database.onStatement((text) => seen.push(text));
      const answer = await harness.query(agentOf(companyId), query, variables);
      stop();
      expect(answer.errors).toBeUndefined();
      // The delivery workers look for due queues behind it.
      return seen.filter((text) => text.includes('from channels.') && !text.includes('lease_queues'));
    };
    const few = await statements(one.company.id, everything);
    const many = await statements(hundred.company.id, everything);
    expect(many).toHaveLength(few.length);
    expect(many.length).toBeLessThanOrEqual(3);
  });
});
