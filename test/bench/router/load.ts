import { createHistogram } from 'node:perf_hooks';
import { Pool } from 'undici';

export interface Load {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly count: number;
}

const CONNECTIONS = 50;

/**
 * Asks as fast as it is answered, on so many connections.
 *
 * @param options.authorization for each request.
 * @throws when an answer is not the one that is expected.
 */
export async function load(options: {
  readonly url: string;
  readonly body: string;
  readonly authorization: () => string;
  readonly expected: number;
  readonly durationMs: number;
}): Promise<Load> {
  const { url, body, authorization, expected, durationMs } = options;
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: CONNECTIONS });
  const latency = createHistogram();
  const started = performance.now();
  const end = started + durationMs;
  async function askUntilTheEnd(): Promise<void> {
    while (performance.now() < end) {
      const since = performance.now();
      const response = await pool.request({
        method: 'POST',
        path: pathname,
        headers: { 'content-type': 'application/json', authorization: authorization() },
        body,
      });
      const { byteLength } = await response.body.arrayBuffer();
      if (response.statusCode !== 200 || byteLength < expected) {
        throw new Error(
          `answered ${String(response.statusCode)} with ${String(byteLength)} bytes of ${String(expected)}`,
        );
      }
      latency.record(Math.max(1, Math.round((performance.now() - since) * 1_000)));
    }
  }
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, askUntilTheEnd));
  } finally {
    await pool.destroy();
  }
  const seconds = (performance.now() - started) / 1_000;
  return {
    perSecond: latency.count / seconds,
    p50: latency.percentile(50) / 1_000,
    p99: latency.percentile(99) / 1_000,
    count: latency.count,
  };
}
