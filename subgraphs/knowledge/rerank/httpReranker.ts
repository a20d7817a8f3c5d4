import { z } from 'zod';
import { createCircuitBreaker } from '#platform/limits/circuitBreaker.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { RerankError, type Ranked, type Reranker } from './reranker.ts';

export interface RerankConfig {
  /** Base address, of which `/rerank` is below, e.g. `https://api.jina.ai/v1`. */
  readonly url: string;
  readonly model: string;
  readonly apiKey?: string | undefined;
  /** Milliseconds: somebody waits for the passages. */
  readonly timeoutMs: number;
}

const index = z.int().nonnegative();
/** Cohere, Jina, vLLM and others; Text Embeddings Inference. */
const answerModel = z.union([
  z
    .object({ results: z.array(z.object({ index, relevance_score: z.number() })) })
    .transform(({ results }) => results.map((one) => ({ index: one.index, score: one.relevance_score }))),
  z.array(z.object({ index, score: z.number() })),
]);

/**
 * A model behind `POST {url}/rerank`, as Cohere, Jina, vLLM, llama.cpp and Text Embeddings Inference have it. It is asked once: somebody
 * waits. After failures in a row it is left alone for a while.
 */
export function createHttpReranker(config: RerankConfig, { metrics }: { readonly metrics: Metrics }): Reranker {
  const { model, timeoutMs } = config;
  const url = `${config.url.replace(/\/+$/, '')}/rerank`;
  const breaker = createCircuitBreaker();
  const headers = {
    'content-type': 'application/json',
    ...(config.apiKey !== undefined && { authorization: `Bearer ${config.apiKey}` }),
  };
  const seconds = metrics.histogram('switchboard_knowledge_rerank_seconds', 'Time to rank passages again', ['outcome']);
  /** Text Embeddings Inference alone calls them so, and says so when they are missing. */
  let field: 'documents' | 'texts' = 'documents';

  async function request(query: string, texts: readonly string[], first: number): Promise<unknown> {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const body = JSON.stringify({ model, query, [field]: texts, top_n: first });
      const response = await fetch(url, { method: 'POST', headers, body, signal });
      if (response.ok) return parseJson(await response.text());
      const reason = (await response.text()).slice(0, 200);
      if (field === 'documents' && response.status === 422 && reason.includes('`texts`')) {
        field = 'texts';
        return await request(query, texts, first);
      }
      throw RerankError.status(url, response.status, reason);
    } catch (error) {
      if (error instanceof RerankError) throw error;
      if (signal.aborted) throw RerankError.timeout(url, timeoutMs);
      throw RerankError.unreachable(url, error);
    }
  }

  async function ranking(query: string, texts: readonly string[], first: number): Promise<readonly Ranked[]> {
    const parsed = answerModel.safeParse(await request(query, texts, first));
    if (!parsed.success) throw RerankError.unreadable(url, z.prettifyError(parsed.error).slice(0, 200));
    const places = new Set(parsed.data.map((one) => one.index));
    if (places.size !== parsed.data.length) throw RerankError.unreadable(url, 'a text twice');
    if (parsed.data.length < Math.min(first, texts.length)) throw RerankError.unreadable(url, 'not all of them');
    if (parsed.data.some((one) => one.index >= texts.length)) throw RerankError.unreadable(url, 'one that is none');
    return parsed.data.toSorted((a, b) => b.score - a.score).slice(0, first);
  }

  return {
    model,
    async rank(query, texts, first) {
      if (texts.length === 0) return [];
      const restMs = breaker.enter(model);
      if (restMs > 0) throw RerankError.resting(url, restMs);
      const stop = seconds.startTimer();
      try {
        const ranked = await ranking(query, texts, first);
        breaker.succeeded(model);
        stop({ outcome: 'ok' });
        return ranked;
      } catch (error) {
        // What it does not take of one is no trouble of its own.
        const isRefusal = error instanceof RerankError && error.code === 'REFUSED';
        if (isRefusal) breaker.succeeded(model);
        else breaker.failed(model);
        stop({ outcome: error instanceof RerankError ? error.code.toLowerCase() : 'failed' });
        throw error;
      }
    },
  };
}

/** @returns undefined for what is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
