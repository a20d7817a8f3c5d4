import { randomBytes } from 'node:crypto';
import { createConnection } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import type { Router } from '../createRouter.ts';
import { startWorld, type World } from '../testing/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  world.behaviour.handedOn.length = 0;
});

function post(path: string, body: Buffer | string, headers: Record<string, string> = {}) {
  return request(`${world.router.url()}${path}`, { method: 'POST', headers, body });
}

/** The answer to what clients would tidy up, or not send without a body. */
async function byHand(router: Router, ...lines: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(router.url());
  const socket = createConnection(Number(port), hostname);
  socket.write(`${[...lines, 'host: router', 'connection: close'].join('\r\n')}\r\n\r\n`);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

describe('a webhook', () => {
  it.each([
    [
      'JSON with the spaces and the order that were signed',
      'application/json',
      Buffer.from('{ "b":1,\n"a" : "ü\\u00fc" }'),
    ],
    ['JSON that is none', 'application/json', Buffer.from('{"a":')],
    ['bytes', 'application/octet-stream', randomBytes(5_000)],
    ['a form', 'application/x-www-form-urlencoded', Buffer.from('a=1&b=%20')],
    ['a type nobody knows', 'x-odd/type; charset=weird', Buffer.from('odd')],
  ])('with %s reaches the channels service byte for byte', async (_, type, body) => {
    const {
      statusCode,
      headers,
      body: answer,
    } = await post('/webhooks/telegram/42?x=1&y=%2F', body, {
      'content-type': type,
      'x-telegram-bot-api-secret-token': 'secret',
    });
    expect([statusCode, await answer.text(), headers['x-seen-by']]).toEqual([200, 'taken', 'channels']);
    const [taken] = world.behaviour.handedOn;
    expect(taken?.url).toBe('/webhooks/telegram/42?x=1&y=%2F');
    expect(taken?.body.equals(body)).toBe(true);
    expect(taken?.headers).toMatchObject({ 'content-type': type, 'x-telegram-bot-api-secret-token': 'secret' });
    expect(taken?.headers['x-request-id']).toBe(headers['x-request-id']);
  });

  it('may be a GET, as platforms verify addresses', async () => {
    const { statusCode, body } = await request(`${world.router.url()}/webhooks/meta?hub.challenge=7`);
    expect([statusCode, await body.text()]).toEqual([200, 'taken']);
    expect(world.behaviour.handedOn[0]?.url).toBe('/webhooks/meta?hub.challenge=7');
  });

  it('may have no body and no type', async () => {
    const { statusCode, body } = await post('/webhooks/telegram/42', '');
    await body.dump();
    expect(statusCode).toBe(200);
  });

  it('over the limit is refused, with a length and without', async () => {
    const large = Buffer.alloc(1024 ** 2 + 1);
    const { statusCode, body } = await post('/webhooks/telegram/42', large, { 'content-type': 'application/json' });
    await body.dump();
    expect(statusCode).toBe(413);
    async function* chunks() {
      for (let i = 0; i < 20; i++) yield Buffer.alloc(64 * 1024);
    }
    const streamed = await request(`${world.router.url()}/webhooks/telegram/42`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Readable.from(chunks()),
    });
    await streamed.body.dump();
    expect(streamed.statusCode).toBe(413);
    expect(world.behaviour.handedOn).toEqual([]);
  });

  it('is answered with 503 and when to come again while the channels service is away', async () => {
    await world.channels.stop();
    try {
      const { statusCode, headers, body } = await post('/webhooks/telegram/42', '{}', {
        'content-type': 'application/json',
      });
      const text = await body.text();
      expect([statusCode, headers['retry-after']]).toEqual([503, '5']);
      expect(text).not.toMatch(/ECONNREFUSED|127\.0\.0\.1/);
    } finally {
      await world.channels.start();
    }
    const { statusCode, body } = await post('/webhooks/telegram/42', '{}', { 'content-type': 'application/json' });
    await body.dump();
    expect(statusCode).toBe(200);
  });

  it('of Meta may have up to 4 MB, and not more', async () => {
    const type = { 'content-type': 'application/json' };
    const taken = await post('/webhooks/meta', Buffer.alloc(4 * 1024 ** 2), type);
    await taken.body.dump();
    const refused = await post('/webhooks/meta', Buffer.alloc(4 * 1024 ** 2 + 1), type);
    await refused.body.dump();
    expect([taken.statusCode, refused.statusCode]).toEqual([200, 413]);
    expect(world.behaviour.handedOn).toHaveLength(1);
  });
});

