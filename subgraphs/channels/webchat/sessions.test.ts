import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { v7 } from 'uuid';
import { createBearerVerifier, signBearerToken } from '#platform/identity/bearerTokens.ts';
import type { VisitorIdentity } from '#platform/identity/identity.ts';
import { testNats, testPostgres, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import { openHarness, type Harness } from '../testing/harness.ts';
import { hashOf, jwtOf, newAddress, newSite, openPage, type Site, visitorToken } from '../testing/site.ts';

const MINUTE = 60;

describe('a session of a web chat', () => {
  let postgres: TestPostgres;
  let natsServer: TestServer;
  let harness: Harness;
  const shop = newSite();
  const members = newSite({ requireIdentity: true });

  beforeAll(async () => {
    [postgres, natsServer] = await Promise.all([testPostgres(), testNats()]);
    const telegramApiUrl = 'http://telegram.invalid';
    harness = await openHarness({ adminUrl: postgres.adminUrl, natsUrl: natsServer.url, telegramApiUrl });
    await harness.seed(shop, members);
  });

  afterAll(async () => {
    await harness.close();
    await Promise.all([postgres.close(), natsServer.close()]);
  });

  const begin = (body: object = {}, site: Site = shop) => openPage(harness, site).session(body);

  const tokenOf = (overrides: Partial<VisitorIdentity> = {}, expiresInSeconds?: number) =>
    visitorToken(harness, shop, overrides, expiresInSeconds);

  it('makes a new visitor of whoever comes, with a token for that visitor on this page', async () => {
    const { status, headers, body } = await begin();
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(body).toEqual({
      token: expect.any(String),
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
      visitorId: expect.any(String),
      verified: false,
      settings: { color: '#23513c', title: 'Shop', greeting: 'Hello!', offlineNotice: 'We are away.' },
    });
    const verified = await createBearerVerifier(harness.visitorTokens)(body.token);
    expect(verified).toEqual({
      kind: 'visitor',
      companyId: shop.company.id,
      channelId: shop.webChat.id,
      visitorId: body.visitorId,
      origin: shop.origin,
      scopes: [],
      issuedAt: new Date(Number(decodeJwt(body.token).iat) * 1_000),
      expiresAt: new Date(Number(decodeJwt(body.token).exp) * 1_000),
    });
    const days = (Date.parse(body.expiresAt) - Date.now()) / (24 * 60 * MINUTE * 1_000);
    expect(Math.round(days)).toBe(30);
    expect((await begin()).body.visitorId).not.toBe(body.visitorId);
  });

  it('keeps the visitor of an earlier token, also on another page of the site and after its end', async () => {
    const { body: first } = await begin();
    const elsewhere = await openPage(harness, shop, { origin: 'https://www.shop.example' }).session({
      token: first.token,
    });
    expect(elsewhere.body.visitorId).toBe(first.visitorId);
    expect(decodeJwt(elsewhere.body.token)['origin']).toBe('https://www.shop.example');
    const expired = await tokenOf({ visitorId: first.visitorId }, -90 * 24 * 60 * MINUTE);
    expect((await begin({ token: expired })).body.visitorId).toBe(first.visitorId);
  });

  it.each([
    ['of another web chat', () => tokenOf({ channelId: v7() })],
    ['of another company', () => tokenOf({ companyId: v7() })],
    ['that somebody else signed', () => tokenOf().then((token) => `${token.slice(0, -4)}AAAA`)],
    ['that is none', async () => 'nonsense'],
    [
      'of an agent',
      () =>
        signBearerToken(
          { kind: 'agent', companyId: shop.company.id, agentId: v7(), role: 'ADMIN', scopes: [] },
          { ...harness.visitorTokens, expiresInSeconds: 600 },
        ),
    ],
  ])('knows nobody by a token %s', async (_what, make) => {
    const token = await make();
    const { status, body } = await begin({ token });
    expect(status).toBe(200);
    expect([shop.company.id, decodeJwt(body.token).sub]).toEqual([decodeJwt(body.token)['company'], body.visitorId]);
    expect(token).not.toContain(body.visitorId);
  });

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['the same host without its lock', { origin: 'http://shop.example' }],
    ['a name that begins the same', { origin: 'https://shop.example.evil.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['no page at all', { origin: '' }],
  ])('is refused to %s', async (_what, page) => {
    const { status, body } = await openPage(harness, shop, page).session();
    expect([status, body.error?.code]).toEqual([403, 'ORIGIN_NOT_ALLOWED']);
  });

  it.each(['nobody-has-it', '..%2f..%2fetc', '%00'])('is not there for the site key %j', async (siteKey) => {
    const page = openPage(harness, { ...shop, webChat: { ...shop.webChat, siteKey } });
    expect((await page.session()).status).toBe(404);
  });

  it('is not there once the web chat is removed, and is while it is paused', async () => {
    for (const [state, expected] of [
      ['PAUSED', 200],
      ['REMOVED', 404],
    ] as const) {
      const site = newSite();
      await harness.seed(site);
      const { id } = site.webChat;
      await harness.channels.database.write(site.company.id, ({ sql }) => {
        return sql`update channels.channels set status = ${state} where id = ${id}`;
      });
      expect((await begin({}, site)).status).toBe(expected);
    }
  });

  it.each([
    ['no JSON', '{"token":'],
    ['a list', '[]'],
    ['a token that is no text', '{"token":7}'],
    ['an identity without a signature', '{"identity":{"userId":"7"}}'],
    ['more than it may', JSON.stringify({ token: 'x'.repeat(20_000) })],
  ])('is refused with %s in the body', async (_what, body) => {
    const { status } = await openPage(harness, shop).session(body);
    expect([400, 413]).toContain(status);
  });

  it('may be had twenty times a minute from one address', async () => {
    const address = newAddress();
    const page = openPage(harness, shop, { address });
    const answers = await Promise.all(Array.from({ length: 25 }, () => page.session()));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(21);
    expect(refused.length).toBeGreaterThanOrEqual(4);
    expect(refused[0]?.body.error?.code).toBe('RATE_LIMITED');
    expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0);
    expect((await begin()).status).toBe(200);
  });

  describe('of somebody whom the site has signed in', () => {
    it('is the same visitor on every device, by HMAC and by JWT', async () => {
      const hash = hashOf(shop, 'user-1');
      const phone = await begin({ identity: { userId: 'user-1', name: 'Mina', hash } });
      const desk = await begin({ identity: { jwt: await jwtOf(shop, { sub: 'user-1', email: 'mina@example.com' }) } });
      const upper = await begin({ identity: { userId: 'user-1', hash: hash.toUpperCase() } });
      expect([phone.body.verified, desk.body.verified]).toEqual([true, true]);
      expect(new Set([phone, desk, upper].map(({ body }) => body.visitorId)).size).toBe(1);
      const { rows } = await visitorsOf(shop, 'user-1');
      expect(rows).toEqual([{ id: phone.body.visitorId, name: 'Mina', email: 'mina@example.com' }]);
    });

    it('is one visitor, however many pages open at once', async () => {
      const identity = { userId: 'user-many', hash: hashOf(shop, 'user-many') };
      const answers = await Promise.all(Array.from({ length: 15 }, () => begin({ identity })));
      expect(new Set(answers.map(({ body }) => body.visitorId)).size).toBe(1);
    });

    it('takes over the visitor who wrote before signing in, with that one’s history', async () => {
      const { body: anonymous } = await begin();
      const identity = { userId: 'user-2', hash: hashOf(shop, 'user-2') };
      const signedIn = await begin({ token: anonymous.token, identity });
      expect(signedIn.body).toMatchObject({ visitorId: anonymous.visitorId, verified: true });
      expect((await begin({ identity })).body.visitorId).toBe(anonymous.visitorId);
    });

    it('stays who they were when they wrote without signing in on another device', async () => {
      const identity = { userId: 'user-3', hash: hashOf(shop, 'user-3') };
      const { body: known } = await begin({ identity });
      const { body: anonymous } = await begin();
      const { body } = await begin({ token: anonymous.token, identity });
      expect(body.visitorId).toBe(known.visitorId);
    });

    it('is never the visitor of another user of the same computer', async () => {
      const one = { userId: 'user-4', hash: hashOf(shop, 'user-4') };
      const two = { userId: 'user-5', hash: hashOf(shop, 'user-5') };
      const { body: first } = await begin({ identity: one });
      const { body: second } = await begin({ token: first.token, identity: two });
      expect(second.visitorId).not.toBe(first.visitorId);
      expect((await begin({ token: second.token, identity: one })).body.visitorId).toBe(first.visitorId);
    });

    it('is somebody else on the site of another company', async () => {
      const other = newSite();
      await harness.seed(other);
      const identity = (site: Site) => ({ identity: { userId: 'user-6', hash: hashOf(site, 'user-6') } });
      const [here, there] = [await begin(identity(shop)), await begin(identity(other), other)];
      expect(here.body.visitorId).not.toBe(there.body.visitorId);
    });

    it.each([
      ['the hash of another user', async () => ({ userId: 'user-1', hash: hashOf(shop, 'user-2') })],
      ['a hash with another secret', async () => ({ userId: 'user-1', hash: hashOf(newSite(), 'user-1') })],
      ['an empty hash', async () => ({ userId: 'user-1', hash: '' })],
      [
        'a JWT with another secret',
        async () => ({ jwt: await jwtOf(shop, { sub: 'user-1' }, { secret: 'x'.repeat(32) }) }),
      ],
      [
        'a JWT that has expired',
        async () => ({ jwt: await jwtOf(shop, { sub: 'user-1' }, { expiresInSeconds: -60 }) }),
      ],
      [
        'a JWT that lasts for days',
        async () => ({ jwt: await jwtOf(shop, { sub: 'user-1' }, { expiresInSeconds: 7_300 }) }),
      ],
      ['a JWT without an end', async () => ({ jwt: await jwtOf(shop, { sub: 'user-1', exp: undefined }) })],
      ['a JWT about nobody', async () => ({ jwt: await jwtOf(shop, { name: 'Mina' }) })],
      ['a JWT about an empty name', async () => ({ jwt: await jwtOf(shop, { sub: '' }) })],
      [
        'a JWT that nobody signed',
        async () => ({ jwt: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyLTEiLCJleHAiOjk5OTk5OTk5OTl9.' }),
      ],
      ['no JWT', async () => ({ jwt: 'nonsense' })],
    ])('is refused with %s', async (_what, make) => {
      const { status, body } = await begin({ identity: await make() });
      expect([status, body.error?.code]).toEqual([401, 'IDENTITY_INVALID']);
    });

    it.each(['a\0b', 'half \ud800', ''])(
      'is refused for the id %j, which no database could tell apart',
      async (userId) => {
        const { status } = await begin({ identity: { userId, hash: hashOf(shop, userId) } });
        expect(status).toBe(400);
      },
    );

    it('is the only one where the web chat asks for it', async () => {
      const { status, body } = await begin({}, members);
      expect([status, body.error?.code]).toEqual([401, 'IDENTITY_REQUIRED']);
      const identity = { userId: 'user-1', hash: hashOf(members, 'user-1') };
      const { body: known } = await begin({ identity }, members);
      const again = await begin({ token: known.token }, members);
      expect([again.status, again.body.error?.code]).toEqual([401, 'IDENTITY_REQUIRED']);
    });
  });

  async function visitorsOf({ company, webChat }: Site, userId: string) {
    const session = harness.channels.database.session(company.id);
    const rows = await session.read(
      (sql) => sql`select id, name, email from channels.visitors
        where company_id = ${company.id} and channel_id = ${webChat.id} and user_id = ${userId}`,
    );
    await session.close();
    return { rows };
  }
});

it('without a secret for tokens there is no web chat', async () => {
  const [postgres, natsServer] = await Promise.all([testPostgres(), testNats()]);
  const stores = { adminUrl: postgres.adminUrl, natsUrl: natsServer.url, telegramApiUrl: 'http://telegram.invalid' };
  const harness = await openHarness(stores, { visitorTokens: undefined });
  const site = newSite();
  await harness.seed(site);
  const page = openPage(harness, site);
  expect([(await page.session()).status, (await page.upload('x', Buffer.from('x'))).status]).toEqual([503, 503]);
  await harness.close();
  await Promise.all([postgres.close(), natsServer.close()]);
});
