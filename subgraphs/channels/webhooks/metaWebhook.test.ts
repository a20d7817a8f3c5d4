import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import { openHarness, testMeta, type Harness } from '../testing/harness.ts';

const [appSecret = '', formerAppSecret = ''] = testMeta.appSecrets;
const [instagramAppSecret = ''] = testMeta.instagramAppSecrets;
const bodyOf = (object: string) => Buffer.from(`{"object":"${object}","entry":[{"id":"1","text":"\\u041f"}]}`);
const sign = (secret: string, body: Buffer) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

describe('the webhook of Meta', () => {
  let postgres: TestPostgres;
  let natsServer: TestServer;
  let harness: Harness;

  beforeAll(async () => {
    [postgres, natsServer] = await Promise.all([testPostgres(), testNats()]);
    const telegramApiUrl = 'http://telegram.invalid';
    harness = await openHarness({ adminUrl: postgres.adminUrl, natsUrl: natsServer.url, telegramApiUrl });
  });

  afterAll(async () => {
    await harness.close();
    await Promise.all([postgres.close(), natsServer.close()]);
  });

  const url = () => `${harness.channels.url()}/webhooks/meta`;

  async function post(body: Buffer, signature: string | undefined) {
    const response = await request(url(), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(signature && { 'x-hub-signature-256': signature }) },
      body,
    });
    return { status: response.statusCode, headers: response.headers, body: await response.body.text() };
  }

  async function verify(query: Record<string, string>) {
    const response = await request(`${url()}?${new URLSearchParams(query).toString()}`);
    return { status: response.statusCode, body: await response.body.text() };
  }

  /** Bodies that the stream has taken since the start, the splitter's work left aside. */
  const kept = async () => (await harness.nats.manager.streams.info('INGEST')).state.last_seq;

  const right = {
    'hub.mode': 'subscribe',
    'hub.verify_token': testMeta.verifyToken,
    'hub.challenge': '1158201444',
  };

  it('answers the verification with its challenge', async () => {
    expect(await verify(right)).toEqual({ status: 200, body: '1158201444' });
  });

  it.each([
    ['another token', { ...right, 'hub.verify_token': 'guessed' }],
    ['another mode', { ...right, 'hub.mode': 'unsubscribe' }],
    ['a challenge that is markup', { ...right, 'hub.challenge': '<script>' }],
    ['nothing', {}],
  ])('refuses a verification with %s', async (_what, query) => {
    expect(await verify(query)).toMatchObject({ status: 403 });
  });

  it.each([
    ['the app’s secret', 'page', appSecret, 200],
    ['the secret that the app had before', 'page', formerAppSecret, 200],
    ['another secret', 'page', 'guessed', 401],
    ['the Instagram app’s secret, of Instagram', 'instagram', instagramAppSecret, 200],
    ['the app’s secret, of Instagram', 'instagram', appSecret, 200],
    ['the Instagram app’s secret, of a page', 'page', instagramAppSecret, 401],
    ['the Instagram app’s secret, of WhatsApp', 'whatsapp_business_account', instagramAppSecret, 401],
  ])('answers to a body signed with %s', async (_what, object, secret, status) => {
    const before = await kept();
    const body = bodyOf(object);
    expect((await post(body, sign(secret, body))).status).toBe(status);
    expect((await kept()) > before).toBe(status === 200);
  });

  it.each([
    ['no signature', undefined],
    ['an empty one', 'sha256='],
    ['one of another algorithm', `sha1=${'a'.repeat(40)}`],
    ['that of another body', sign(appSecret, Buffer.from('{}'))],
  ])('refuses a body with %s', async (_what, signature) => {
    expect((await post(bodyOf('page'), signature)).status).toBe(401);
  });

  it('takes the three megabytes that WhatsApp may send, and not five', async () => {
    const large = Buffer.from(`{"object":"x","entry":[{"text":"${'x'.repeat(3 * 1024 * 1024)}"}]}`);
    expect((await post(large, sign(appSecret, large))).status).toBe(200);
    const tooLarge = Buffer.alloc(5 * 1024 * 1024, 'x');
    expect((await post(tooLarge, sign(appSecret, tooLarge))).status).toBe(413);
  });

  it('answers 503 while NATS is away, so that Meta comes again', async () => {
    const body = bodyOf('page');
    await natsServer.kill9();
    const refused = await eventually(async () => {
      const answer = await post(body, sign(appSecret, body));
      expect(answer.status).toBe(503);
      return answer;
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    await natsServer.restart();
    await eventually(async () => expect((await post(body, sign(appSecret, body))).status).toBe(200));
  });
});