describe('what belongs to channels', () => {
  it.each([
    ['GET', '/files/a/b?expires=1&signature=x'],
    ['HEAD', '/files/a/b?expires=1&signature=x'],
    ['GET', '/chat/widget.js'],
    ['HEAD', '/chat/widget.js'],
    ['POST', '/chat/42/sessions'],
  ] as const)('is handed on: %s %s', async (method, path) => {
    const headers = { origin: 'https://shop.example', range: 'bytes=0-1' };
    const { statusCode, body } = await request(world.router.url() + path, { method, headers });
    await body.dump();
    expect(statusCode).toBe(200);
    expect(world.behaviour.handedOn).toMatchObject([{ method, url: path, headers }]);
  });

  it.each([
    ['POST', '/files/a/b'],
    ['DELETE', '/files/a/b'],
    ['PUT', '/chat/42/sessions'],
    ['DELETE', '/webhooks/telegram/42'],
    ['GET', '/metrics/../chat'],
  ] as const)('is not: %s %s', async (method, path) => {
    const { statusCode, body } = await request(world.router.url() + path, { method });
    await body.dump();
    expect(statusCode).toBe(404);
    expect(world.behaviour.handedOn).toEqual([]);
  });

  it('is told who asks, as the router sees it and not as a stranger says', async () => {
    const { body } = await post('/chat/42/sessions', '{}', { 'x-forwarded-for': '203.0.113.7' });
    await body.dump();
    const trusting = world.another({
      http: { host: '127.0.0.1', port: 0, trustProxy: true, bodyLimit: 1024 },
    });
    await trusting.start();
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    const answer = await request(`${trusting.url()}/chat/42/sessions`, { method: 'POST', headers });
    await answer.body.dump();
    await trusting.stop();
    expect(world.behaviour.handedOn.map((asked) => asked.headers['x-forwarded-for'])).toEqual([
      '127.0.0.1',
      '203.0.113.7',
    ]);
  });

  it.each([
    '/webhooks/../metrics',
    '/webhooks/%2e%2e/metrics',
    '/webhooks/a/../../graphql',
    '/webhooks/..\\metrics',
    '/files/../metrics',
    '/files/%2e%2e/%2e%2e/metrics',
    '/files/../webhooks/telegram/42',
    '/chat/../metrics',
    '/chat/42/../../graphql',
    '/chat/%2e%2e/files',
  ])('does not come out of its place: %s', async (path) => {
    const answer = await byHand(world.router, `GET ${path} HTTP/1.1`);
    expect(answer).toMatch(/^HTTP\/1\.1 404/);
    expect(world.behaviour.handedOn).toEqual([]);
  });
});

