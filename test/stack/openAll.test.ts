import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createClickHouse } from '#infra/embedded/clickhouse.ts';
import { reachQdrant } from '#infra/embedded/reach.ts';
import { testClickHouse, testQdrant } from './index.ts';
import { openAll } from './openAll.ts';
import { currentTestRun } from './testRun.ts';

describe('what opens side by side', () => {
  it('is closed when something beside it does not open, also what opens later', async () => {
    const later = testClickHouse();
    async function open(): Promise<void> {
      await using opened = new AsyncDisposableStack();
      await openAll(opened, [Promise.reject(new Error('no NATS')), later]);
    }
    await expect(open()).rejects.toThrow('no NATS');
    await later;
    // The engine opens no other directory before it has let go of this one.
    const clickhouse = createClickHouse(await mkdtemp(join(currentTestRun().directory, 'clickhouse-')));
    await clickhouse.start();
    await clickhouse.stop();
  });

  it('stays open for whoever goes on with it', async () => {
    const opened = new AsyncDisposableStack();
    const [qdrant] = await openAll(opened, [testQdrant()]);
    await reachQdrant(qdrant.url);
    await opened.disposeAsync();
    await expect(reachQdrant(qdrant.url)).rejects.toThrow('fetch failed');
  });
});
