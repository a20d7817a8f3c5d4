import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { v7 } from 'uuid';
import { publishSignal } from '#platform/events/publishSignal.ts';
import { partnersSubject } from '#schema/events/signals.ts';
import { buildManifest } from '#schema/operations/manifest.ts';
import { eventually } from '#test/stack/eventually.ts';
import { collect } from '../testing/collect.ts';
import { company, startWorld, tokenFor, type World } from '../testing/world.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const manifest = buildManifest(new Map([['everybody.graphql', 'query Everybody { caller }']]));
const [everybody] = manifest.operations;

const counts = 'query Counts { inboxCounts { open } }';
const one = 'query One($id: ID!) { conversation(id: $id) { id number } }';
const live = 'subscription Live { inboxUpdates { kind } }';
const touch = 'mutation Touch { touch(id: "1") }';

describe('a partner’s key', () => {
  let world: World;
  let key: { readonly keyId: string; readonly text: string };
  let partner: string;

  beforeAll(async () => {
    world = await startWorld({ manifest });
  });
  beforeEach(() => {
    partner = `p-${v7()}`;
    key = world.keeper.issue(company, { partner });
    publish('counts-1', counts);
    publish('one-1', one);
    publish(sha256(one), one);
    publish('live-1', live);
    publish('touch-1', touch);
  });
  afterAll(() => world.close());

  const publish = (id: string, body: string, as = partner, of = company) =>
    world.keeper.publish(of, as, id, { name: /(\w+)[ ({]/.exec(body.slice(body.indexOf(' ') + 1))?.[1] ?? '', body });
  const post = (body: object, token = key.text) => world.post(body, { token });
  const get = async (path: string, headers: Record<string, string> = {}, token = key.text) => {
    const response = await request(`${world.router.url()}${path}`, {
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
    return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
  };
  const codes = ({ errors = [] }: { errors?: readonly { extensions: Record<string, unknown> }[] }) =>
    errors.map(({ extensions }) => extensions['code']);

  it.each([
    ['extensions', (id: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: id } } })],
    ['documentId', (id: string) => ({ documentId: id })],
    ['documentId as the specification writes it', (id: string) => ({ documentId: `sha256:${id}` })],
  ])('runs what was published for its partner, by %s', async (_, named) => {
    const variables = { id: 'c1' };
    const expected = { conversation: { id: 'c1', number: 7 } };
    expect(await post({ ...named(sha256(one)), variables })).toMatchObject({ status: 200, data: expected });
    const search = Object.entries({ ...named(sha256(one)), variables }).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    expect(await world.get(Object.fromEntries(search), { token: key.text })).toMatchObject({ data: expected });
  });

  it('runs it by an address of its own', async () => {
    const { status, text } = await get(`/operations/one-1?variables=${encodeURIComponent('{"id":"c1"}')}`);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({ data: { conversation: { id: 'c1', number: 7 } } });
  });

  it('runs it over a socket, live too', async () => {
    const client = world.client(key.text);
    const answers: unknown[] = [];
    for await (const answer of client.iterate({
      query: '',
      extensions: { persistedQuery: { version: 1, sha256Hash: 'counts-1' } },
    })) {
      answers.push(answer);
    }
    expect(answers).toEqual([{ data: { inboxCounts: { open: 0 } } }]);
    expect((await collect(client, counts.replace('open', 'unread')).failed()).code).toBe('QUERY_NOT_IN_SAFELIST');
  });

  it('runs what the installation has registered for everybody', async () => {
    expect(await post({ documentId: everybody?.id })).toMatchObject({
      status: 200,
      data: { caller: expect.any(String) },
    });
  });

  it('runs a text only when that is registered to the letter', async () => {
    expect(await post({ query: one, variables: { id: 'c1' } })).toMatchObject({ status: 200 });
    for (const query of ['{ caller }', `${one} `, '{ __schema { types { name } } }']) {
      const answer = await post({ query });
      expect(answer.status).toBe(403);
      expect(codes(answer)).toEqual(['QUERY_NOT_IN_SAFELIST']);
    }
    expect(codes(await post({}))).toEqual(['QUERY_NOT_IN_SAFELIST']);
  });

  it('cannot bring a text of its own under a registered name', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'counts-1' } };
    expect(codes(await post({ query: '{ caller }', extensions }))).toEqual(['QUERY_NOT_IN_SAFELIST']);
    expect(await post({ documentId: 'counts-1', operationName: 'Other' })).toMatchObject({
      data: { inboxCounts: { open: 0 } },
    });
  });

  it.each([
    ['was made up', () => v7()],
    ['means something to our own apps', () => sha256('query Apps { caller }')],
    ['is no id at all', () => '../../etc/passwd'],
  ])('runs nothing by an id that %s', async (_, make) => {
    const apps = 'query Apps { caller }';
    await world.post(
      { query: apps, extensions: { persistedQuery: { version: 1, sha256Hash: sha256(apps) } } },
      { token: await tokenFor() },
    );
    const answer = await post({ documentId: make() });
    expect(answer.status).toBe(404);
    expect(codes(answer)).toEqual(['PERSISTED_QUERY_NOT_IN_LIST']);
    expect(codes(JSON.parse((await get(`/operations/${encodeURIComponent(make())}`)).text))).toEqual([
      'PERSISTED_QUERY_NOT_IN_LIST',
    ]);
  });

  it('runs nothing of another partner, nor of its namesake at another company', async () => {
    const other = v7();
    const others = [world.keeper.issue(company, { partner: 'another' }), world.keeper.issue(other, { partner })];
    for (const { text } of others) {
      expect(codes(await post({ documentId: 'counts-1' }, text))).toEqual(['PERSISTED_QUERY_NOT_IN_LIST']);
    }
  });

  it('runs nothing more once it is retired, and what is new at once', async () => {
    expect(await post({ documentId: 'counts-1' })).toMatchObject({ status: 200 });
    expect(await post({ documentId: 'counts-2' })).toMatchObject({ status: 404 });
    world.keeper.retire(company, partner, 'counts-1');
    publish('counts-2', counts);
    publishSignal(world.nats, partnersSubject(company), { change: 'OPERATIONS' });
    await eventually(async () => {
      expect(await post({ documentId: 'counts-1' })).toMatchObject({ status: 404 });
      expect(await post({ documentId: 'counts-2' })).toMatchObject({ status: 200 });
    });
  });

  it('is looked up once for many calls, which are counted', async () => {
    const router = world.another();
    await router.start();
    const before = world.keeper.seen.lookups;
    for (let call = 0; call < 3; call++) {
      await fetch(`${router.url()}/operations/counts-1`, { headers: { authorization: `Bearer ${key.text}` } });
    }
    expect(world.keeper.seen.lookups - before).toBe(1);
    await router.stop();
    expect(world.keeper.seen.used).toContainEqual({
      companyId: company,
      keyId: key.keyId,
      at: expect.any(String),
      calls: [{ operationId: 'counts-1', calls: 3 }],
    });
  });

  it('changes nothing by GET', async () => {
    const { touches } = world.behaviour;
    expect((await get('/operations/touch-1')).status).toBe(405);
    expect(world.behaviour.touches).toBe(touches);
    expect(await post({ documentId: 'touch-1' })).toMatchObject({ data: { touch: touches + 1 } });
  });

  it('subscribes over a socket only', async () => {
    expect(codes(JSON.parse((await get('/operations/live-1')).text))).toEqual(['BAD_REQUEST']);
  });

  describe('that asks by GET', () => {
    const path = `/operations/one-1?variables=${encodeURIComponent('{"id":"c1"}')}`;

    it('is told how long the answer may be kept, and what it is', async () => {
      const { headers } = await get(path);
      expect(headers).toMatchObject({
        etag: expect.stringMatching(/^W\/"[\w-]{27}"$/),
        'cache-control': 'private, no-cache',
        vary: expect.stringContaining('Authorization'),
      });
    });

    it('is spared what it has already', async () => {
      const { headers } = await get(path);
      const etag = String(headers['etag']);
      for (const known of [etag, etag.replace('W/', ''), `"other", ${etag}`, '*']) {
        expect(await get(path, { 'if-none-match': known })).toMatchObject({ status: 304, text: '' });
      }
      expect((await get(path, { 'if-none-match': 'W/"other"' })).status).toBe(200);
      const another = path.replace('c1', 'c2');
      expect((await get(another, { 'if-none-match': etag })).status).toBe(200);
    });

    it('is not told to keep what went wrong', async () => {
      publish('broken-1', 'query Broken { broken }');
      const { headers } = await get('/operations/broken-1');
      expect(headers['etag']).toBeUndefined();
      expect(headers['cache-control']).toBe('no-store');
      expect(String((await get(path, {}, 'swk_wrong')).headers['cache-control'])).not.toContain('max-age');
    });
  });

  it('is not needed by our own apps to ask by GET: what is registered for everybody has an address', async () => {
    const token = await tokenFor();
    expect((await get(`/operations/${everybody?.id}`, {}, token)).status).toBe(200);
    expect(codes(JSON.parse((await get('/operations/unknown', {}, token)).text))).toEqual([
      'PERSISTED_QUERY_NOT_FOUND',
    ]);
    expect((await request(`${world.router.url()}/operations/${everybody?.id}`)).statusCode).toBe(401);
  });
});