describe('a file that a visitor sends', () => {
  const upload = (body: Buffer | Readable, headers: Record<string, string> = {}) =>
    request(`${world.router.url()}/chat/42/files?name=a.png`, {
      method: 'POST',
      headers: { 'content-type': 'image/png', ...headers },
      body,
    });

  it('of up to 25 MB is handed on byte for byte', async () => {
    const bytes = randomBytes(25 * 1024 ** 2);
    const { statusCode, body } = await upload(bytes);
    await body.dump();
    expect(statusCode).toBe(200);
    const [taken] = world.behaviour.handedOn;
    expect(taken).toMatchObject({ url: '/chat/42/files?name=a.png', headers: { 'content-type': 'image/png' } });
    expect(taken?.body.equals(bytes)).toBe(true);
  });

  it('or an agent uploads, is handed on to its address', async () => {
    const bytes = randomBytes(10_000);
    const path = `/uploads?place=${'x'.repeat(400)}`;
    const { statusCode, body } = await request(`${world.router.url()}${path}`, { method: 'PUT', body: bytes });
    await body.dump();
    expect(statusCode).toBe(200);
    const [taken] = world.behaviour.handedOn;
    expect(taken?.url).toBe(path);
    expect(taken?.body.equals(bytes)).toBe(true);
  });

  it('that is larger, or does not say how large it is, is refused before it is read', async () => {
    const length = `content-length: ${String(25 * 1024 ** 2 + 1)}`;
    const large = await byHand(world.router, 'POST /chat/42/files HTTP/1.1', 'content-type: image/png', length);
    expect(large).toMatch(/^HTTP\/1\.1 413/);
    const unsaid = await upload(Readable.from([Buffer.alloc(10)]));
    expect([unsaid.statusCode, await unsaid.body.json()]).toMatchObject([411, { error: { code: 'LENGTH_REQUIRED' } }]);
    expect(world.behaviour.handedOn).toEqual([]);
  });
});

describe('channels in the same process', () => {
  let router: Router;
  beforeAll(async () => {
    router = world.another({}, { channels: world.channels.handle });
    await router.start();
  });
  afterAll(() => router.stop());

  it('get a webhook byte for byte, with the id of the request and who asks', async () => {
    const type = 'application/json';
    const bytes = Buffer.from('{ "b":1,\n"a" : "ü\\u00fc" }');
    const url = '/webhooks/telegram/42?x=1&y=%2F';
    const { statusCode, headers, body } = await request(router.url() + url, {
      method: 'POST',
      headers: { 'content-type': type, 'x-forwarded-for': '203.0.113.7' },
      body: bytes,
    });
    expect([statusCode, await body.text(), headers['x-seen-by']]).toEqual([200, 'taken', 'channels']);
    const [taken] = world.behaviour.handedOn;
    expect(taken).toMatchObject({ url, headers: { 'content-type': type, 'x-forwarded-for': '127.0.0.1' } });
    expect(taken?.body.equals(bytes)).toBe(true);
    expect(taken?.headers['x-request-id']).toBe(headers['x-request-id']);
  });

  it('answer pages of any site, as they do from elsewhere', async () => {
    const { headers, body } = await request(`${router.url()}/chat/42/sessions`, { method: 'POST' });
    await body.dump();
    expect([headers['access-control-allow-origin'], headers['x-seen-by']]).toEqual(['*', 'channels']);
  });

  it('get a large file as it comes, and none that is too large or of unknown length', async () => {
    const upload = (body: Buffer | Readable) => request(`${router.url()}/uploads?place=x`, { method: 'PUT', body });
    const bytes = randomBytes(5_000_000);
    const [taken, larger, unsaid] = [
      await upload(bytes),
      await upload(Buffer.alloc(25 * 1024 ** 2 + 1)),
      await upload(Readable.from([Buffer.alloc(10)])),
    ];
    for (const { body } of [taken, larger, unsaid]) await body.dump();
    expect([taken.statusCode, larger.statusCode, unsaid.statusCode]).toEqual([200, 413, 411]);
    expect(world.behaviour.handedOn.map(({ body }) => body.equals(bytes))).toEqual([true]);
  });

  it.each(['/webhooks/../metrics', '/files/%2e%2e/metrics', '/chat/42/../../graphql'])(
    'are not asked for what is not theirs: %s',
    async (path) => {
      expect(await byHand(router, `GET ${path} HTTP/1.1`)).toMatch(/^HTTP\/1\.1 404/);
      expect(world.behaviour.handedOn).toEqual([]);
    },
  );
});
