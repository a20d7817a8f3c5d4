import { describe, expect, test } from '@jest/globals';
import { migrations } from '../migrations/index.ts';
import { DdlError, oneServer, onCluster } from './ddl.ts';

const cluster = { name: 'main', replicas: 2 };

/** As one line, for what is compared is what it says and not how it is laid out. */
function line(statement: string): string {
  return statement.replaceAll(/\s+/g, ' ').trim();
}

describe('on one server', () => {
  test('a statement is run as it stands', () => {
    const statement = 'CREATE TABLE IF NOT EXISTS analytics.a (x UInt8) ENGINE = MergeTree ORDER BY x';
    expect(oneServer.ddl(statement)).toEqual([statement]);
    expect(oneServer.catchUp(['analytics.a'])).toEqual([]);
  });
});

describe('on a cluster', () => {
  test('a table with a company is replicated on each shard, and a distributed one keeps each company on one of them', () => {
    const { ddl } = onCluster(cluster);
    expect(
      ddl(`CREATE TABLE IF NOT EXISTS analytics.a (
        company_id UUID, n UInt64 CODEC(T64, ZSTD(1))
      )
      ENGINE = ReplacingMergeTree(n)
      PARTITION BY n
      ORDER BY company_id`).map(line),
    ).toEqual([
      "CREATE TABLE IF NOT EXISTS analytics.a_local ON CLUSTER 'main' ( company_id UUID, n UInt64 CODEC(T64, ZSTD(1)) ) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/analytics/a_local/{uuid}', '{replica}', n) PARTITION BY n ORDER BY company_id",
      "CREATE TABLE IF NOT EXISTS analytics.a ON CLUSTER 'main' AS analytics.a_local ENGINE = Distributed('main', 'analytics', 'a_local', sipHash64(company_id))",
    ]);
  });

  test('a table without a company has all of its rows on every server', () => {
    const { ddl } = onCluster(cluster);
    expect(ddl('CREATE TABLE IF NOT EXISTS analytics.b (id UInt32) ENGINE = MergeTree ORDER BY id').map(line)).toEqual([
      "CREATE TABLE IF NOT EXISTS analytics.b ON CLUSTER 'main' (id UInt32) ENGINE = ReplicatedMergeTree('/clickhouse/tables/all/analytics/b/{uuid}', '{shard}-{replica}') ORDER BY id",
    ]);
    expect(ddl('ALTER TABLE analytics.b ADD COLUMN IF NOT EXISTS c UInt8')).toEqual([
      "ALTER TABLE analytics.b ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS c UInt8",
    ]);
  });

  test('columns change in both tables, and what rows are kept like only where they are', () => {
    const { ddl } = onCluster(cluster);
    ddl('CREATE TABLE IF NOT EXISTS analytics.a (company_id UUID) ENGINE = MergeTree ORDER BY company_id');
    expect(
      ddl('ALTER TABLE analytics.a ADD COLUMN IF NOT EXISTS n Date DEFAULT today() CODEC(Delta(2), ZSTD(1))'),
    ).toEqual([
      "ALTER TABLE analytics.a_local ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS n Date DEFAULT today() CODEC(Delta(2), ZSTD(1))",
      "ALTER TABLE analytics.a ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS n Date DEFAULT today()",
    ]);
    expect(ddl('ALTER TABLE analytics.a MODIFY TTL n')).toEqual([
      "ALTER TABLE analytics.a_local ON CLUSTER 'main' MODIFY TTL n",
    ]);
    expect(ddl('ALTER TABLE analytics.a UPDATE n = today() WHERE 1')).toEqual([
      "ALTER TABLE analytics.a_local ON CLUSTER 'main' UPDATE n = today() WHERE 1",
    ]);
  });

  test('a month of a rollup is replaced on each shard, by what was made beside it', () => {
    const { ddl } = onCluster(cluster);
    ddl('CREATE TABLE IF NOT EXISTS analytics.a (company_id UUID) ENGINE = MergeTree ORDER BY company_id');
    expect(ddl('CREATE TABLE analytics.a_rebuild AS analytics.a')).toEqual([
      "CREATE TABLE IF NOT EXISTS analytics.a_rebuild_local ON CLUSTER 'main' AS analytics.a_local",
      "CREATE TABLE IF NOT EXISTS analytics.a_rebuild ON CLUSTER 'main' AS analytics.a_rebuild_local ENGINE = Distributed('main', 'analytics', 'a_rebuild_local', sipHash64(company_id))",
    ]);
    expect(ddl('ALTER TABLE analytics.a REPLACE PARTITION 202601 FROM analytics.a_rebuild')).toEqual([
      "ALTER TABLE analytics.a_local ON CLUSTER 'main' REPLACE PARTITION 202601 FROM analytics.a_rebuild_local",
    ]);
    expect(ddl('DROP TABLE IF EXISTS analytics.a_rebuild SYNC')).toEqual([
      "DROP TABLE IF EXISTS analytics.a_rebuild ON CLUSTER 'main' SYNC",
      "DROP TABLE IF EXISTS analytics.a_rebuild_local ON CLUSTER 'main' SYNC",
    ]);
  });

  test('databases are made on every server, and rows are inserted once', () => {
    const { ddl } = onCluster(cluster);
    expect(ddl('CREATE DATABASE IF NOT EXISTS analytics')).toEqual([
      "CREATE DATABASE IF NOT EXISTS analytics ON CLUSTER 'main'",
    ]);
    expect(ddl('INSERT INTO analytics.a SELECT 1')).toEqual(['INSERT INTO analytics.a SELECT 1']);
  });

  test('who looks at what others wrote waits for every replica', () => {
    const { ddl, catchUp } = onCluster(cluster);
    ddl('CREATE TABLE IF NOT EXISTS analytics.a (company_id UUID) ENGINE = MergeTree ORDER BY company_id');
    ddl('CREATE TABLE IF NOT EXISTS analytics.b (id UInt32) ENGINE = MergeTree ORDER BY id');
    expect(catchUp(['analytics.a', 'analytics.b'])).toEqual([
      "SYSTEM SYNC REPLICA ON CLUSTER 'main' analytics.a_local",
      "SYSTEM SYNC REPLICA ON CLUSTER 'main' analytics.b",
    ]);
  });

  test.each([
    'RENAME TABLE analytics.a TO analytics.b',
    'CREATE TABLE analytics.a (x UInt8) ENGINE = Log',
    'CREATE TABLE analytics.a AS analytics.never_created',
    'OPTIMIZE TABLE analytics.a FINAL',
  ])('what is not known to be right there is refused: %s', (statement) => {
    expect(() => onCluster(cluster).ddl(statement)).toThrow(DdlError);
  });
});

