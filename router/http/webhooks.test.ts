import { randomBytes } from 'node:crypto';
import { createConnection } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { startWorld, type World } from '../testing/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  world.behaviour.webhooks.length = 0;
});

function post(path: string, body: Buffer | string, headers: Record<string, string> = {}) {
  return request(`${world.router.url()}${path}`, { method: 'POST', headers, body });
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
    const [taken] = world.behaviour.webhooks;
    expect(taken?.url).toBe('/webhooks/telegram/42?x=1&y=%2F');
    expect(taken?.body.equals(body)).toBe(true);
    expect(taken?.headers).toMatchObject({ 'content-type': type, 'x-telegram-bot-api-secret-token': 'secret' });
    expect(taken?.headers['x-request-id']).toBe(headers['x-request-id']);
  });

  it('may be a GET, as platforms verify addresses', async () => {
    const { statusCode, body } = await request(`${world.router.url()}/webhooks/meta?hub.challenge=7`);
    expect([statusCode, await body.text()]).toEqual([200, 'taken']);
    expect(world.behaviour.webhooks[0]?.url).toBe('/webhooks/meta?hub.challenge=7');
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
    expect(world.behaviour.webhooks).toEqual([]);
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

  it.each(['/webhooks/../metrics', '/webhooks/%2e%2e/metrics', '/webhooks/a/../../graphql', '/webhooks/..\\metrics'])(
    'to %s does not come out of its place',
    async (path) => {
      // By hand, since clients tidy such addresses up.
      const { hostname, port } = new URL(world.router.url());
      const socket = createConnection(Number(port), hostname);
      socket.write(`GET ${path} HTTP/1.1\r\nhost: router\r\nconnection: close\r\n\r\n`);
      let answer = '';
      for await (const chunk of socket) answer += String(chunk);
      expect(answer).toMatch(/^HTTP\/1\.1 404/);
      expect(world.behaviour.webhooks).toEqual([]);
    },
  );
});
