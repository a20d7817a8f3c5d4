import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { QdrantClient } from '@qdrant/js-client-rest';
import { createQdrantServer } from './server.ts';

const vectors = { dense: { size: 3, distance: 'Cosine' as const } };
const sparse_vectors = { words: { modifier: 'idf' as const } };
const point = (id: number) => ({
  id,
  vector: { dense: [id, 1, 2], words: { indices: [id % 7, 100 + id], values: [1, 0.5] } },
  payload: { company: id % 2 ? 'odd' : 'even', note: `n${id}` },
});

describe('what the embedded Qdrant server keeps', () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'qdrant-'));
  });

  afterEach(async () => {
    await rm(dataDir, { recursive: true });
  });

  const running = async <Result>(work: (client: QdrantClient) => Promise<Result>): Promise<Result> => {
    const server = createQdrantServer({ dataDir, host: '127.0.0.1', port: 0 });
    await server.start();
    try {
      return await work(new QdrantClient({ url: server.url(), checkCompatibility: false }));
    } finally {
      await server.stop();
    }
  };

  const logOf = async () => {
    const directory = (await readdir(dataDir, { withFileTypes: true })).find((entry) => entry.isDirectory());
    return join(dataDir, directory?.name ?? '', 'points.log');
  };

  /** Everything that can be asked of the collection. */
  const state = async (client: QdrantClient) => {
    const hybrid = {
      prefetch: [
        { query: [1, 2, 3], using: 'dense', limit: 20 },
        { query: { indices: [1, 103], values: [1, 1] }, using: 'words', limit: 20 },
      ],
      query: { fusion: 'rrf' as const },
      limit: 20,
    };
    const filter = { must: [{ key: 'company', match: { value: 'odd' } }] };
    return {
      info: await client.getCollection('c'),
      aliases: await client.getAliases(),
      points: await client.scroll('c', { limit: 10_000, with_vector: true }),
      all: await client.query('c', hybrid),
      odd: await client.query('c', { ...hybrid, filter }),
    };
  };

  it('is all there after a restart, and the operations are numbered on', async () => {
    const { before, last } = await running(async (client) => {
      await client.createCollection('c', { vectors, sparse_vectors });
      await client.updateCollectionAliases({
        actions: [{ create_alias: { collection_name: 'c', alias_name: 'live' } }],
      });
      await client.createPayloadIndex('c', { field_name: 'company', field_schema: 'keyword' });
      await client.upsert('c', { points: Array.from({ length: 50 }, (_, id) => point(id)) });
      await client.delete('c', { points: [3, 4] });
      await client.setPayload('c', { points: [5], payload: { note: null, more: { deep: [1] } } });
      await client.createPayloadIndex('c', { field_name: 'note', field_schema: 'keyword' });
      const { operation_id: operation } = await client.deletePayloadIndex('c', 'note');
      return { before: await state(client), last: operation ?? 0 };
    });
    await running(async (client) => {
      expect(await state(client)).toEqual(before);
      expect((await client.upsert('live', { points: [point(60)] })).operation_id).toBe(last + 1);
    });
  });

  it('is all there after the log was compacted, which keeps it short', async () => {
    const { before, last } = await running(async (client) => {
      await client.createCollection('c', { vectors, sparse_vectors });
      await client.createPayloadIndex('c', { field_name: 'company', field_schema: 'keyword' });
      const rounds = Array.from({ length: 30 }, (_, round) => round);
      // All at once, so that writes arrive while the log is being compacted.
      await Promise.all(
        rounds.map(async (round) =>
          client.upsert('c', { points: Array.from({ length: 200 }, (_, id) => point(id + round)) }),
        ),
      );
      const odd = { must: [{ key: 'company', match: { value: 'odd' } }] };
      const { operation_id: operation } = await client.delete('c', { filter: odd });
      return { before: await state(client), last: operation ?? 0 };
    });
    expect(before.points.points).toHaveLength(115);
    const perPoint = 250;
    expect((await stat(await logOf())).size).toBeLessThan(4500 * perPoint);
    await running(async (client) => {
      expect(await state(client)).toEqual(before);
      expect((await client.delete('c', { points: [] })).operation_id).toBe(last + 1);
    });
  });

  it('is without the end that a crash left unfinished, and takes writes again', async () => {
    await running(async (client) => {
      await client.createCollection('c', { vectors });
      await client.upsert('c', { points: [{ id: 1, vector: { dense: [1, 1, 1] } }] });
    });
    await appendFile(await logOf(), Buffer.from([200, 0, 0, 0, 1, 2, 3, 4, 5]));
    await running(async (client) => client.upsert('c', { points: [{ id: 2, vector: { dense: [1, 1, 2] } }] }));
    await running(async (client) => expect(await client.count('c')).toEqual({ count: 2 }));
  });

  it('is gone with its collection, and so is what an interrupted creation left over', async () => {
    const leftOver = join(dataDir, '0c7dbe8e-37cf-4ab1-9d0c-4b8a8d6f9d55');
    await mkdir(leftOver);
    await running(async (client) => {
      await client.createCollection('c', { vectors });
      await client.deleteCollection('c');
    });
    expect(await readdir(dataDir)).toEqual(['catalog.json']);
  });

  it('is every write that was answered, whenever the process is killed', async () => {
    const { child, url } = await startChild(dataDir);
    const client = new QdrantClient({ url, checkCompatibility: false });
    await client.createCollection('c', { vectors });
    let answered = 0;
    const writer = async () => {
      for (let id = answered + 1; ; id++) {
        await client.upsert('c', { wait: true, points: [{ id, vector: { dense: [id, 1, 1] } }] });
        answered = id;
        if (id === 20) child.kill('SIGKILL');
      }
    };
    await expect(writer()).rejects.toThrow('fetch failed');
    expect(answered).toBeGreaterThanOrEqual(20);
    await running(async (restarted) => {
      const { count } = await restarted.count('c');
      expect([answered, answered + 1]).toContain(count);
    });
  });
});

async function startChild(dataDir: string): Promise<{ child: ChildProcess; url: string }> {
  const module = JSON.stringify(new URL('server.ts', import.meta.url).href);
  const script = `
    const { createQdrantServer } = await import(${module});
    const server = createQdrantServer({ dataDir: ${JSON.stringify(dataDir)}, host: '127.0.0.1', port: 0 });
    await server.start();
    console.log(server.url());
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, url };
}
