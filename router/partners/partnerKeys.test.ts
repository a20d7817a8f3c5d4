import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { publishSignal } from '#platform/events/publishSignal.ts';
import { createPartnerKey } from '#platform/identity/partnerKeys.ts';
import { createIdentitySigner } from '#platform/identity/signedIdentity.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { partnersSubject } from '#schema/events/signals.ts';
import { buildManifest } from '#schema/operations/manifest.ts';
import { eventually } from '#test/stack/eventually.ts';
import { collect } from '../testing/collect.ts';
import { startKeyKeeper } from '../testing/keyKeeper.ts';
import { company, facts, messageCreated, startWorld, type World } from '../testing/world.ts';
import { createKeyKeeper } from './keyKeeper.ts';
import { createPartnerKeys } from './partnerKeys.ts';

const secret = 'a secret for identities that is long enough';
const refused = { extensions: { code: 'UNAUTHENTICATED' } };

describe('what is remembered of keys', () => {
  let keeper: Awaited<ReturnType<typeof startKeyKeeper>>;
  let time: number;
  const nats = { connected: true };
  const made: { stop(): Promise<void> }[] = [];

  beforeAll(async () => {
    keeper = await startKeyKeeper(secret);
  });
  beforeEach(() => {
    time = 0;
    nats.connected = true;
    keeper.seen.checks = 0;
  });
  afterAll(async () => {
    for (const keys of made) await keys.stop();
    await keeper.stop();
  });

  function start(url = keeper.url()) {
    const keys = createPartnerKeys({
      keeper: createKeyKeeper({ url, signIdentity: createIdentitySigner(secret) }),
      use: { note: () => undefined },
      nats,
      logger,
      metrics: createMetrics({ service: 'router' }),
      now: () => time,
    });
    made.push(keys);
    return keys;
  }

  it('spares questions for half a minute, and for two seconds while nobody can tell of a revocation', async () => {
    const keys = start();
    const { text } = keeper.issue(company);
    const at = async (ms: number) => {
      time = ms;
      await keys.authenticate(text);
      return keeper.seen.checks;
    };
    expect([await at(0), await at(29_999), await at(30_000)]).toEqual([1, 1, 2]);
    nats.connected = false;
    expect([await at(31_999), await at(32_000)]).toEqual([2, 3]);
  });

  it('is asked for once by many who come at the same time', async () => {
    const keys = start();
    const { text } = keeper.issue(company);
    await Promise.all(Array.from({ length: 20 }, () => keys.authenticate(text)));
    expect(keeper.seen.checks).toBe(1);
  });

  it('is forgotten when the company’s keys change, also what is under way', async () => {
    const keys = start();
    const { text, keyId } = keeper.issue(company);
    let answer = () => undefined as void;
    keeper.hold(new Promise((resolve) => (answer = resolve)));
    const early = keys.authenticate(text);
    await eventually(() => expect(keeper.seen.checks).toBe(1));
    keeper.revoke(keyId);
    keys.changed(company);
    answer();
    await early;
    await expect(keys.authenticate(text)).rejects.toMatchObject(refused);
  });

  it('outlives changes at other companies', async () => {
    const keys = start();
    const { text } = keeper.issue(company);
    await keys.authenticate(text);
    keys.changed(v7());
    await keys.authenticate(text);
    expect(keeper.seen.checks).toBe(1);
  });

  it('also keeps guesses from being asked about, for ten seconds', async () => {
    const keys = start();
    const { text } = createPartnerKey(company);
    for (const ms of [0, 9_999]) {
      time = ms;
      await expect(keys.authenticate(text)).rejects.toMatchObject(refused);
    }
    expect(keeper.seen.checks).toBe(1);
    await expect(keys.authenticate('swk_nonsense')).rejects.toMatchObject(refused);
    expect(keeper.seen.checks).toBe(1);
  });

  it('ends with the key’s own time', async () => {
    const keys = start();
    const { text } = keeper.issue(company, { expiresAt: new Date(Date.now() - 1).toISOString() });
    await expect(keys.authenticate(text)).rejects.toMatchObject(refused);
  });

  it('is not found out while conversations is away, which is no refusal', async () => {
    const gone = await startKeyKeeper(secret);
    const keys = start(gone.url());
    const { text } = gone.issue(company);
    await gone.stop();
    await expect(keys.authenticate(text)).rejects.toMatchObject({ extensions: { code: 'IDENTITY_UNAVAILABLE' } });
  });
});

