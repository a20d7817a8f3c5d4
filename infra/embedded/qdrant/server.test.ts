import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createQdrantServer, type QdrantServer } from './server.ts';

const apiKey = 'the key of this test';

describe('the embedded Qdrant server', () => {
  let dataDir: string;
  let server: QdrantServer;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'qdrant-'));
    server = createQdrantServer({ dataDir, host: '127.0.0.1', port: 0, apiKey });
    await server.start();
    await call('PUT', '/collections/c', { vectors: { v: { size: 2, distance: 'Dot' } } });
  });

  afterAll(async () => {
    await server.stop();
    await rm(dataDir, { recursive: true });
  });

  const call = async (
    method: string,
    path: string,
    body?: object | string,
    headers: object = { 'api-key': apiKey },
  ) => {
    const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(server.url() + path, { method, headers: { ...headers, ...type }, ...content });
    const text = await response.text();
    return { status: response.status, text, body: text.startsWith('{') ? (JSON.parse(text) as object) : undefined };
  };

  const refused = (status: number, error: string | RegExp) => ({
    status,
    body: { status: { error: expect.stringMatching(error) }, time: expect.any(Number), result: null },
  });

  it('tells health and version to anybody', async () => {
    for (const path of ['/healthz', '/livez', '/readyz']) {
      expect(await call('GET', path, undefined, {})).toMatchObject({ status: 200 });
    }
    expect(await call('GET', '/', undefined, {})).toMatchObject({
      body: { version: expect.stringMatching(/^1\.\d+\.\d+$/) },
    });
  });

  it('takes the key from its header or as bearer token, and nothing else', async () => {
    expect(await call('GET', '/collections', undefined, {})).toMatchObject({ status: 401 });
    expect(await call('GET', '/collections', undefined, { 'api-key': 'another' })).toMatchObject({ status: 401 });
    expect(await call('GET', '/collections', undefined, { authorization: `Bearer ${apiKey}` })).toMatchObject({
      status: 200,
      body: { result: { collections: [{ name: 'c' }] }, status: 'ok', time: expect.any(Number) },
    });
  });

  const unsupported: [string, string, object][] = [
    ['grouping', '/points/query/groups', { query: [1, 2], group_by: 'a' }],
    ['facets', '/facet', { key: 'a' }],
  ];
  it.each(unsupported)('says of %s that it takes a real Qdrant', async (_what, path, body) => {
    const answer = await call('POST', `/collections/c${path}`, body);
    expect(answer).toMatchObject(refused(501, `does not support POST /collections/c${path}; set QDRANT_URL`));
  });

  const features: [string, object, string][] = [
    ['a field that it does not know', { query: [1, 2], using: 'v', lookup_from: { collection: 'x' } }, '`lookup_from`'],
    ['a kind of query', { query: { recommend: { positive: [1] } } }, 'this form of `query`'],
    ['a kind of query in a prefetch', { prefetch: [{ query: { context: [] } }] }, 'this form of `prefetch'],
    ['multivectors', { query: [[1, 2]], using: 'v' }, 'this form of `query`'],
    ['geo filters', { query: [1, 2], filter: { must: [{ key: 'a', geo_radius: {} }] } }, '`filter.must.0'],
    ['a query without a vector', { limit: 3 }, 'scroll lists points'],
  ];
  it.each(features)('says of %s that it takes a real Qdrant', async (_what, body, named) => {
    const answer = await call('POST', '/collections/c/points/query', body);
    expect(answer).toMatchObject(refused(400, 'the embedded Qdrant server does not support .* set QDRANT_URL'));
    expect(answer.text).toContain(named);
  });

  it('says of a kind of collection that it takes a real Qdrant', async () => {
    const create = async (body: object) => call('PUT', '/collections/d', body);
    const params = { size: 2, distance: 'Dot' };
    expect(await create({ vectors: params })).toMatchObject(refused(400, 'does not support|Format error'));
    expect(await create({ vectors: { v: { ...params, distance: 'Manhattan' } } })).toMatchObject(
      refused(400, 'does not support this value of `vectors.v.distance`'),
    );
    expect(
      await create({ vectors: { v: { ...params, multivector_config: { comparator: 'max_sim' } } } }),
    ).toMatchObject(refused(400, '`vectors.v.multivector_config`'));
    expect(await create({ vectors: {}, sharding_method: 'custom' })).toMatchObject(refused(400, '`sharding_method`'));
  });

  const wrong: [string, string, string, object | string, number, RegExp][] = [
    ['a body that is no JSON', 'PUT', '/points', '{"points":', 400, /^Format error in JSON body/],
    ['an id that is neither a number nor a UUID', 'POST', '/points', { ids: ['x'] }, 400, /UUID/],
    ['an id too large for a JSON number', 'POST', '/points', '{"ids":[9007199254740993]}', 422, /ids\.0/],
    ['a limit of nothing', 'POST', '/points/scroll', { limit: 0 }, 422, /limit: value 0 invalid, must be 1 or larger/],
    ['a limit without limit', 'POST', '/points/scroll', { limit: 1e6 }, 422, /limit: .* must be 10000 or less/],
    ['a vector of texts', 'PUT', '/points', { points: [{ id: 1, vector: { v: ['a'] } }] }, 400, /points\.0\.vector\.v/],
    ['a number beyond 32 bits', 'PUT', '/points', '{"points":[{"id":1,"vector":{"v":[1e39,0]}}]}', 422, /vector\.v/],
    [
      'a date that is none',
      'POST',
      '/points/count',
      { filter: { must: { key: 'a', range: { gt: 'soon' } } } },
      422,
      /gt/,
    ],
    [
      'a key that is no path',
      'POST',
      '/points/count',
      { filter: { must: { is_empty: { key: 'a..b' } } } },
      400,
      /a\.\.b/,
    ],
    ['a write to no points', 'POST', '/payload', { payload: { a: 1 } }, 501, /./],
    ['a payload for no points', 'POST', '/points/payload', { payload: { a: 1 } }, 422, /ids or a filter/],
    [
      'a payload for a missing point',
      'POST',
      '/points/payload',
      { payload: {}, points: [8] },
      404,
      /No point with id 8/,
    ],
  ];
  it.each(wrong)('refuses %s', async (_what, method, path, body, status, error) => {
    expect(await call(method, `/collections/c${path}`, body)).toMatchObject(refused(status, error));
  });

  it('refuses prefetches nested too deep', async () => {
    const nested = (depth: number): object => ({
      query: [1, 2],
      using: 'v',
      ...(depth > 0 ? { prefetch: [nested(depth - 1)] } : {}),
    });
    expect(await call('POST', '/collections/c/points/query', nested(4))).toMatchObject({ status: 200 });
    expect(await call('POST', '/collections/c/points/query', nested(5))).toMatchObject(refused(400, 'up to 4 deep'));
  });

  it('refuses more points, and more bytes, than one request may carry', async () => {
    const points = Array.from({ length: 10_001 }, (_, id) => ({ id, vector: {} }));
    expect(await call('PUT', '/collections/c/points', { points })).toMatchObject(refused(422, 'must be 10000 or less'));
    const body = JSON.stringify({ points: [{ id: 1, vector: {}, payload: { text: 'x'.repeat(33 << 20) } }] });
    expect(await call('PUT', '/collections/c/points', body)).toMatchObject(refused(413, 'larger than allowed'));
    expect(await call('POST', '/collections/c/points/count', {})).toMatchObject({ body: { result: { count: 0 } } });
  });

  it('cannot be started twice on one port, and can be stopped without having started', async () => {
    const { hostname: host, port } = new URL(server.url());
    const otherDir = `${dataDir}-other`;
    const other = createQdrantServer({ dataDir: otherDir, host, port: Number(port) });
    await expect(other.start()).rejects.toThrow('EADDRINUSE');
    await other.stop();
    expect(() => other.url()).toThrow('start it first');
    await rm(otherDir, { recursive: true });
  });
});
