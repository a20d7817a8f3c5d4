import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { buildManifest } from '#schema/operations/manifest.ts';
import { collect } from '../testing/collect.ts';
import { agent, company, startWorld, tokenFor, type World } from '../testing/world.ts';

const manifest = buildManifest(
  new Map([
    ['a', 'query Counts { inboxCounts { open } }'],
    ['b', 'query List { conversations { id } }'],
  ]),
);
const [counts, list] = manifest.operations.map(({ id, body }) => ({ id, body })) as [
  { id: string; body: string },
  { id: string; body: string },
];

describe('how much may be asked in a minute', () => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld({ manifest, rates: { agentPerMinute: 3, addressPerMinute: 1_000 } });
  });
  afterAll(() => world.close());

  const keyWith = (limits: { requestsPerMinute?: number; costPerMinute?: number }) =>
    world.keeper.issue(company, { scopes: ['read'], ...limits }).text;
  const call = async (token: string, { id } = counts, url = world.router.url()) => {
    const response = await request(`${url}/operations/${id}`, { headers: { authorization: `Bearer ${token}` } });
    const { errors, data } = (await response.body.json()) as { data?: object; errors?: { extensions: object }[] };
    return { status: response.statusCode, headers: response.headers, errors, data };
  };

  it('is told a partner with each answer', async () => {
    const { headers } = await call(keyWith({ requestsPerMinute: 10, costPerMinute: 100 }));
    expect(headers).toMatchObject({
      'ratelimit-policy': '"requests";q=10;w=60, "cost";q=100;w=60',
      ratelimit: expect.stringMatching(/^"requests";r=9;t=6[0-5], "cost";r=99;t=6[0-5]$/),
      'ratelimit-limit': '10',
      'ratelimit-remaining': '9',
      'ratelimit-reset': expect.stringMatching(/^6[0-5]$/),
    });
  });

  it('is held by all routers together, and said with 429 and Retry-After', async () => {
    const other = world.another();
    await other.start();
    try {
      const key = keyWith({ requestsPerMinute: 4 });
      const urls = [world.router.url(), other.url()];
      const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => call(key, counts, urls[n % 2])));
      const refused = answers.filter(({ status }) => status === 429);
      expect(refused).toHaveLength(4);
      for (const { headers, errors } of refused) {
        expect(Number(headers['retry-after'])).toBeGreaterThan(50);
        expect(headers['ratelimit-remaining']).toBe('0');
        expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) } }]);
      }
    } finally {
      await other.stop();
    }
  });

  it('counts what operations cost: dear ones use it up sooner', async () => {
    const key = keyWith({ costPerMinute: 7 });
    expect((await call(key, list)).headers['ratelimit']).toContain('"cost";r=4');
    expect((await call(key, list)).status).toBe(200);
    expect((await call(key, list)).status).toBe(429);
    expect((await call(key, counts)).status).toBe(200);
  });

  it('says that waiting does not help where one operation costs more than a minute has', async () => {
    expect(await call(keyWith({ costPerMinute: 2 }), list)).toMatchObject({
      errors: [{ extensions: { code: 'COST_LIMIT_EXCEEDED', limit: 2, actual: 3 } }],
    });
  });

  it('is each key’s own, and counts what is refused', async () => {
    const [key, another] = [keyWith({ requestsPerMinute: 2 }), keyWith({ requestsPerMinute: 2 })];
    for (let n = 0; n < 2; n++) expect((await call(key, { id: 'guess', body: '' })).status).toBe(404);
    expect((await call(key)).status).toBe(429);
    expect((await call(another)).status).toBe(200);
  });

  it('counts over sockets too', async () => {
    const client = world.client(keyWith({ requestsPerMinute: 1 }));
    const first = collect(client, counts.body);
    await first.count(1);
    expect((await collect(client, counts.body).failed()).code).toBe('RATE_LIMITED');
  });

  it('holds an agent, whatever the token, and not the others', async () => {
    const identity = agent();
    const tokens = await Promise.all([tokenFor(identity), tokenFor(identity, 1_800)]);
    const ask = (token: string) => world.post({ query: '{ caller }' }, { token });
    const statuses = [];
    for (let n = 0; n < 4; n++) statuses.push((await ask(tokens[n % 2] ?? '')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect((await ask(await tokenFor())).status).toBe(200);
  });

  it('holds an address before anybody looks at what it shows', async () => {
    const narrow = world.another({ rates: { addressPerMinute: 2 } });
    await narrow.start();
    try {
      const statuses = [];
      for (let n = 0; n < 3; n++) statuses.push((await call('swk_wrong', counts, narrow.url())).status);
      expect(statuses).toEqual([401, 401, 429]);
    } finally {
      await narrow.stop();
    }
  });

  it('goes on being held, by each router for itself, while Redis is away', async () => {
    const away = await startWorld({ manifest });
    try {
      await away.redisServer.close();
      const key = away.keeper.issue(company, { scopes: ['read'], requestsPerMinute: 2 }).text;
      const statuses = [];
      for (let n = 0; n < 3; n++) statuses.push((await call(key, counts, away.router.url())).status);
      expect(statuses).toEqual([200, 200, 429]);
      expect(await away.metrics.text()).toMatch(/^switchboard_quotas_fallback_total\S* [1-9]/m);
    } finally {
      await away.close();
    }
  });
});
