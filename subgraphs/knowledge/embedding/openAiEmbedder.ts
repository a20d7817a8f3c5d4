import { z } from 'zod';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import { EmbedderError } from './embedder.ts';
import type { Embedder } from './embedder.ts';

export interface OpenAiEmbedderOptions {
  /** Base address of an OpenAI-compatible API, e.g. `https://api.openai.com/v1`. */
  readonly url: string;
  readonly model: string;
  readonly apiKey?: string | undefined;
  /** How long the model's vectors are; an answer of another length is an error. */
  readonly dimensions: number;
  /** Milliseconds for one request. @default 30_000 */
  readonly timeoutMs?: number | undefined;
}

/** Texts per request: far below the usual limits on inputs and tokens, large enough that round trips do not count. */
const BATCH = 64;
const TRIES = 4;
const LONGEST_WAIT_MS = 10_000;
/** The request itself is at fault. Everything else is the operator's or the moment's, and may be right the next time. */
const refusals = new Set([400, 413, 422]);

/**
 * An embedder behind `POST {url}/embeddings`, the interface that OpenAI, Azure, vLLM, Ollama, Text Embeddings Inference and
 * others share. Waits and tries again, at most 3 times, when it is told to slow down or the server fails.
 */
export function createOpenAiEmbedder(options: OpenAiEmbedderOptions): Embedder {
  const { model, dimensions, timeoutMs = 30_000 } = options;
  const url = `${options.url.replace(/\/+$/, '')}/embeddings`;
  const answer = z.object({
    data: z.array(z.object({ index: z.int().nonnegative(), embedding: z.array(z.number()).length(dimensions) })),
  });
  const headers = {
    'content-type': 'application/json',
    ...(options.apiKey !== undefined && { authorization: `Bearer ${options.apiKey}` }),
  };

  async function request(input: readonly string[], signal: AbortSignal | undefined): Promise<Response> {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      return await fetch(url, {
        method: 'POST',
        headers,
        body: JSON.stringify({ model, input, encoding_format: 'float' }),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
    } catch (error) {
      throw EmbedderError.unreachable(url, error);
    }
  }

  async function embedBatch(input: readonly string[], signal: AbortSignal | undefined): Promise<number[][]> {
    for (let attempt = 1; ; attempt++) {
      const response = await request(input, signal);
      if (response.ok) return vectorsOf(await response.json().catch(() => undefined), input.length);
      const reason = (await response.text().catch(() => '')).slice(0, 200);
      if (refusals.has(response.status)) throw EmbedderError.refused(model, response.status, reason);
      const passing = response.status === 429 || response.status >= 500;
      if (!passing || attempt === TRIES || signal?.aborted) throw EmbedderError.status(url, response.status, reason);
      await pause(waitFor(response, attempt), signal);
    }
  }

  function vectorsOf(body: unknown, count: number): number[][] {
    const parsed = answer.safeParse(body);
    if (!parsed.success) throw EmbedderError.unexpectedAnswer(url, z.prettifyError(parsed.error).slice(0, 200));
    // The order of the answer is not promised; `index` is.
    const byIndex = new Map(parsed.data.data.map(({ index, embedding }) => [index, embedding]));
    return Array.from({ length: count }, (_, index) => {
      const vector = byIndex.get(index);
      if (!vector) throw EmbedderError.unexpectedAnswer(url, `no vector for input ${index} of ${count}`);
      return vector;
    });
  }

  return {
    model,
    dimensions,
    weight: 1,
    async embed(texts, signal) {
      const vectors: number[][] = [];
      for (let from = 0; from < texts.length; from += BATCH) {
        vectors.push(...(await embedBatch(texts.slice(from, from + BATCH), signal)));
      }
      return vectors;
    },
  };
}

/** Milliseconds: what the server asks for in `Retry-After`, up to a limit, else a growing pause. */
function waitFor(response: Response, attempt: number): number {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.min(seconds * 1_000, LONGEST_WAIT_MS) : backoff(attempt, { baseMs: 250 });
}
