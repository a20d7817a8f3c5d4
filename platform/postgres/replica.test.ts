import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Migration } from '@mikro-orm/migrations';
import { Client } from 'pg';
import { v7 } from 'uuid';
import { z } from 'zod';
import { createEventBus } from '#platform/events/bus.ts';
import { createEvent } from '#platform/events/catalogue.ts';
import { connectNats } from '#platform/events/nats.ts';
import { ensureStreams } from '#platform/events/streams.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgresServer, testRedis, type TestServer } from '#test/stack/index.ts';
import { testReplica, type TestReplica } from '#test/stack/replica.ts';
import { createDatabase, type Database } from './database.ts';
import { createLastWrites } from './lastWrites.ts';
import { createOutboxRelay } from './outboxRelay.ts';
import { provisionContext } from './provision.ts';
import { protectTable } from './tenantTable.ts';

const context = 'replica_test';
const catalogue = { 'note.written': { version: 1, data: z.object({ text: z.string() }) } } as const;
const pool = { max: 4, connectTimeoutMs: 30_000, statementTimeoutMs: 30_000, idleTimeoutMs: 10_000 };
const actor = { kind: 'system' } as const;

class CreateNotes extends Migration {
  override up(): void {
    this.addSql(
      'create table notes (company_id uuid not null, id uuid not null, text text not null, primary key (company_id, id))',
    );
    for (const statement of protectTable('notes')) this.addSql(statement);
  }
}