describe('the migrations', () => {
  const statements = migrations
    .flatMap((migration) => migration.statements)
    .map((statement) => (typeof statement === 'string' ? statement : statement.ofMonth(202603)));

  test('are in the order of their ids, each once', () => {
    const ids = migrations.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
  });

  test('can be repeated, each statement of them', () => {
    const repeatable = /IF (NOT )?EXISTS|CREATE OR REPLACE|MODIFY |UPDATE |WHERE .*count\(\)/s;
    expect(statements.filter((statement) => !repeatable.test(statement))).toEqual([]);
  });

  test('are known on a cluster, where no table is left that only one server has', () => {
    const { ddl } = onCluster(cluster);
    const all = statements.flatMap((statement) => ddl(statement));
    const changing = all.filter((statement) => !statement.startsWith('INSERT'));
    expect(changing.filter((statement) => !statement.includes("ON CLUSTER 'main'"))).toEqual([]);
    const plain = changing.filter((statement) => /ENGINE = (?!Replicated|Distributed)/.test(statement));
    expect(plain).toEqual([]);
    const local = changing.flatMap((statement) => /EXISTS (analytics\.\w+)_local/.exec(statement)?.[1] ?? []);
    expect(local).toEqual(expect.arrayContaining(['analytics.events', 'analytics.sums', 'analytics.operations']));
    for (const table of local) {
      expect(changing).toContainEqual(expect.stringMatching(new RegExp(`EXISTS ${table} ON CLUSTER .*Distributed`)));
    }
  });
});