describe('a partner’s key at the router', () => {
  let world: World;
  const manifest = buildManifest(
    new Map([
      ['a', 'query Caller { caller }'],
      ['b', 'subscription Inbox { inboxUpdates { kind conversation { id } } }'],
    ]),
  );
  const [caller, inbox] = manifest.operations.map(({ body }) => body) as [string, string];
  const revoke = (keyId: string) => {
    world.keeper.revoke(keyId);
    publishSignal(world.nats, partnersSubject(company), { change: 'KEY' });
  };

  beforeAll(async () => {
    world = await startWorld({ manifest });
  });
  afterAll(() => world.close());

  it('is a partner’s identity, with the scopes of the key', async () => {
    const { text, keyId } = world.keeper.issue(company, { partner: 'zenith', scopes: ['read'] });
    const { data } = await world.post({ query: caller }, { token: text });
    expect(JSON.parse(String(data?.['caller']))).toEqual({
      kind: 'partner',
      companyId: company,
      partner: 'zenith',
      scopes: ['read'],
      keyId,
    });
  });

  it.each([
    ['nobody issued', () => createPartnerKey(company).text],
    ['has a typing error', () => world.keeper.issue(company).text.replace(/.$/, '-')],
    ['is a piece of one', () => world.keeper.issue(company).text.slice(0, 40)],
  ])('that %s is refused, and not repeated in the answer', async (_, make) => {
    const text = make();
    const answer = await world.post({ query: caller }, { token: text });
    expect(answer).toMatchObject({ status: 401, errors: [refused] });
    expect(JSON.stringify(answer)).not.toContain(text);
  });

  it('is no key in an address', async () => {
    const { text } = world.keeper.issue(company);
    for (const name of ['authorization', 'access_token', 'key']) {
      expect(await world.get({ query: caller, [name]: text })).toMatchObject({ status: 401 });
    }
  });

  it('is good for nothing in any router from the moment that it is revoked', async () => {
    const other = world.another();
    await other.start();
    try {
      const { text, keyId } = world.keeper.issue(company);
      const ask = (url: string) =>
        fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${text}` },
          body: JSON.stringify({ query: caller }),
        }).then(({ status }) => status);
      const urls = [world.router.url(), other.url()];
      expect(await Promise.all(urls.map(ask))).toEqual([200, 200]);
      revoke(keyId);
      await eventually(async () => expect(await Promise.all(urls.map(ask))).toEqual([401, 401]));
    } finally {
      await other.stop();
    }
  });

  it('ends what runs under it when it is revoked, and nothing else', async () => {
    const [first, second] = [world.keeper.issue(company), world.keeper.issue(company)];
    const closed = new Promise<unknown>((resolve) => {
      const client = world.client(first.text, { on: { closed: resolve } });
      collect(client, inbox);
    });
    const other = collect(world.client(second.text), inbox);
    await world.subscribed('live', 2);
    revoke(first.keyId);
    expect(await closed).toMatchObject({ code: 4403 });
    await world.subscribed('live', 1);
    await world.publish([messageCreated(facts())]);
    await other.count(1);
  });

  it('is told to have been used', async () => {
    const { text, keyId } = world.keeper.issue(company);
    const router = world.another();
    await router.start();
    await fetch(`${router.url()}/graphql?query=${encodeURIComponent('{ __typename }')}`, {
      headers: { authorization: `Bearer ${text}`, 'apollo-require-preflight': '1' },
    });
    await router.stop();
    expect(world.keeper.seen.used).toContainEqual({ companyId: company, keyId, at: expect.any(String), calls: [] });
  });
});
