import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { VisitorIdentity } from '#platform/identity/identity.ts';
import { testNats, testPostgres, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import { openHarness, type Harness } from '../testing/harness.ts';
import { newAddress, newSite, openPage, png, visitorToken } from '../testing/site.ts';

describe('a file of a visitor', () => {
  let postgres: TestPostgres;
  let natsServer: TestServer;
  let harness: Harness;
  const shop = newSite();
  const other = newSite();

  beforeAll(async () => {
    [postgres, natsServer] = await Promise.all([testPostgres(), testNats()]);
    const stores = { adminUrl: postgres.adminUrl, natsUrl: natsServer.url, telegramApiUrl: 'http://telegram.invalid' };
    harness = await openHarness(stores);
    await harness.seed(shop, other);
  });

  afterAll(async () => {
    await harness.close();
    await Promise.all([postgres.close(), natsServer.close()]);
  });

  const tokenOf = (overrides: Partial<VisitorIdentity> = {}, expiresInSeconds?: number) =>
    visitorToken(harness, shop, overrides, expiresInSeconds);

  it('is kept under its own name, as what it is and not as what it is called', async () => {
    const headers = { 'content-type': 'text/html', 'x-file-name': encodeURIComponent('Zelt ⛺.png') };
    const { status, body } = await openPage(harness, shop).upload(await tokenOf(), png, headers);
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Zelt ⛺.png',
      mimeType: 'image/png',
      size: png.length,
      kind: 'IMAGE',
    });
  });

  it.each([
    ['no token', async () => ''],
    ['a token that has expired', () => tokenOf({}, -60)],
    ['a token of another page', () => tokenOf({ origin: 'https://www.shop.example' })],
    ['a token of another web chat', () => tokenOf({ channelId: other.webChat.id })],
    ['a token of another company', () => tokenOf({ companyId: other.company.id })],
    ['nonsense', async () => 'nonsense'],
  ])('is refused with %s', async (_what, make) => {
    const { status, body } = await openPage(harness, shop).upload(await make(), png);
    expect([status, body.error?.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('is refused to a page that may not show the web chat', async () => {
    const page = openPage(harness, shop, { origin: 'https://evil.example' });
    expect((await page.upload(await tokenOf({ origin: 'https://evil.example' }), png)).status).toBe(403);
  });

  it.each([
    ['is empty', Buffer.alloc(0), 400],
    ['is a program', Buffer.from('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0', 'latin1'), 415],
    ['is larger than it may be', Buffer.alloc(25 * 1024 ** 2 + 1), 413],
  ])('is refused when it %s', async (_what, bytes, expected) => {
    const { status } = await openPage(harness, shop).upload(await tokenOf(), bytes);
    expect(status).toBe(expected);
  });

  it.each(['%E0%A4%A', '', '../../etc/passwd', '%00'])('may have %j as a name, which harms nobody', async (name) => {
    const { status, body } = await openPage(harness, shop).upload(await tokenOf(), png, { 'x-file-name': name });
    expect(status).toBe(201);
    expect(String(body['name'])).not.toMatch(/\/|\0/);
  });

  it('is one of twenty a minute from one address', async () => {
    const page = openPage(harness, shop, { address: newAddress() });
    const token = await tokenOf();
    const answers = await Promise.all(Array.from({ length: 24 }, () => page.upload(token, png)));
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(3);
  });
});
