import { afterEach, describe, expect, it } from '@jest/globals';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { rerankEndpoint, type RerankAnswer } from '../testing/rerankEndpoint.ts';
import { createHttpReranker } from './httpReranker.ts';

const byLength: RerankAnswer = { scoreOf: (text) => text.length };

describe('a model that ranks passages again', () => {
  let endpoint: Awaited<ReturnType<typeof rerankEndpoint>>;

  async function rerankerOf(answer: Parameters<typeof rerankEndpoint>[0], options = {}, like = {}) {
    endpoint = await rerankEndpoint(answer, like);
    const config = { url: endpoint.url, model: 'm', apiKey: 'key', timeoutMs: 30_000, ...options };
    return createHttpReranker(config, { metrics: createMetrics({ service: 'test' }) });
  }

  afterEach(() => endpoint.close());

  it('names the best of the texts, best first, and how good they are', async () => {
    const reranker = await rerankerOf(() => byLength);
    expect(await reranker.rank('q', ['bb', 'a', 'ccc'], 2)).toEqual([
      { index: 2, score: 3 },
      { index: 0, score: 2 },
    ]);
    expect(endpoint.requests).toEqual([
      { authorization: 'Bearer key', model: 'm', query: 'q', documents: ['bb', 'a', 'ccc'], top_n: 2 },
    ]);
  });

  it('is asked as Text Embeddings Inference wants it, once that has said so', async () => {
    const reranker = await rerankerOf(() => byLength, { apiKey: undefined }, { likeTei: true });
    for (let time = 0; time < 2; time++) {
      expect(await reranker.rank('q', ['bb', 'a', 'ccc'], 2)).toEqual([
        { index: 2, score: 3 },
        { index: 0, score: 2 },
      ]);
    }
    expect(endpoint.requests.map(({ documents, texts }) => [documents?.length, texts?.length])).toEqual([
      [3, undefined],
      [undefined, 3],
      [undefined, 3],
    ]);
    expect(endpoint.requests[0]?.authorization).toBeUndefined();
  });

  it('is not asked about nothing', async () => {
    const reranker = await rerankerOf(() => byLength);
    expect(await reranker.rank('q', [], 5)).toEqual([]);
    expect(endpoint.requests).toEqual([]);
  });

  it.each<[string, RerankAnswer, string]>([
    ['too many requests', { status: 429, body: '' }, 'UNAVAILABLE'],
    ['a failure', { status: 503, body: '' }, 'UNAVAILABLE'],
    ['a wrong key', { status: 401, body: '' }, 'UNAVAILABLE'],
    ['a refusal', { status: 400, body: 'too long' }, 'REFUSED'],
    ['something else', { raw: { hello: 1 } }, 'UNREADABLE'],
    ['no JSON', { status: 200, body: '<html>' }, 'UNREADABLE'],
    ['a text that is none', { raw: [0, 7].map((index) => ({ index, score: 1 })) }, 'UNREADABLE'],
    ['a text twice', { raw: [1, 1].map((index) => ({ index, score: 1 })) }, 'UNREADABLE'],
    ['fewer than were asked for', { raw: [{ index: 1, score: 1 }] }, 'UNREADABLE'],
  ])('has no ranking when the answer is %s', async (_what, answer, code) => {
    const reranker = await rerankerOf(() => answer);
    await expect(reranker.rank('q', ['a', 'b'], 2)).rejects.toMatchObject({ code });
    expect(endpoint.requests).toHaveLength(1);
  });

  it('has no ranking when no answer comes in time', async () => {
    const reranker = await rerankerOf(() => 'never', { timeoutMs: 100 });
    await expect(reranker.rank('q', ['a', 'b'], 2)).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('is left alone after failures in a row, which refusals are not', async () => {
    const reranker = await rerankerOf((_request, nth) => ({ status: nth % 2 === 0 || nth > 9 ? 500 : 400, body: '' }));
    const codes: string[] = [];
    for (let time = 0; time < 16; time++) {
      await reranker.rank('q', ['a'], 1).catch(({ code }: { code: string }) => codes.push(code));
    }
    expect(codes.slice(9)).toEqual([...Array.from({ length: 5 }, () => 'UNAVAILABLE'), 'RESTING', 'RESTING']);
    expect(endpoint.requests).toHaveLength(14);
  });

  it('says that nobody answers', async () => {
    const reranker = await rerankerOf(() => byLength, { url: 'http://127.0.0.1:1' });
    await expect(reranker.rank('q', ['a'], 1)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/RERANK_URL/),
    });
  });
});
