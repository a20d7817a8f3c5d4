import { afterEach, describe, expect, it } from '@jest/globals';
import { createQuotasInMemory } from '#platform/limits/quotasInMemory.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import {
  embeddingsEndpoint,
  vectors,
  type EmbeddingsAnswer,
  type EmbeddingsRequest,
} from '../testing/embeddingsEndpoint.ts';
import { createTurns, type EndpointLimits } from './endpoint/turns.ts';
import { createOpenAiEmbedder } from './openAiEmbedder.ts';

const companyId = 'ours';
const who = { companyId };

const fail = (status: number, headers: Record<string, string> = {}): EmbeddingsAnswer => ({
  status,
  headers,
  body: 'no',
});
const byLength = (request: EmbeddingsRequest) => vectors(request, (text) => [text.length, 1]);

describe('an embedder behind an OpenAI-compatible endpoint', () => {
  let endpoint: Awaited<ReturnType<typeof embeddingsEndpoint>>;

  async function embedderOf(
    answer: Parameters<typeof embeddingsEndpoint>[0],
    { limits = {}, ...options }: { readonly limits?: EndpointLimits; readonly [option: string]: unknown } = {},
  ) {
    endpoint = await embeddingsEndpoint(answer);
    const metrics = createMetrics({ service: 'test' });
    const turns = createTurns({ name: 'm', limits, take: createQuotasInMemory(), metrics });
    const known = { url: endpoint.url, model: 'm', dimensions: 2, apiKey: 'key' };
    return createOpenAiEmbedder({ ...known, turns, metrics, ...options });
  }

  afterEach(() => endpoint.close());

  it('gives each text its vector, whatever the order of the answer', async () => {
    const embedder = await embedderOf(byLength);
    expect(await embedder.embed(['a', 'bbb', 'cc'], who)).toEqual([
      [1, 1],
      [3, 1],
      [2, 1],
    ]);
    expect(endpoint.requests).toMatchObject([{ authorization: 'Bearer key', model: 'm', input: ['a', 'bbb', 'cc'] }]);
  });

  it('asks in batches and without a key where there is none', async () => {
    const embedder = await embedderOf(byLength, { apiKey: undefined });
    const texts = Array.from({ length: 150 }, (_, i) => 'x'.repeat(i));
    expect(await embedder.embed(texts, who)).toEqual(texts.map((text) => [text.length, 1]));
    expect(endpoint.requests.map(({ input }) => input.length)).toEqual([64, 64, 22]);
    expect(endpoint.requests[0]?.authorization).toBeUndefined();
  });

  it('tries again when it is told to wait or the server fails', async () => {
    const embedder = await embedderOf((request, nth) => {
      if (nth === 1) return fail(429, { 'retry-after': '0' });
      return nth === 2 ? fail(503, { 'retry-after': '0' }) : byLength(request);
    });
    expect(await embedder.embed(['a'], who)).toEqual([[1, 1]]);
  });

  it('gives up after four tries, as something that may come back', async () => {
    const embedder = await embedderOf(() => fail(500, { 'retry-after': '0' }));
    await expect(embedder.embed(['a'], who)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(endpoint.requests).toHaveLength(4);
  });

  it.each([400, 413, 422])('takes %d as a word about the text, and does not repeat it', async (status) => {
    const embedder = await embedderOf(() => fail(status));
    await expect(embedder.embed(['a'], who)).rejects.toMatchObject({ code: 'TEXT_REFUSED' });
    expect(endpoint.requests).toHaveLength(1);
  });

  it.each([401, 404])('takes %d as a word about the configuration', async (status) => {
    const embedder = await embedderOf(() => fail(status));
    await expect(embedder.embed(['a'], who)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/EMBEDDINGS_/),
    });
  });

  it.each<[string, EmbeddingsAnswer['body']]>([
    ['vectors of another length', { data: [{ index: 0, embedding: [1, 2, 3] }] }],
    ['a missing vector', { data: [] }],
    ['something else', { hello: 1 }],
    ['no JSON', '<html>'],
  ])('refuses an answer with %s', async (_what, body) => {
    const embedder = await embedderOf(() => ({ status: 200, body }));
    await expect(embedder.embed(['a'], who)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/no usable vectors/),
    });
  });

  it('does not wait longer than its limit, nor for longer than anybody wants to know', async () => {
    const embedder = await embedderOf(() => ({ status: 200, body: 'never' }), { timeoutMs: 50 });
    await expect(embedder.embed(['a'], who)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(embedder.embed(['a'], { ...who, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it('says that nobody answers', async () => {
    const embedder = await embedderOf(byLength, { url: 'http://127.0.0.1:1' });
    await expect(embedder.embed(['a'], who)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/EMBEDDINGS_URL/),
    });
  });

  it('leaves an endpoint alone for as long as that says, whoever asks meanwhile', async () => {
    const embedder = await embedderOf((request, nth) =>
      nth === 1 ? fail(429, { 'retry-after': '0.3' }) : byLength(request),
    );
    const since = performance.now();
    const refused = embedder.embed(['a'], who);
    await eventually(async () => expect(endpoint.requests).toHaveLength(1));
    expect(await Promise.all([refused, embedder.embed(['bb'], { companyId: 'theirs' })])).toEqual([[[1, 1]], [[2, 1]]]);
    expect(performance.now() - since).toBeGreaterThanOrEqual(295);
    expect(endpoint.requests).toHaveLength(3);
  });

  it.each([['60'], [new Date(Date.now() + 95_000).toUTCString()]])(
    'lets nobody wait for longer than they would (%s)',
    async (after) => {
      const embedder = await embedderOf(() => fail(429, { 'retry-after': after }));
      for (let asked = 0; asked < 2; asked++) {
        await expect(embedder.embed(['a'], who)).rejects.toMatchObject({
          code: 'UNAVAILABLE',
          message: expect.stringMatching(/takes no more for \d\d s/),
        });
      }
      expect(endpoint.requests).toHaveLength(1);
    },
  );

  it('keeps to what it may ask in a minute, of which an import leaves a part to questions', async () => {
    const embedder = await embedderOf(byLength, { limits: { requestsPerMinute: 10 } });
    const ending = new AbortController();
    const imports = Array.from({ length: 12 }, () =>
      embedder.embed(['a'], { ...who, background: true, signal: ending.signal }).catch(() => undefined),
    );
    await eventually(async () => expect(endpoint.requests).toHaveLength(8));
    expect(await embedder.embed(['bb'], who)).toEqual([[2, 1]]);
    expect(await embedder.embed(['ccc'], who)).toEqual([[3, 1]]);
    await expect(embedder.embed(['dddd'], who)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(endpoint.requests).toHaveLength(10);
    ending.abort();
    await Promise.all(imports);
  });

  it('sends no more tokens at once than it may, and none that are over what it has in a minute', async () => {
    const embedder = await embedderOf(byLength, { limits: { tokensPerMinute: 1_000 } });
    const text = 'six or more '.repeat(100);
    await embedder.embed([text, text, text], who);
    expect(endpoint.requests.map(({ input }) => input.length)).toEqual([2, 1]);
    await expect(embedder.embed([text], who)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(endpoint.requests).toHaveLength(2);
  });
});
