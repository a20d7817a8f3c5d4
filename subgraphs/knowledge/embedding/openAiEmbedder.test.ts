import { afterEach, describe, expect, it } from '@jest/globals';
import {
  embeddingsEndpoint,
  vectors,
  type EmbeddingsAnswer,
  type EmbeddingsRequest,
} from '../testing/embeddingsEndpoint.ts';
import { createOpenAiEmbedder } from './openAiEmbedder.ts';

const fail = (status: number, headers: Record<string, string> = {}): EmbeddingsAnswer => ({
  status,
  headers,
  body: 'no',
});
const byLength = (request: EmbeddingsRequest) => vectors(request, (text) => [text.length, 1]);

describe('an embedder behind an OpenAI-compatible endpoint', () => {
  let endpoint: Awaited<ReturnType<typeof embeddingsEndpoint>>;

  async function embedderOf(answer: Parameters<typeof embeddingsEndpoint>[0], options = {}) {
    endpoint = await embeddingsEndpoint(answer);
    return createOpenAiEmbedder({ url: endpoint.url, model: 'm', dimensions: 2, apiKey: 'key', ...options });
  }

  afterEach(() => endpoint.close());

  it('gives each text its vector, whatever the order of the answer', async () => {
    const embedder = await embedderOf(byLength);
    expect(await embedder.embed(['a', 'bbb', 'cc'])).toEqual([
      [1, 1],
      [3, 1],
      [2, 1],
    ]);
    expect(endpoint.requests).toMatchObject([{ authorization: 'Bearer key', model: 'm', input: ['a', 'bbb', 'cc'] }]);
  });

  it('asks in batches and without a key where there is none', async () => {
    const embedder = await embedderOf(byLength, { apiKey: undefined });
    const texts = Array.from({ length: 150 }, (_, i) => 'x'.repeat(i));
    expect(await embedder.embed(texts)).toEqual(texts.map((text) => [text.length, 1]));
    expect(endpoint.requests.map(({ input }) => input.length)).toEqual([64, 64, 22]);
    expect(endpoint.requests[0]?.authorization).toBeUndefined();
  });

  it('tries again when it is told to wait or the server fails', async () => {
    const embedder = await embedderOf((request, nth) => {
      if (nth === 1) return fail(429, { 'retry-after': '0' });
      return nth === 2 ? fail(503, { 'retry-after': '0' }) : byLength(request);
    });
    expect(await embedder.embed(['a'])).toEqual([[1, 1]]);
  });

  it('gives up after four tries, as something that may come back', async () => {
    const embedder = await embedderOf(() => fail(500, { 'retry-after': '0' }));
    await expect(embedder.embed(['a'])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(endpoint.requests).toHaveLength(4);
  });

  it.each([400, 413, 422])('takes %d as a word about the text, and does not repeat it', async (status) => {
    const embedder = await embedderOf(() => fail(status));
    await expect(embedder.embed(['a'])).rejects.toMatchObject({ code: 'TEXT_REFUSED' });
    expect(endpoint.requests).toHaveLength(1);
  });

  it.each([401, 404])('takes %d as a word about the configuration', async (status) => {
    const embedder = await embedderOf(() => fail(status));
    await expect(embedder.embed(['a'])).rejects.toMatchObject({
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
    await expect(embedder.embed(['a'])).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/no usable vectors/),
    });
  });

  it('does not wait longer than its limit, nor for longer than anybody wants to know', async () => {
    const embedder = await embedderOf(() => ({ status: 200, body: 'never' }), { timeoutMs: 50 });
    await expect(embedder.embed(['a'])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(embedder.embed(['a'], AbortSignal.abort())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('says that nobody answers', async () => {
    const embedder = await embedderOf(byLength, { url: 'http://127.0.0.1:1' });
    await expect(embedder.embed(['a'])).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/EMBEDDINGS_URL/),
    });
  });
});
