import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { eventually } from '#test/stack/eventually.ts';
import { startWorld, tokenFor, type World } from '../testing/world.ts';
import { takesParts } from './multipart.ts';

describe('an answer in parts is taken by who accepts', () => {
  it.each([
    ['multipart/mixed', true],
    ['multipart/mixed;deferSpec=20220824, application/json', true],
    ['application/graphql-response+json, multipart/mixed; deferSpec="20220824"; q=0.5', true],
    ['multipart/mixed; deferSpec=20230621', false],
    ['multipart/mixed;q=0', false],
    ['multipart/form-data, application/json', false],
    ['*/*', false],
    [undefined, false],
  ])('%s: %s', (accept, expected) => {
    expect(takesParts(accept)).toBe(expected);
  });
});

describe('over HTTP', () => {
  let world: World;
  let token: string;

  beforeAll(async () => {
    world = await startWorld();
    token = await tokenFor();
  });
  afterAll(() => world.close());

  async function ask(query: string, accept: string) {
    const { statusCode, headers, body } = await request(`${world.router.url()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, accept },
      body: JSON.stringify({ query }),
    });
    return { statusCode, type: headers['content-type'], text: await body.text() };
  }
  const query = '{ conversation(id: "a") { number ... @defer(label: "mood") { mood } } }';

  it('the parts are those of one body, with the delimiters that its type names', async () => {
    const { statusCode, type, text } = await ask(query, 'multipart/mixed; deferSpec=20220824');
    expect(statusCode).toBe(200);
    expect(type).toBe('multipart/mixed; boundary="-"; deferSpec=20220824');
    const head = '\r\n---\r\ncontent-type: application/json; charset=utf-8\r\n\r\n';
    expect(text).toBe(
      `${head}{"data":{"conversation":{"number":7}},"hasNext":true}` +
        `${head}{"incremental":[{"label":"mood","path":["conversation"],"data":{"mood":"mood of about a"}}],"hasNext":false}` +
        '\r\n-----\r\n',
    );
  });

  it('nothing more is fetched for a client that has left', async () => {
    const asked: string[] = [];
    const held = Promise.withResolvers<void>();
    world.behaviour.delay = (id) => {
      asked.push(id);
      return held.promise;
    };
    const { body } = await request(`${world.router.url()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, accept: 'multipart/mixed' },
      body: JSON.stringify({
        query: '{ conversation(id: "a") { number ... @defer { parent { channel { name } } } } }',
      }),
    });
    for await (const part of body) {
      expect(String(part)).toContain('"hasNext":true');
      break;
    }
    await eventually(async () => expect(await world.metrics.text()).toContain('status="aborted"'));
    const waitedFor = asked.length;
    held.resolve();
    expect(await ask('{ conversation(id: "b") { parent { channel { name } } } }', 'application/json')).toMatchObject({
      text: expect.stringContaining('name of ch-b'),
    });
    expect([waitedFor, asked]).toEqual([1, ["a'", "b'", "ch-b'"]]);
    world.behaviour.delay = async () => undefined;
  });

  it.each([
    ['nothing is deferred', '{ conversation(id: "a") { number } }', 'multipart/mixed', '"number":7'],
    ['the client takes no parts', query, 'application/json', '"mood":"mood of about a"'],
    ['the operation is refused', '{ conversation(id: "a") { ... @defer { nothing } } }', 'multipart/mixed', '"errors"'],
  ])('one answer comes when %s', async (_, text, accept, part) => {
    const answer = await ask(text, accept);
    expect(answer.type).toContain('application/json');
    expect(answer.text).toContain(part);
    expect(answer.text).not.toContain('hasNext');
  });
});
