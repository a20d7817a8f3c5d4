import { describe, expect, test } from '@jest/globals';
import { testClickHouse } from '#test/stack/index.ts';
import { accountStatements, provisionStatements } from './provision.ts';
import { fixed, mostOf, settingsClause } from './settings.ts';
import { views } from './views/index.ts';

const company = '01920000-0000-7000-8000-0000000000A1';

describe('a server with users', () => {
  const statements = provisionStatements();
  const text = statements.join('\n');

  test.each(['events', 'sums', 'operations', 'bi_queries'])(
    'narrows %s to the rows of who asks before anybody is let in',
    (table) => {
      const restrictive = statements.findIndex((one) => one.includes(`bi_own ON analytics.${table} `));
      const granted = statements.indexOf(`GRANT SELECT ON analytics.${table} TO bi_definer`);
      expect(statements[restrictive]).toMatch(
        /USING company_id = .*currentUser\(\).* AS RESTRICTIVE TO bi_definer, bi_reader$/,
      );
      expect(granted).toBeGreaterThan(restrictive);
    },
  );

  test('grants readers nothing but the views, and nobody can log in as who reads for these', () => {
    const grants = statements.filter((one) => one.startsWith('GRANT'));
    expect(grants.filter((one) => !one.endsWith(' TO bi_definer'))).toEqual(['GRANT SELECT ON bi.* TO bi_reader']);
    expect(statements).toContainEqual(expect.stringMatching(/^CREATE USER IF NOT EXISTS bi_definer .* HOST NONE$/));
    for (const view of views) {
      const definition = statements.find((one) => one.startsWith(`CREATE OR REPLACE VIEW bi.${view.name} `));
      expect(definition).toContain(' DEFINER = bi_definer SQL SECURITY DEFINER');
    }
  });

  test('loses neither role nor profile nor quota meanwhile, which others know by an id', () => {
    expect(statements.filter((one) => /^(?:CREATE|DROP) (?:ROLE|SETTINGS PROFILE|USER|QUOTA)/.test(one))).toEqual([
      expect.stringMatching(/^CREATE SETTINGS PROFILE IF NOT EXISTS bi$/),
      expect.stringMatching(/^CREATE ROLE IF NOT EXISTS bi_reader$/),
      expect.stringMatching(/^CREATE USER IF NOT EXISTS bi_definer /),
      expect.stringMatching(/^CREATE QUOTA IF NOT EXISTS bi$/),
    ]);
  });

  test('holds limits that can only be lowered, and settings that cannot be changed', () => {
    expect(text).toContain('readonly = 1 CONST');
    for (const [name, most] of Object.entries(mostOf)) expect(text).toContain(`${name} = ${most} MAX ${most}`);
    for (const name of Object.keys(fixed)) expect(text).toMatch(new RegExp(`${name} = \\S+ CONST`));
  });

  test('is told nothing of limits by a statement, which it would refuse to have changed', () => {
    const clause = settingsClause(new Map([['max_result_rows', '10']]), { hasAccounts: true });
    expect(clause).toBe(`SETTINGS session_timezone = 'UTC', max_result_rows = 10`);
    expect(settingsClause(new Map(), { hasAccounts: false })).toContain('max_result_rows = 1000000');
  });

  test('has all of it on every server of a cluster, where the rows are', () => {
    const everywhere = [...provisionStatements('all'), ...accountStatements(company, 'x', 'all')];
    for (const statement of everywhere) expect(statement).toContain(" ON CLUSTER 'all'");
    expect(everywhere.join('\n')).toMatch(/bi_own ON CLUSTER 'all' ON analytics\.events_local USING/);
    expect(everywhere.join('\n')).not.toMatch(/(?:ON|FROM) analytics\.(?:events|sums|operations|bi_queries)\b/);
  });

  test('is told what ClickHouse understands, of settings that it has', async () => {
    const { client, close } = await testClickHouse();
    const understood = async (statement: string) => {
      const query = 'SELECT formatQuerySingleLine({statement:String}) AS text';
      const result = await client.query({ query, query_params: { statement }, format: 'JSONEachRow' });
      const [row] = await result.json<{ readonly text: string }>();
      return row?.text;
    };
    try {
      for (const cluster of [undefined, 'all']) {
        for (const statement of [...provisionStatements(cluster), ...accountStatements(company, 'x', cluster)]) {
          expect(await understood(statement)).toMatch(/^(CREATE|ALTER|GRANT|REVOKE) /);
        }
      }
      await expect(understood('CREATE ROLE OR bi_reader')).rejects.toThrow(/Syntax error/);
      const names = [...Object.keys(mostOf), ...Object.keys(fixed)];
      const known = await client.query({ query: 'SELECT name FROM system.settings', format: 'JSONEachRow' });
      expect((await known.json<{ readonly name: string }>()).map(({ name }) => name)).toEqual(
        expect.arrayContaining(names),
      );
    } finally {
      await close();
    }
  });

  test('gives each company a user of its own, and keeps its password as a hash', () => {
    const statementsOf = accountStatements(company, 'the password');
    expect(statementsOf.every((one) => one.includes('`bi_01920000-0000-7000-8000-0000000000a1`'))).toBe(true);
    expect(statementsOf.join('\n')).not.toContain('the password');
  });
});
