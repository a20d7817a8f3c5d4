import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { provisionDatabases } from '#infra/embedded/databases.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { testPostgres, type TestPostgres } from '#test/stack/index.ts';

const contexts = ['channels', 'conversations', 'knowledge'];

/** Unique keys that do not begin with the company, and why they cannot. */
const exceptions: Readonly<Record<string, string>> = {
  'channels.companies_pkey': 'this is the company',
  'channels.companies_slug_unique': 'by which a company is found',
  'channels.channels_pkey': 'a webhook knows its channel and no company yet',
  'channels.channels_account_unique': 'an account belongs to one company at a time',
  'channels.turns_pkey': 'whose turn it is among processes, for all companies',
};
/** In every context: kept on one server, whatever else is spread. */
const ofTheContext = new Set(['migrations', 'outbox']);

interface Index {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly columns: readonly string[];
}

interface Reference {
  readonly from: string;
  readonly to: string;
  readonly columns: readonly string[];
}

describe('what spreads the tables of a context over servers', () => {
  let postgres: TestPostgres;
  let admin: Client;
  let unique: readonly Index[];

  beforeAll(async () => {
    postgres = await testPostgres();
    await provisionDatabases(postgres.adminUrl, 'test', logger);
    admin = new Client({ connectionString: postgres.adminUrl });
    await admin.connect();
    const { rows } = await admin.query<Index>(
      `select n.nspname as schema, t.relname as table, c.relname as name, array(
         select coalesce(a.attname, '(expression)')::text from unnest(i.indkey::int2[]) with ordinality k (number, position)
         left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number order by k.position) as columns
       from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
       join pg_namespace n on n.oid = t.relnamespace where i.indisunique and n.nspname = any($1)`,
      [contexts],
    );
    unique = rows;
  });
  afterAll(async () => {
    await admin.end();
    await postgres.close();
  });

  const spread = () => unique.filter(({ table }) => !ofTheContext.has(table));

  it('every primary key and unique constraint begins with the company, but for named exceptions', () => {
    const others = spread().filter(({ columns }) => columns[0] !== 'company_id');
    expect(others.map(({ schema, name }) => `${schema}.${name}`).toSorted()).toEqual(
      Object.keys(exceptions).toSorted(),
    );
    expect(new Set(spread().map(({ schema }) => schema))).toEqual(new Set(contexts));
  });

  it('every table has a primary key', async () => {
    const { rows } = await admin.query(
      `select t.oid::regclass::text as table from pg_class t join pg_namespace n on n.oid = t.relnamespace
       where t.relkind in ('r', 'p') and n.nspname = any($1)
         and not exists (select from pg_index i where i.indrelid = t.oid and i.indisprimary)`,
      [contexts],
    );
    expect(rows).toEqual([]);
  });

  it('every foreign key carries the company, or leads to a table that every server has', async () => {
    const { rows } = await admin.query<Reference>(
      `select conrelid::regclass::text as from, confrelid::regclass::text as to, array(
         select a.attname::text from unnest(conkey) k (number) join pg_attribute a on a.attrelid = conrelid and a.attnum = k.number
       ) as columns
       from pg_constraint c join pg_namespace n on n.oid = c.connamespace where contype = 'f' and n.nspname = any($1)`,
      [contexts],
    );
    expect(rows.filter(({ columns }) => columns[0] !== 'company_id')).toEqual([]);
    expect(rows.length).toBeGreaterThan(10);
  });

  it('docs/scaling.md says of every table how it is spread, and of no other', async () => {
    const text = await readFile(new URL('../../docs/scaling.md', import.meta.url), 'utf8');
    const told = [...text.matchAll(/create_(?:distributed|reference)_table\('(\w+\.\w+)'/g)].map(([, table]) => table);
    const stay = [...text.matchAll(/^-- stays: (\w+\.\w+)/gm)].map(([, table]) => table);
    const tables = new Set(unique.map(({ schema, table }) => `${schema}.${table}`));
    expect(new Set([...told, ...stay])).toEqual(tables);
    expect(told.length + stay.length).toBe(tables.size);
  });

  it('docs/scaling.md names every function that runs for all companies', async () => {
    const text = await readFile(new URL('../../docs/scaling.md', import.meta.url), 'utf8');
    const { rows } = await admin.query<{ name: string }>(
      `select n.nspname || '.' || p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where p.prosecdef and n.nspname = any($1)`,
      [contexts],
    );
    expect(rows.filter(({ name }) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});
