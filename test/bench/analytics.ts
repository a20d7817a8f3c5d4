import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createNats } from '#infra/embedded/nats.ts';
import { createRedis } from '#infra/embedded/redis.ts';
import { dashboards } from './analytics/dashboards.ts';
import { seededEvents } from './analytics/seed.ts';
import { throughput } from './analytics/throughput.ts';
import type { Row } from './table.ts';

const benchDirectory = fileURLToPath(new URL('../../.data/bench', import.meta.url));

/**
 * Dashboards over a year of a hundred million events of two hundred companies, beside the same figures from raw events; and how fast
 * events get from JetStream into what dashboards read. The events are made once.
 */
export async function analytics({ quick }: { readonly quick: boolean }): Promise<Row[]> {
  const written = await throughput({ quick });
  const events = quick ? 5_000_000 : 100_000_000;
  const seeded = await seededEvents({ dataDir: join(benchDirectory, `analytics-${String(events)}`), events });
  const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-bench-'));
  const nats = createNats({ dataDir, log: () => undefined });
  const redis = createRedis({ dataDir, log: () => undefined });
  try {
    await Promise.all([nats.start(), redis.start()]);
    const asked = await dashboards(seeded, { natsUrl: nats.url(), redisUrl: redis.url(), times: quick ? 20 : 100 });
    return [...asked, ...written];
  } finally {
    await Promise.all([nats.stop(), redis.stop()]);
    await seeded.clickhouse.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
