import { z } from 'zod';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { countTokens } from '../text/tokens.ts';
import { EmbedderError, type Embedder, type Purpose } from './embedder.ts';
import type { Turns } from './endpoint/turns.ts';

export interface OpenAiEmbedderOptions {
  /** Base address of an OpenAI-compatible API, e.g. `https://api.openai.com/v1`. */
  readonly url: string;
  readonly model: string;
  readonly apiKey?: string | undefined;
  /** How long the model's vectors are; an answer of another length is an error. */
  readonly dimensions: number;
  /** Milliseconds for one request. @default 30_000 */
  readonly timeoutMs?: number | undefined;
  readonly turns: Turns;
  readonly metrics: Metrics;
}

/** Texts per request: far below the usual limits on inputs and tokens, large enough that round trips do not count. */
const BATCH = 64;
const TRIES = 4;
/** How long somebody waits for an answer, and how long an import does before it is put off, with all tries. */
const PATIENCE_MS = { awaited: 10_000, background: 5 * 60_000 };
/** What an endpoint asks for beyond it, it is asked again for. */
const LONGEST_REST_MS = 10 * 60_000;
/** The request itself is at fault. Everything else is the operator's or the moment's, and may be right the next time. */
const refusals = new Set([400, 413, 422]);

/**
 * An embedder behind `POST {url}/embeddings`, the interface that OpenAI, Azure, vLLM, Ollama, Text Embeddings Inference and
 * others share. Requests go in turns; when the endpoint tells one to slow down, all wait for as long as it says. Tries again, at most
 * 3 times.
 */
export function createOpenAiEmbedder(options: OpenAiEmbedderOptions): Embedder {
  const { model, dimensions, timeoutMs = 30_000, turns } = options;
  const url = `${options.url.replace(/\/+$/, '')}/embeddings`;
  const answer = z.object({
    data: z.array(z.object({ index: z.int().nonnegative(), embedding: z.array(z.number()).length(dimensions) })),
  });
  const headers = {
    'content-type': 'application/json',
    ...(options.apiKey !== undefined && { authorization: `Bearer ${options.apiKey}` }),
  };
  const requests = options.metrics.counter(
    'switchboard_embeddings_requests_total',
    'Requests to the embedding endpoint',
    ['outcome'],
  );

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
      requests.inc({ outcome: 'unreachable' });
      throw EmbedderError.unreachable(url, error);
    }
  }

  async function embedBatch({ texts, tokens }: Batch, { companyId, background, signal }: Purpose): Promise<number[][]> {
    const until = performance.now() + (background ? PATIENCE_MS.background : PATIENCE_MS.awaited);
    for (let attempt = 1; ; attempt++) {
      await turns.take({ companyId, background, tokens, until, signal });
      const response = await request(texts, signal);
      requests.inc({ outcome: response.ok ? 'ok' : String(response.status) });
      if (response.ok) return vectorsOf(await response.json().catch(() => undefined), texts.length);
      const reason = (await response.text().catch(() => '')).slice(0, 200);
      if (refusals.has(response.status)) throw EmbedderError.refused(model, response.status, reason);
      const passing = response.status === 429 || response.status >= 500;
      if (!passing || attempt === TRIES || signal?.aborted) throw EmbedderError.status(url, response.status, reason);
      const restMs = restOf(response);
      if (restMs !== undefined) turns.rest(restMs);
      else await pause(Math.min(backoff(attempt, { baseMs: 250 }), until - performance.now()), signal);
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
    async embed(texts, purpose) {
      const vectors: number[][] = [];
      for (const batch of batchesOf(texts, turns.mostTokens)) vectors.push(...(await embedBatch(batch, purpose)));
      return vectors;
    },
  };
}

interface Batch {
  readonly texts: string[];
  tokens: number;
}

/** What goes together; a text that is too much by itself goes alone. */
function batchesOf(texts: readonly string[], mostTokens: number): Batch[] {
  const batches: Batch[] = [];
  for (const text of texts) {
    const tokens = countTokens(text);
    const last = batches.at(-1);
    if (last && last.texts.length < BATCH && last.tokens + tokens <= mostTokens) {
      last.texts.push(text);
      last.tokens += tokens;
    } else batches.push({ texts: [text], tokens });
  }
  return batches;
}

/** Milliseconds that the server asks for, in seconds or until a date; undefined when it says nothing. */
function restOf(response: Response): number | undefined {
  const asked = response.headers.get('retry-after') ?? '';
  const ms = /^\d+(\.\d+)?$/.test(asked) ? Number(asked) * 1_000 : Date.parse(asked) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), LONGEST_REST_MS) : undefined;
}
