import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Migration } from '@mikro-orm/migrations';
import { defineEntity, p } from '@mikro-orm/postgresql';
import { Client } from 'pg';
import { v7 } from 'uuid';
import { z } from 'zod';
import { connectNats, type NatsPart } from '#platform/events/nats.ts';
import { createEventBus } from '#platform/events/bus.ts';
import { ensureStreams } from '#platform/events/streams.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testNats, testPostgres } from '#test/stack/index.ts';
import { stored } from '#test/stack/stored.ts';
import { createDatabase, type Database } from './database.ts';
import { groupWrites } from './groupWrites.ts';
import { createOutboxRelay } from './outboxRelay.ts';
import { provisionContext, type MigrationList } from './provision.ts';
import { fragment, join, type Sql } from './sql.ts';
import { protectTable } from './tenantTable.ts';
import { inSteps, step, type Step } from './together.ts';

const context = 'kernel_test';
const catalogue = {
  'note.written': { version: 1, data: z.object({ text: z.string() }) },
} as const;

class CreateNotes extends Migration {
  override up(): void {
    this.addSql(
      'create table notes (company_id uuid not null, id uuid not null, text text not null, at timestamptz not null default now(), primary key (company_id, id))',
    );
    for (const statement of protectTable('notes')) this.addSql(statement);
    this.addSql(
      `create function kernel_test.touch_notes(mark timestamptz) returns int
        language sql volatile security definer set search_path = '' as $$
          with touched as (update kernel_test.notes set at = mark returning 1) select count(*)::int from touched
        $$`,
    );
  }
}

class CreateOpenTable extends Migration {
  override up(): void {
    this.addSql('create table open_to_all (company_id uuid not null)');
  }
}

const Note = defineEntity({
  name: 'Note',
  tableName: 'notes',
  properties: { companyId: p.uuid().primary(), id: p.uuid().primary(), text: p.text(), at: p.datetime().nullable() },
});

const migrations: MigrationList = [{ name: 'CreateNotes', class: CreateNotes }];
const pool = { max: 4, connectTimeoutMs: 30_000, statementTimeoutMs: 30_000, idleTimeoutMs: 10_000 };
const actor = { kind: 'system' } as const;
const ours = v7();
const theirs = v7();