describe('a context with a replica', () => {
  let primary: TestServer;
  let replica: TestReplica;
  let redis: TestServer;
  let nats: TestServer;
  /** Two processes of one service. */
  let one: Process;
  let other: Process;
  let relayUrl: string;
  let ours: string;

  type Process = Awaited<ReturnType<typeof openProcess>>;

  async function openProcess(urls: { readonly appUrl: string }) {
    const metrics = createMetrics({ service: 'test' });
    const lastWrites = createLastWrites({ context, redisUrl: redis.url, logger });
    const replicaUrl = new URL(urls.appUrl);
    replicaUrl.port = new URL(replica.url).port;
    const database: Database<typeof catalogue> = createDatabase({
      context,
      url: urls.appUrl,
      entities: [],
      pool,
      catalogue,
      replica: { url: replicaUrl.href, lastWrites },
      logger,
      metrics,
    });
    await lastWrites.start();
    await database.start();

    async function read<Row extends object>(company: string, text: 'notes' | 'server'): Promise<Row[]> {
      const session = database.session(company);
      try {
        return await session.read((sql) =>
          text === 'notes'
            ? sql<Row>`select text from replica_test.notes order by id`
            : sql<Row>`select case when pg_is_in_recovery() then 'replica' else 'primary' end as server`,
        );
      } finally {
        await session.close();
      }
    }
    return {
      database,
      lastWrites,
      write: (company: string, text: string) =>
        database.write(company, async ({ sql, publish }) => {
          await sql`insert into replica_test.notes values (${company}, ${v7()}, ${text})`;
          publish({ type: 'note.written', actor, data: { text } });
        }),
      notes: async (company: string) => (await read<{ text: string }>(company, 'notes')).map(({ text }) => text),
      server: async (company: string) => (await read<{ server: string }>(company, 'server'))[0]?.server,
      async outcomes(): Promise<string[]> {
        const text = await metrics.text();
        return [...text.matchAll(/replica_reads_total\{[^}]*outcome="(\w+)"/g)].map(([, outcome = '']) => outcome);
      },
      async close() {
        await database.stop();
        await lastWrites.stop();
      },
    };
  }

  beforeAll(async () => {
    [primary, redis, nats] = await Promise.all([testPostgresServer(), testRedis(), testNats()]);
    const urls = await provisionContext({
      adminUrl: primary.url,
      context,
      appPassword: 'app',
      relayPassword: 'relay',
      migrations: [{ name: 'CreateNotes', class: CreateNotes }],
      logger,
    });
    relayUrl = urls.relayUrl;
    replica = await testReplica(primary.url);
    one = await openProcess(urls);
    other = await openProcess(urls);
  });
  afterAll(async () => {
    await one.close();
    await other.close();
    await replica.close();
    await Promise.all([primary, redis, nats].map((server) => server.close()));
  });
  beforeEach(() => {
    ours = v7();
  });
  const fromReplica = (company: string) =>
    eventually(async () => {
      expect(await one.server(company)).toBe('replica');
      expect(await other.server(company)).toBe('replica');
    });

  it('reads from it, bound to the company there too', async () => {
    const theirs = v7();
    await one.write(ours, 'ours');
    await one.write(theirs, 'theirs');
    await fromReplica(ours);
    expect(await one.notes(ours)).toEqual(['ours']);
    expect(await other.notes(theirs)).toEqual(['theirs']);
  });

  it('cannot be written to by a read', async () => {
    await fromReplica(ours);
    const session = one.database.session(ours);
    await expect(
      session.read((sql) => sql`insert into replica_test.notes values (${ours}, ${v7()}, 'x')`),
    ).rejects.toThrow(/read-only/);
    await session.close();
  });

  it('sees what was written, at once and in every process, however far the replica is behind', async () => {
    await one.write(ours, 'first');
    await fromReplica(ours);
    await replica.pause();
    try {
      await one.write(ours, 'second');
      expect(await one.notes(ours)).toEqual(['first', 'second']);
      expect(await other.notes(ours)).toEqual(['first', 'second']);
      expect(await other.server(ours)).toBe('primary');
      expect(await other.outcomes()).toContain('behind');
    } finally {
      await replica.resume();
    }
    await fromReplica(ours);
    expect(await other.notes(ours)).toEqual(['first', 'second']);
  });

  it('sees within a request what the request itself has written', async () => {
    await fromReplica(ours);
    await replica.pause();
    try {
      const session = one.database.session(ours);
      const notes = () => session.read((sql) => sql`select text from replica_test.notes`);
      expect(await notes()).toEqual([]);
      await one.write(ours, 'written between');
      await session.refresh();
      expect(await notes()).toEqual([{ text: 'written between' }]);
      await session.close();
    } finally {
      await replica.resume();
    }
  });

  it('sees what an event tells when it hears of it, also when who wrote it died before saying so', async () => {
    await fromReplica(ours);
    const connection = connectNats({
      url: nats.url,
      name: 'test',
      logger,
      metrics: createMetrics({ service: 'test' }),
    });
    await connection.start();
    await ensureStreams(connection.manager);
    const metrics = createMetrics({ service: 'relay' });
    const relay = createOutboxRelay({
      context,
      url: relayUrl,
      bus: createEventBus({ nats: connection, metrics }),
      lastWrites: other.lastWrites,
      logger,
      metrics,
    });
    await replica.pause();
    try {
      // Past the service, as by one that is killed right after its commit.
      const event = createEvent(catalogue, ours, { type: 'note.written', actor, data: { text: 'told' } });
      const admin = new Client({ connectionString: primary.url });
      await admin.connect();
      await admin.query('begin');
      await admin.query('insert into replica_test.notes values ($1, $2, $3)', [ours, v7(), 'told']);
      await admin.query('insert into replica_test.outbox (company_id, event) values ($1, $2)', [ours, event]);
      await admin.query('commit');
      await admin.end();
      await relay.start();
      await eventually(async () => expect(await metrics.text()).toMatch(/outbox_relayed_total\{[^}]*\} [1-9]/));
      expect(await one.notes(ours)).toEqual(['told']);
    } finally {
      await replica.resume();
      await relay.stop();
      await connection.stop();
    }
  });

  it('reads the primary while the replica is away, and the replica when it is back', async () => {
    await one.write(ours, 'kept');
    await fromReplica(ours);
    await replica.kill9();
    for (let again = 0; again < 5; again++) expect(await one.notes(ours)).toEqual(['kept']);
    expect(await one.server(ours)).toBe('primary');
    expect(await one.outcomes()).toContain('away');
    await replica.restart();
    await fromReplica(ours);
  });

  it('leaves a replica alone that hangs behind for seconds, also for companies that wrote nothing', async () => {
    await fromReplica(ours);
    await replica.pause();
    try {
      await one.write(v7(), 'something of somebody else');
      await eventually(async () => {
        expect(await one.server(ours)).toBe('primary');
        expect(await one.outcomes()).toContain('lagging');
      });
    } finally {
      await replica.resume();
    }
    await fromReplica(ours);
  });

  it('reads the primary while nobody can say what was written, and writes go on', async () => {
    await fromReplica(ours);
    await redis.kill9();
    await one.write(ours, 'without Redis');
    expect(await one.notes(ours)).toEqual(['without Redis']);
    expect(await other.notes(ours)).toEqual(['without Redis']);
    expect(await other.outcomes()).toContain('unknown');
    await redis.restart();
    await fromReplica(ours);
  });
});