describe('a context in Postgres', () => {
  let postgres: Awaited<ReturnType<typeof testPostgres>>;
  let urls: Awaited<ReturnType<typeof provision>>;
  let database: Database<typeof catalogue>;

  function provision(list: MigrationList = migrations, name = context) {
    return provisionContext({
      adminUrl: postgres.adminUrl,
      context: name,
      appPassword: 'app',
      relayPassword: 'relay',
      migrations: list,
      logger,
    });
  }

  function open(options: Partial<Parameters<typeof createDatabase>[0]> = {}) {
    const metrics = createMetrics({ service: context });
    return createDatabase({
      context,
      url: urls.appUrl,
      entities: [Note],
      pool,
      catalogue,
      logger,
      metrics,
      ...options,
    });
  }

  async function addNote(companyId: string, text: string): Promise<string> {
    const id = v7();
    await database.write(companyId, async ({ sql, publish }) => {
      await sql`insert into kernel_test.notes (company_id, id, text) values (${companyId}, ${id}, ${text})`;
      publish({ type: 'note.written', actor, data: { text } });
    });
    return id;
  }

  async function notesSeenBy(companyId: string): Promise<string[]> {
    const session = database.session(companyId);
    try {
      const rows = await session.read((sql) => sql<{ text: string }>`select text from kernel_test.notes order by id`);
      return rows.map(({ text }) => text);
    } finally {
      await session.close();
    }
  }

  beforeAll(async () => {
    postgres = await testPostgres();
    urls = await provision();
    database = open() as Database<typeof catalogue>;
    await database.start();
  });

  afterAll(async () => {
    await database.stop();
    await postgres.close();
  });

  it('shows a company its own rows and nobody else’s, also when a statement forgets to name the company', async () => {
    await addNote(ours, 'mine');
    await addNote(theirs, 'theirs');
    expect(await notesSeenBy(ours)).toEqual(['mine']);
    expect(await notesSeenBy(theirs)).toEqual(['theirs']);
    expect(await notesSeenBy(v7())).toEqual([]);
  });

  it('answers a look-up of no company from no table', async () => {
    await addNote(ours, 'not for everybody');
    expect(await database.lookup((sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
    expect(await database.lookup((sql) => sql`select text from kernel_test.notes`)).toEqual([]);
  });

  it('lets a statement of no company write by a function alone, and closes every table to it', async () => {
    const id = await addNote(ours, 'not for everybody');
    await database.across`update kernel_test.notes set text = 'taken' where id = ${id}`;
    expect(await database.across`select text from kernel_test.notes`).toEqual([]);
    expect(await notesSeenBy(ours)).toContain('not for everybody');
    await expect(
      database.across`insert into kernel_test.notes (company_id, id, text) values (${ours}, ${v7()}, 'forged')`,
    ).rejects.toThrow(/row-level security/);
    const [touched] = await database.across<{ count: number }>`select kernel_test.touch_notes(now()) as count`;
    expect(touched?.count).toBeGreaterThan(0);
  });

  it('refuses a write in another company’s name', async () => {
    const write = database.write(
      ours,
      ({ sql }) => sql`insert into kernel_test.notes (company_id, id, text) values (${theirs}, ${v7()}, 'forged')`,
    );
    await expect(write).rejects.toThrow(/row-level security/);
    const moved = await database.write(
      ours,
      ({ sql }) => sql`update kernel_test.notes set text = 'stolen' where company_id = ${theirs} returning id`,
    );
    expect(moved).toEqual([]);
  });

  it('runs as a role that owns nothing, cannot read the outbox and cannot turn the protection off', async () => {
    const attempts = [
      'select * from kernel_test.outbox',
      'alter table kernel_test.notes disable row level security',
      'set role kernel_test_owner',
      'set role postgres',
      'drop table kernel_test.notes',
    ];
    for (const attempt of attempts) {
      const client = new Client({ connectionString: urls.appUrl });
      await client.connect();
      await expect(client.query(attempt)).rejects.toThrow(/permission denied|must be owner/);
      await client.end();
    }
  });

  it('sees nothing on a connection that is bound to no company', async () => {
    const client = new Client({ connectionString: urls.appUrl });
    await client.connect();
    const { rows } = await client.query('select * from kernel_test.notes');
    await client.end();
    expect(rows).toEqual([]);
  });

  it('refuses a company that is not a UUID before it reaches the database', async () => {
    expect(() => database.session(`x', true); drop table notes; --`)).toThrow(/not the id of a company/);
    await expect(database.write('acme', async () => undefined)).rejects.toThrow(/not the id of a company/);
  });

  it('gives all reads of a session one moment, one connection and one opening statement', async () => {
    const company = v7();
    const session = database.session(company);
    const statements: string[] = [];
    const stop = database.onStatement((text) => statements.push(text));
    const count = () => session.read((sql) => sql<{ n: number }>`select count(*)::int as n from kernel_test.notes`);
    const before = await Promise.all([count(), count()]);
    await addNote(company, 'meanwhile');
    const after = await count();
    stop();
    expect([...before, after].map(([row]) => row?.n)).toEqual([0, 0, 0]);
    expect(statements.filter((text) => text.startsWith('begin isolation'))).toHaveLength(1);
    await session.refresh();
    expect(await count()).toEqual([{ n: 1 }]);
    await session.close();
    await expect(count()).rejects.toThrow(/after its request had ended/);
  });

  it('goes on after a read that failed', async () => {
    const session = database.session(ours);
    await expect(session.read((sql) => sql`select 1 / 0`)).rejects.toThrow(/division by zero/);
    expect(await session.read((sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
    await session.close();
  });

  it('takes values as parameters and composes fragments', async () => {
    const session = database.session(ours);
    const hostile = `'; drop table kernel_test.notes; --`;
    const conditions = [fragment`text <> ${hostile}`, fragment`text = any(${['mine', 'other']}::text[])`];
    const rows = await session.read(
      (sql) => sql`select text, ${hostile} as hostile, at from kernel_test.notes where ${join(conditions, ' and ')}`,
    );
    expect(rows).toEqual([{ text: 'mine', hostile, at: expect.any(Date) }]);
    await session.close();
  });

  it('writes entities and statements in one transaction, or neither', async () => {
    const company = v7();
    await database.write(company, async ({ em }) => {
      em.persist(em.create(Note, { companyId: company, id: v7(), text: 'by the entity manager', at: new Date() }));
    });
    const failing = database.write(company, async ({ em, sql }) => {
      em.persist(em.create(Note, { companyId: company, id: v7(), text: 'lost', at: new Date() }));
      await em.flush();
      await sql`select 1 / 0`;
    });
    await expect(failing).rejects.toThrow(/division by zero/);
    expect(await notesSeenBy(company)).toEqual(['by the entity manager']);
  });

  it('tries again what a deadlock ended', async () => {
    const company = v7();
    const [first, second] = [await addNote(company, 'a'), await addNote(company, 'b')];
    let together = 0;
    let release: () => void;
    const both = new Promise<void>((resolve) => (release = resolve));
    const touch = (ids: string[]) =>
      database.write(company, async ({ sql }) => {
        await sql`update kernel_test.notes set text = text || '!' where company_id = ${company} and id = ${ids[0]}`;
        if (++together >= 2) release();
        await both;
        await sql`update kernel_test.notes set text = text || '!' where company_id = ${company} and id = ${ids[1]}`;
      });
    await Promise.all([touch([first, second]), touch([second, first])]);
    expect(await notesSeenBy(company)).toEqual(['a!!', 'b!!']);
  });

  it('refuses an event that the catalogue does not know, and keeps nothing of its transaction', async () => {
    const company = v7();
    const write = database.write(company, async ({ sql, publish }) => {
      await sql`insert into kernel_test.notes (company_id, id, text) values (${company}, ${v7()}, 'x')`;
      publish({ type: 'note.written', actor, data: { text: 7 as unknown as string } });
    });
    await expect(write).rejects.toMatchObject({ code: 'INVALID_EVENT' });
    expect(await notesSeenBy(company)).toEqual([]);
  });

  it('can be provisioned again, by several at once, and refuses a table without a policy', async () => {
    await Promise.all([provision(), provision(), provision()]);
    const bad = provision([{ name: 'CreateOpenTable', class: CreateOpenTable }], 'kernel_open');
    await expect(bad).rejects.toMatchObject({
      code: 'TABLE_WITHOUT_POLICY',
      message: expect.stringContaining('open_to_all'),
    });
  });

  it('says within its time limit that the pool is empty', async () => {
    const small = open({ pool: { ...pool, max: 1, connectTimeoutMs: 200 } });
    // A new connection may take longer than that on a busy machine.
    await eventually(() => small.start());
    const holder = small.session(ours);
    await eventually(() => holder.read((sql) => sql`select 1`));
    await expect(small.session(ours).read((sql) => sql`select 1`)).rejects.toThrow(/timeout/);
    await holder.close();
    await small.stop();
  });

  describe('writes that wait for each other', () => {
    /** How often a transaction ended, while `work` ran. */
    async function commitsOf(work: () => Promise<unknown>): Promise<number> {
      let commits = 0;
      const stop = database.onStatement((text) => (commits += text === 'commit' ? 1 : 0));
      try {
        await work();
        return commits;
      } finally {
        stop();
      }
    }

    function note(text: string, companyId: string, grouped = groupWrites(database, { transactions: 2 })) {
      return grouped.write(companyId, async ({ em, publish }) => {
        em.create(Note, { companyId, id: v7(), text, at: new Date() });
        publish({ type: 'note.written', actor, data: { text } });
        if (text === 'bad') throw new Error('of this one');
        return text;
      });
    }

    it('share transactions, and each has its own result', async () => {
      const [company, other] = [v7(), v7()];
      const grouped = groupWrites(database, { transactions: 2 });
      const texts = Array.from({ length: 12 }, (_, index) => String(index));
      const commits = await commitsOf(async () => {
        const results = [...texts.map((text) => note(text, company, grouped)), note('of another', other, grouped)];
        expect(await Promise.all(results)).toEqual([...texts, 'of another']);
      });
      expect(commits).toBeLessThan(6);
      expect((await notesSeenBy(company)).toSorted()).toEqual(texts.toSorted());
      expect(await notesSeenBy(other)).toEqual(['of another']);
    });

    it('find what those before them in the transaction wrote, by whatever means', async () => {
      const company = v7();
      const grouped = groupWrites(database, { transactions: 1 });
      const counts = Array.from({ length: 9 }, () =>
        grouped.write(company, async ({ em, sql }) => {
          const [row] = await sql<{ count: number }>`
            select count(*)::int as count from kernel_test.notes where company_id = ${company}`;
          em.create(Note, { companyId: company, id: v7(), text: 'one more', at: new Date() });
          return row?.count;
        }),
      );
      expect(await Promise.all(counts)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    });

    it('that begin with the same find it at once, each its own, as long as nothing else comes between', async () => {
      const company = v7();
      const grouped = groupWrites(database, { transactions: 1 });
      const asked: (readonly string[])[] = [];
      const find = async (_: unknown, texts: readonly string[]) => {
        asked.push(texts);
        return texts.map((text) => `found ${text}`);
      };
      const finding = (text: string) => grouped.write(company, inSteps(step(find, text, async (_, found) => found)));
      const first = note('alone', company, grouped);
      const works = [finding('1'), finding('2'), finding('3'), note('between', company, grouped), finding('4')];
      await first;
      expect(await Promise.all(works)).toEqual(['found 1', 'found 2', 'found 3', 'between', 'found 4']);
      expect(asked).toEqual([['1', '2', '3'], ['4']]);
    });

    it('take each of their steps at once, those that have so many, and what is written before a step is there for it', async () => {
      const company = v7();
      const grouped = groupWrites(database, { transactions: 1 });
      const taken: string[] = [];
      const take = (name: string) => async (transaction: { sql: Sql }, items: readonly number[]) => {
        const [row] = await transaction.sql<{ notes: number }>`
          select count(*)::int as notes from kernel_test.notes where company_id = ${company}`;
        taken.push(`${name} of ${items.join()} after ${String(row?.notes)} notes`);
        return items.map((item) => item * 10);
      };
      const [first, second] = [take('first'), take('second')];
      const work = (item: number): Step<typeof catalogue, number> =>
        step(first, item, async ({ em }, found): Promise<number | Step<typeof catalogue, number>> => {
          if (item === 2) return found;
          em.create(Note, { companyId: company, id: v7(), text: 'between', at: new Date() });
          return step(second, found, async (_, last) => last);
        });
      const results = [1, 2, 3].map((item) => grouped.write(company, inSteps(work(item))));
      expect(await Promise.all(results)).toEqual([100, 20, 300]);
      expect(taken).toEqual(['first of 1,2,3 after 0 notes', 'second of 10,30 after 2 notes']);
    });

    it('that cannot find it at once each do so by themselves', async () => {
      const company = v7();
      const grouped = groupWrites(database, { transactions: 1 });
      const find = async (_: unknown, texts: readonly string[]) => {
        if (texts.includes('bad')) throw new Error('of this one');
        return texts;
      };
      const first = note('alone', company, grouped);
      const works = ['1', 'bad', '3'].map((text) =>
        grouped.write(
          company,
          inSteps(
            step(find, text, async ({ em }, found) => {
              em.create(Note, { companyId: company, id: v7(), text: found, at: new Date() });
            }),
          ),
        ),
      );
      await first;
      expect((await Promise.allSettled(works)).map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
      ]);
      expect((await notesSeenBy(company)).toSorted()).toEqual(['1', '3', 'alone']);
    });

    it('do not fail with one that fails, and are written and told once', async () => {
      const company = v7();
      const grouped = groupWrites(database, { transactions: 2 });
      const texts = ['0', '1', '2', '3', 'bad', '5', '6', '7'];
      const results = await Promise.allSettled(texts.map((text) => note(text, company, grouped)));
      expect(results.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason)))).toEqual(
        texts.map((text) => (text === 'bad' ? 'Error: of this one' : text)),
      );
      const good = texts.filter((text) => text !== 'bad');
      expect((await notesSeenBy(company)).toSorted()).toEqual(good);
      const admin = new Client({ connectionString: postgres.adminUrl });
      await admin.connect();
      const told = await admin.query<{ text: string }>(
        "select event->'data'->>'text' as text from kernel_test.outbox where company_id = $1 order by 1",
        [company],
      );
      await admin.end();
      expect(told.rows.map(({ text }) => text)).toEqual(good);
    });
  });

  it.each([
    ['read once by PostgreSQL, for each connection', true, 1],
    ['sent whole each time, where a pooler gives us other connections', false, 0],
  ])('has its statements %s', async (_how, preparesStatements, expected) => {
    const one = open({ pool: { ...pool, max: 1, preparesStatements } });
    await one.start();
    const session = one.session(ours);
    try {
      for (let times = 0; times < 6; times++) {
        await session.read((sql) => sql`select text from kernel_test.notes where id = ${v7()}`);
      }
      const known = await session.read(
        (sql) => sql`select name from pg_prepared_statements where statement like '%from kernel_test.notes where id%'`,
      );
      expect(known).toHaveLength(expected);
    } finally {
      await session.close();
      await one.stop();
    }
  });

  it('plans what is found by keys once for all values, until a session is asked for something else', async () => {
    const one = open({ pool: { ...pool, max: 1 } });
    await one.start();
    const session = one.session(ours);
    const find = (sql: Sql) => sql`select text from kernel_test.notes where company_id = ${ours} and id = ${v7()}`;
    const plans = (sql: Sql) =>
      sql`select generic_plans::int as once, custom_plans::int as each from pg_prepared_statements
        where statement like 'select text from kernel_test.notes where company_id%'`;
    try {
      for (let times = 0; times < 5; times++) await session.readByKey(find);
      expect(await session.readByKey(plans)).toEqual([{ once: 3, each: 0 }]);
      await session.read(find);
      await session.readByKey(find);
      expect(await session.read(plans)).toEqual([{ once: 3, each: 2 }]);
      await session.refresh();
      await session.readByKey(find);
      expect(await session.readByKey(plans)).toEqual([{ once: 4, each: 2 }]);
    } finally {
      await session.close();
      await one.stop();
    }
  });

  describe('with its relay', () => {
    let natsServer: Awaited<ReturnType<typeof testNats>>;
    let nats: NatsPart;

    beforeAll(async () => {
      natsServer = await testNats();
      nats = connectNats({ url: natsServer.url, name: context, logger, metrics: createMetrics({ service: context }) });
      await nats.start();
      await ensureStreams(nats.manager);
    });

    afterAll(async () => {
      await nats.stop();
      await natsServer.close();
    });

    function startRelay() {
      const metrics = createMetrics({ service: context });
      return createOutboxRelay({
        context,
        url: urls.relayUrl,
        bus: createEventBus({ nats, metrics }),
        logger,
        metrics,
      });
    }

    async function published(companyId: string): Promise<string[]> {
      const messages = await stored(nats, `events.*.${companyId}.>`);
      return messages.map((message) => message.json<{ data: { text: string } }>().data.text);
    }

    it('tells every committed event once and in the order of commits, however many relay', async () => {
      const company = v7();
      const relays = [startRelay(), startRelay()];
      for (const relay of relays) await relay.start();
      const counter = await addNote(company, '0');
      // The row's lock makes the numbers those of the commits.
      const count = () =>
        database.write(company, async ({ sql, publish }) => {
          const [row] = await sql<{ text: string }>`
            update kernel_test.notes set text = (text::int + 1)::text
            where company_id = ${company} and id = ${counter} returning text`;
          publish({ type: 'note.written', actor, data: { text: row?.text ?? '' } });
        });
      await Promise.all(Array.from({ length: 60 }, count));
      await eventually(async () => expect(await published(company)).toHaveLength(61));
      for (const relay of relays) await relay.stop();
      expect(await published(company)).toEqual(Array.from({ length: 61 }, (_, index) => String(index)));
    });

    it('keeps events while NATS is away and tells them once it is back, without a double', async () => {
      const company = v7();
      const relay = startRelay();
      await relay.start();
      await addNote(company, 'before');
      await eventually(async () => expect(await published(company)).toEqual(['before']));
      await natsServer.kill9();
      for (const text of ['one', 'two', 'three']) await addNote(company, text);
      await natsServer.restart();
      await eventually(async () => expect(await published(company)).toEqual(['before', 'one', 'two', 'three']));
      await relay.stop();
    });
  });
});
