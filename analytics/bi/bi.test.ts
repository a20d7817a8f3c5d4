import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { v7 } from 'uuid';
import { createLogger } from '#platform/logging/logger.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testClickHouse, testNats, testRedis } from '#test/stack/index.ts';
import { agentOf, openService } from '../testing/serviceHarness.ts';
import { compressedBlock } from './http/blocks/blocks.ts';
import { attacks } from './testing/attacks.ts';
import { askAs, biPartnerOf, type SqlAnswer } from './testing/biHarness.ts';
import { readBlocks } from './testing/readBlocks.ts';
import { insertRows } from './testing/rows.ts';
import { aggregateNames, isFunction, scalarNames } from './functions.ts';
import { contentTypeOf } from './formats.ts';
import { views } from './views/index.ts';
import { boundTo } from './views/view.ts';
import { withoutValues } from './withoutValues.ts';

const stops: (() => Promise<unknown>)[] = [];
let clickhouse: ClickHouseClient;
let urls: { readonly natsUrl: string; readonly redisUrl: string };
let service: Awaited<ReturnType<typeof openService>>;

beforeAll(async () => {
  const [engine, nats, redis] = await Promise.all([testClickHouse(), testNats(), testRedis()]);
  clickhouse = engine.client;
  urls = { natsUrl: nats.url, redisUrl: redis.url };
  service = await openService({ clickhouse, ...urls });
  stops.push(
    () => service.close(),
    () => engine.close(),
    () => nats.close(),
    () => redis.close(),
  );
});
afterAll(async () => {
  for (const stop of stops) await stop();
});

async function rowsOf(sql: string): Promise<Record<string, unknown>[]> {
  return (await clickhouse.query({ query: sql, format: 'JSONEachRow' })).json();
}

const linesOf = (answer: SqlAnswer) => {
  expect(answer.status === 200 ? '' : answer.text).toBe('');
  return answer.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};
const jsonLines = { search: { default_format: 'JSONEachRow' } };

/** As many at a time as one company may have. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const at = next;
      next += 1;
      const item = items[at];
      if (item !== undefined) answers[at] = await work(item);
    }
  };
  await Promise.all([worker(), worker(), worker()]);
  return answers;
}

describe('a hostile statement', () => {
  const { 'too much': tooMuch = [], ...others } = attacks;
  const all = Object.values(others).flat();

  /** Everything that is kept: what tables there are, and how many rows they have. */
  async function kept() {
    return rowsOf(`SELECT database, name, engine, total_rows FROM system.tables
      WHERE database IN ('analytics', 'bi', 'default') AND name != 'bi_queries' ORDER BY database, name`);
  }

  test('is refused, or answered as if there were nobody else, whatever it says', async () => {
    expect(all.length).toBeGreaterThan(200);
    const [own, foreign] = [v7(), v7()];
    const secret = `foreign-${v7()}`;
    await insertRows(clickhouse, { companyId: own, word: 'own' });
    const ask = askAs(service, biPartnerOf(own));
    const asAttack = (statement: string) => ask(statement.replaceAll('$FOREIGN', foreign));
    const answer = async (statement: string) => {
      const { status, text } = await asAttack(statement);
      return { statement: statement.slice(0, 200), status, text: told(text) };
    };

    const alone = await inTurns(all, answer);
    await insertRows(clickhouse, { companyId: foreign, word: secret, rows: 2_000 });
    const before = await kept();
    const beside = await inTurns(all, answer);

    expect(await kept()).toEqual(before);
    expect(existsSync('/tmp/switchboard-bi-attack.csv')).toBe(false);
    const telling = new RegExp(`${secret}|root:x:0|company_id = |PREWHERE`);
    expect(beside.filter(({ text }) => telling.test(text))).toEqual([]);
    // What it has asked before is its own, and in its log.
    const isOfOthers = ({ statement }: { readonly statement: string }) => !statement.includes('bi.queries');
    expect(beside.filter(isOfOthers)).toEqual(alone.filter(isOfOthers));
    // Some are harmless: they ask for what there is, in a strange way.
    const answered = beside.filter(({ status }) => status === 200).map(({ statement }) => statement);
    expect(answered.length).toBeLessThan(40);
  });

  /** Without what changes from one time to the next: where among the rows it was when it failed. */
  function told(text: string): string {
    return text.replaceAll(/current rows: [\d.]+ \w+/g, '…').slice(0, 5_000);
  }

  test.each(tooMuch)('is ended before it takes too much: %.60s', async (statement) => {
    const search = { max_execution_time: '3', max_memory_usage: '100000000' };
    const answer = await askAs(service, biPartnerOf(v7()))(statement, { search });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.headers['x-clickhouse-exception-code']).toMatch(/^\d+$/);
  });

  test.each<Record<string, string>>([
    { additional_table_filters: `{'analytics.events': '1'}` },
    { additional_result_filter: '1' },
    { implicit_table_at_top_level: 'analytics.events' },
    { optimize_move_to_prewhere: '1' },
    { output_format_schema: '/tmp/x' },
    { format_schema: '/etc/passwd' },
    { log_comment: 'x' },
    { profile: 'default' },
    { role: 'admin' },
    { user: 'default', password: 'x' },
    { allow_ddl: '1' },
    { dialect: 'kusto' },
    { session_timezone: `UTC', max_result_rows = 0, log_comment = '` },
    { date_time_output_format: 'iso, max_execution_time = 0' },
    { max_execution_time: '1; DROP TABLE analytics.events' },
    { constructor: '1' },
    { __proto__x: '1' },
    { database: 'analytics' },
    { database: 'bi`; DROP' },
    { decompress: '1' },
  ])('cannot bring %j along', async (search) => {
    const answer = await askAs(service, biPartnerOf(v7()))('SELECT 1', { search });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.headers['x-clickhouse-exception-code']).toMatch(/^\d+$/);
  });

  test.each([
    ['SELECT {a:String} AS a', `'; DROP TABLE x; --`],
    ['SELECT {a:String} AS a', `\\' FROM analytics.events --`],
    ['SELECT {a:String} AS a', '\\\\'],
  ])('comes through no parameter: %s with %s', async (sql, value) => {
    const answer = await askAs(service, biPartnerOf(v7()))(sql, { search: { ...jsonLines.search, param_a: value } });
    expect(linesOf(answer)).toEqual([{ a: value.replaceAll(/\\(.)/g, '$1') }]);
  });

  test.each(['analytics.events', 'events` , analytics.`events', 'system.users'])(
    'reads no table that a parameter names, such as %s',
    async (param_t) => {
      const answer = await askAs(service, biPartnerOf(v7()))('SELECT * FROM {t:Identifier}', { search: { param_t } });
      expect(answer).toMatchObject({ status: 404 });
    },
  );

  test('lifts no limit, and may lower it', async () => {
    const ask = askAs(service, biPartnerOf(v7()));
    for (const max_result_rows of ['0', '99999999999']) {
      const whole = await ask('SELECT number FROM numbers(1100000) FORMAT RowBinary', { search: { max_result_rows } });
      expect(whole).toMatchObject({ headers: { 'x-clickhouse-exception-code': '396' } });
    }
    expect(await ask('SELECT number FROM numbers(11)', { search: { max_result_rows: '10' } })).toMatchObject({
      headers: { 'x-clickhouse-exception-code': '396' },
    });
    expect(
      await ask('SELECT sum(cityHash64(number, number)) FROM numbers(490000000)', {
        search: { max_execution_time: '0.2' },
      }),
    ).toMatchObject({ headers: { 'x-clickhouse-exception-code': expect.stringMatching(/^(159|160)$/) } });
  });
});

describe('who may ask', () => {
  test.each([
    ['a partner without the scope', biPartnerOf(v7(), ['analytics:read', 'conversations:read'])],
    ['an administrator', { ...agentOf(v7()), role: 'ADMIN' as const }],
    ['a service', { kind: 'service' as const, companyId: v7(), service: 'router', scopes: ['bi:query'] }],
  ])('is not %s', async (_who, identity) => {
    const answer = await askAs(service, identity)('SELECT 1');
    expect(answer).toMatchObject({ status: 403, headers: { 'x-clickhouse-exception-code': '497' } });
  });

  test('is nobody without a signature', async () => {
    const response = await fetch(`${service.analytics.url()}/bi?query=SELECT+1`);
    expect(response.status).toBe(403);
  });
});

describe('a statement', () => {
  const companyId = v7();
  const ask = (sql: string, options?: Parameters<ReturnType<typeof askAs>>[1]) =>
    askAs(service, biPartnerOf(companyId))(sql, options);

  beforeAll(() => insertRows(clickhouse, { companyId, word: 'mine' }));

  // What drivers and boards send at connecting, and to show what there is.
  test.each([
    ['@clickhouse/client, pinging', 'SELECT 1'],
    ['clickhouse-go, of Grafana', 'SELECT displayName(), version(), revision(), timezone()'],
    ['clickhouse-go, looking at limits', `SELECT value FROM system.settings WHERE name = 'readonly'`],
    ['Grafana’s editor', 'SHOW DATABASES'],
    ['Grafana’s editor', 'SHOW TABLES FROM "bi"'],
    ['Grafana’s editor', 'DESC TABLE "bi"."messages"'],
    ['Grafana’s editor', `SELECT name FROM system.functions WHERE is_aggregate = 1 ORDER BY name`],
    ['JDBC', 'SELECT currentUser() AS user, timezone() AS timezone, version() AS version LIMIT 1'],
    [
      'JDBC of old',
      `select currentUser(), timezone(), version(), getSetting('readonly') readonly FORMAT RowBinaryWithNamesAndTypes`,
    ],
    [
      'JDBC, for schemas',
      `SELECT name AS TABLE_SCHEM, null AS TABLE_CATALOG FROM system.databases WHERE name ILIKE '%'`,
    ],
    [
      'JDBC, for tables',
      `SELECT '' AS TABLE_CAT, t.database AS TABLE_SCHEM, t.name AS TABLE_NAME,
        CASE WHEN (t.name LIKE '.inner.%' OR t.name LIKE '.inner_id.%') THEN 'MATERIALIZED VIEW' WHEN t.engine LIKE 'View%' THEN 'VIEW'
        WHEN t.is_temporary THEN 'TEMPORARY TABLE' ELSE 'TABLE' END AS TABLE_TYPE, t.comment AS REMARKS, null AS TYPE_CAT,
        d.engine AS TYPE_SCHEM FROM system.tables t JOIN system.databases d ON t.database = d.name
        WHERE t.database LIKE '%' AND t.name LIKE '%' AND TABLE_TYPE IN ('TABLE', 'VIEW') ORDER BY TABLE_SCHEM, TABLE_NAME`,
    ],
    [
      'JDBC, for columns',
      `SELECT database AS TABLE_SCHEM, system.columns.table AS TABLE_NAME, system.columns.name AS COLUMN_NAME, system.columns.type AS TYPE_NAME,
        toInt32(coalesce(numeric_precision, character_octet_length)) AS COLUMN_SIZE, toInt32(position) AS ORDINAL_POSITION,
        multiIf(startsWith(type, 'Nullable('), 'YES', 'NO') AS IS_NULLABLE, comment AS REMARKS
        FROM system.columns WHERE database LIKE 'bi' AND table LIKE '%' ORDER BY TABLE_NAME, ORDINAL_POSITION`,
    ],
    [
      'Metabase, for keys',
      `SELECT count() FROM system.columns WHERE database = 'bi' AND table = 'messages' AND is_in_primary_key = 1`,
    ],
    ['dbt and others', 'SELECT table_name, column_name FROM information_schema.columns ORDER BY ordinal_position'],
    [
      'a board',
      `SELECT toStartOfHour(at) AS time, platform, count() AS messages FROM bi.messages
        WHERE at >= toDateTime64('2026-03-01 00:00:00', 3) AND at <= toDateTime64('2026-03-09 00:00:00', 3) GROUP BY time, platform ORDER BY time`,
    ],
    [
      'an analyst',
      `WITH busy AS (SELECT channel_id, count() AS n FROM messages GROUP BY channel_id)
        SELECT d.status, quantiles(0.5, 0.9)(toFloat64(n)), countIf(d.failure_code != '') FROM deliveries AS d LEFT JOIN busy USING (channel_id)
        GROUP BY d.status WITH TOTALS ORDER BY d.status LIMIT 5`,
    ],
    [
      'an analyst',
      `SELECT platform, arrayMap(x -> x * 2, groupArray(1)) AS twos, row_number() OVER (ORDER BY platform) FROM messages GROUP BY platform`,
    ],
    [
      'an analyst',
      `SELECT * EXCEPT (contact_id), bi.messages.at FROM bi.messages WHERE message_id IN (SELECT message_id FROM events) AND at BETWEEN '2026-03-01' AND now() LIMIT 3`,
    ],
    [
      'an analyst',
      `SELECT toDayOfWeek(at) AS day, toHour(at) AS hour, count() FROM messages GROUP BY GROUPING SETS ((day), (hour)) ORDER BY ALL`,
    ],
    [
      'an analyst',
      `SELECT date_trunc('day', at) AS day, count() FROM messages GROUP BY day ORDER BY day WITH FILL STEP toIntervalDay(1);`,
    ],
    [
      'an analyst',
      `SELECT CASE WHEN direction = 'INBOUND' THEN 'in' ELSE 'out' END AS way, extract(day FROM at), at::Date, interval 1 day FROM messages LIMIT 1 BY way`,
    ],
    ['an analyst', "SELECT max(opened_at), any(status) FROM conversations UNION ALL SELECT now(), ''"],
  ])('of %s is answered: %s', async (_who, sql) => {
    const answer = await ask(sql);
    expect(answer).toMatchObject({ status: 200, headers: { 'x-clickhouse-timezone': 'UTC' } });
    expect(answer.text).not.toBe('');
  });

  test('sees every view, each with its columns as documented', async () => {
    for (const view of views) {
      const described = linesOf(await ask(`DESCRIBE TABLE bi.${view.name}`, jsonLines));
      expect(described.map(({ name, type }) => [name, type])).toEqual(
        view.columns.map(({ name, type }) => [name, type]),
      );
      for (const { comment } of [view, ...view.columns]) expect(comment).toMatch(/^\w.*\.$/s);
      // And as the engine has them.
      const inside = await rowsOf(`DESCRIBE TABLE ${boundTo(view, companyId)}`);
      expect(inside.map(({ name, type }) => [name, type])).toEqual(view.columns.map(({ name, type }) => [name, type]));
      const [counted] = linesOf(await ask(`SELECT count() > 0 AS hasRows FROM bi.${view.name}`, jsonLines));
      expect({ view: view.name, ...counted }).toEqual({ view: view.name, hasRows: 1 });
    }
  });

  test('gets figures of its own rows', async () => {
    const [row] = linesOf(
      await ask(
        `SELECT (SELECT count() FROM messages) AS messages, (SELECT count() FROM deliveries) AS deliveries,
          (SELECT sum(received) FROM activity_by_hour) AS received, (SELECT sum(weight) FROM operations) AS operations,
          (SELECT count() FROM conversations) AS conversations`,
        jsonLines,
      ),
    );
    expect(row).toEqual({ messages: 100, deliveries: 100, received: 100, operations: 3, conversations: 200 });
  });

  test.each([
    'JSON',
    'JSONEachRow',
    'JSONCompact',
    'CSVWithNames',
    'TSV',
    'Native',
    'RowBinaryWithNamesAndTypes',
    'Parquet',
    'Arrow',
    'Markdown',
    'XML',
  ])('is answered as %s', async (format) => {
    const answer = await ask(`SELECT 'x' AS a, 1 AS b FORMAT ${format}`);
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'x-clickhouse-format': format, 'content-type': contentTypeOf(format) },
    });
    expect(answer.text).toContain('x');
  });

  test('is answered compressed, and taken compressed', async () => {
    const response = await fetch(`${service.analytics.url()}/bi?enable_http_compression=1`, {
      method: 'POST',
      headers: {
        ...(await service.signed(biPartnerOf(companyId))),
        'content-encoding': 'gzip',
        'accept-encoding': 'gzip',
      },
      body: gzipSync('SELECT number FROM numbers(1000)'),
    });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect((await response.text()).split('\n')).toHaveLength(1_001);
    const broken = await ask('SELECT 1', { headers: { 'content-encoding': 'gzip' } });
    expect(broken).toMatchObject({ status: 400, headers: { 'x-clickhouse-exception-code': '36' } });
    expect(gunzipSync(gzipSync('x')).toString()).toBe('x');
  });

  describe('with compress=1, as the JDBC driver sends it', () => {
    const jdbc = { search: { compress: '1' }, headers: { 'x-clickhouse-format': 'RowBinaryWithNamesAndTypes' } };
    const unpacked = ({ bytes }: SqlAnswer) => Buffer.concat(readBlocks(bytes).map((block) => block.bytes));

    test('is answered in compressed blocks, however long the answer is', async () => {
      const sql = 'SELECT number, toString(number) AS text FROM numbers(20000)';
      const [plain, inBlocks] = [await ask(sql, { headers: jdbc.headers }), await ask(sql, jdbc)];
      expect(unpacked(inBlocks).equals(plain.bytes)).toBe(true);
      expect(inBlocks.headers['x-clickhouse-format']).toBe('RowBinaryWithNamesAndTypes');
      expect(inBlocks.bytes.length).toBeLessThan(plain.bytes.length);
    });

    test('is answered with nothing where there is nothing', async () => {
      const answer = await ask('SELECT 1 WHERE 0', { search: { compress: '1' } });
      expect(answer).toMatchObject({ status: 200, bytes: Buffer.alloc(0) });
    });

    test.each([
      [400, 'SELECT', '62'],
      [404, 'SELECT * FROM nothing', '60'],
      [500, 'SELECT intDiv(1, 0)', '153'],
    ])('is told in a block why it is refused: %d for %s', async (status, sql, code) => {
      const answer = await ask(sql, jdbc);
      expect(answer).toMatchObject({ status, headers: { 'x-clickhouse-exception-code': code } });
      expect(unpacked(answer).toString()).toMatch(new RegExp(`^Code: ${code}\\. DB::Exception: .*\n$`, 's'));
    });

    test('is refused in plain words where no statement was looked at', async () => {
      const answer = await askAs(service, biPartnerOf(companyId, []))('SELECT 1', jdbc);
      expect([answer.status, answer.text.slice(0, 5)]).toEqual([403, 'Code:']);
    });

    test('is compressed for HTTP as well where both are asked for', async () => {
      const answer = await ask('SELECT 1', {
        search: { compress: '1', enable_http_compression: '1' },
        headers: { 'accept-encoding': 'gzip' },
      });
      expect(readBlocks(gunzipSync(answer.bytes))).toMatchObject([{ bytes: Buffer.from('1\n') }]);
    });
  });

  test('takes parameters, an id, and ways of writing', async () => {
    const answer = await ask(
      'SELECT {n:UInt8} AS n, {list:Array(String)} AS list, {nothing:String} AS nothing FROM {t:Identifier} LIMIT {n:UInt8}',
      {
        search: {
          ...jsonLines.search,
          query_id: 'mine-1',
          param_n: '2',
          param_list: "['a','b\\'c']",
          param_nothing: '\\N',
          param_t: 'messages',
          output_format_json_quote_64bit_integers: '1',
          send_progress_in_http_headers: '1',
          wait_end_of_query: '1',
        },
      },
    );
    expect(linesOf(answer)).toEqual([
      { n: 2, list: ['a', "b'c"], nothing: null },
      { n: 2, list: ['a', "b'c"], nothing: null },
    ]);
    expect(answer.headers).toMatchObject({ 'x-clickhouse-query-id': 'mine-1' });
    expect(JSON.parse(String(answer.headers['x-clickhouse-summary']))).toMatchObject({
      elapsed_ns: expect.stringMatching(/^\d+$/),
    });
    expect(answer.headers['x-clickhouse-progress']).toBeDefined();
  });

  test.each([
    ['SELEC 1', 400, '62', /SYNTAX_ERROR/],
    ['', 400, '62', /SYNTAX_ERROR/],
    ['SELECT nope FROM bi.messages', 404, '47', /UNKNOWN_IDENTIFIER/],
    ['SELECT * FROM bi.nope', 404, '60', /SHOW TABLES/],
    ['SELECT * FROM nope.messages', 404, '81', /use 'bi'/],
    ['SELECT nope(1)', 404, '46', /UNKNOWN_FUNCTION/],
    ['SELECT {a:String}', 400, '456', /param_a/],
    ['SELECT 1 FORMAT Nope', 404, '73', /UNKNOWN_FORMAT/],
    ['DROP TABLE x', 500, '164', /READONLY/],
  ])('that is wrong is told what is: %s', async (sql, status, code, message) => {
    const answer = await ask(sql);
    expect(answer).toMatchObject({
      status,
      headers: { 'x-clickhouse-exception-code': code },
      text: expect.stringMatching(message),
    });
    expect(answer.text).toMatch(/^Code: \d+\. DB::Exception: [^]*\([A-Z_]+\)\n$/);
    expect(answer.text).not.toMatch(/analytics|PREWHERE|in scope/i);
  });

  test('leaves nothing of a failed answer in the next one', async () => {
    const failing = "SELECT number, toInt8(if(number = 200000, 'x', '1')) FROM numbers(300000)";
    for (let time = 0; time < 4; time += 1) {
      expect((await ask(failing)).status).toBe(400);
      expect((await ask(`SELECT 'clean'`)).text).toBe('clean\n');
    }
  });

  test('waits for its turn, and is refused when too many wait', async () => {
    const slow = 'SELECT sum(cityHash64(number, number, number)) FROM numbers(60000000)';
    const answers = await Promise.all(Array.from({ length: 80 }, (_, n) => ask(n < 3 ? slow : `SELECT ${String(n)}`)));
    const refused = answers.filter(({ status }) => status !== 200);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(63);
    expect(refused.length).toBeGreaterThan(0);
    for (const one of refused) {
      expect(one).toMatchObject({ status: 503, headers: { 'x-clickhouse-exception-code': '202' } });
    }
  });

  test('is entered in the log, which its company may read, without what was looked for', async () => {
    const name = `looked_for_${createHash('md5').update(v7()).digest('hex')}`;
    const sql = `SELECT ? AS ${name}`;
    const asked = sql.replace('?', `toInt64(987654321) + length('anna@example.com') /* Anna */`);
    const logged = sql.replace('?', 'toInt64(?) + length(?)  ');
    await ask(asked, { search: { query_id: 'logged' }, headers: { 'user-agent': 'a-tool/1.0' } });
    await ask(`${asked}, nope`);
    await ask(`${asked}, toUInt8('anna@example.com')`);
    await eventually(async () => {
      const found = linesOf(
        await ask(`SELECT * EXCEPT (at, key_id) FROM bi.queries WHERE startsWith(statement, {s:String}) ORDER BY at`, {
          search: { ...jsonLines.search, param_s: logged },
        }),
      );
      expect(JSON.stringify(found)).not.toMatch(/anna|987654321/i);
      expect(found).toMatchObject([
        {
          query_id: 'logged',
          partner: 'bi-tool',
          client: 'a-tool/1.0',
          statement: logged,
          format: 'TabSeparated',
          exception_code: 0,
          exception: '',
          result_bytes: 10,
        },
        { statement: `${logged}, nope`, exception_code: 47, exception: 'UNKNOWN_IDENTIFIER' },
        { statement: `${logged}, toUInt8(?)`, exception_code: 6, exception: 'CANNOT_PARSE_TEXT' },
      ]);
    });
    const others = await askAs(
      service,
      biPartnerOf(v7()),
    )("SELECT count() FROM bi.queries WHERE statement LIKE '%looked_for%'");
    expect(others.text).toBe('0\n');
  });
});

describe('a statement as it is kept', () => {
  test.each([
    [`SELECT 'Anna', "from", \`at\` FROM t1 WHERE n = 5.5e3`, `SELECT ?, "from", \`at\` FROM t1 WHERE n = ?`],
    [`SELECT 'it''s \\'Anna\\'' AS x`, 'SELECT ? AS x'],
    ['SELECT $$Anna$$, $a$An$$na$a$, 0xFF', 'SELECT ?, ?, ?'],
    ['SELECT 1 -- Anna\nFROM t # Anna\n/* Anna', 'SELECT ?  \nFROM t  \n '],
    [`SELECT "Anna Smith", \`a@b.c\`, "x1"`, 'SELECT ?, ?, "x1"'],
    [`WHERE {s:String} = 'Anna`, 'WHERE {s:String} = ?'],
    [`WHERE "Anna`, 'WHERE ?'],
    [`'Anna\\`, '?'],
    ['$a$Anna', '?'],
    [`SELECT '--', '/*', Anna`, 'SELECT ?, ?, Anna'],
  ])('has no value in it: %s', (statement, kept) => expect(withoutValues(statement)).toBe(kept));
});

describe('a compressed block', () => {
  beforeAll(() => clickhouse.command({ query: 'CREATE DATABASE blocks' }));

  /** What the engine makes of values, a block each: on its disk it has the same blocks as a server has in its answers. */
  async function ofEngine(type: string, values: readonly string[]): Promise<Buffer> {
    const table = `blocks.\`${type}\``;
    await clickhouse.command({ query: `CREATE TABLE ${table} (value ${type}) ENGINE = TinyLog` });
    for (const value of values) await clickhouse.command({ query: `INSERT INTO ${table} SELECT ${value}` });
    const [row] = await rowsOf(
      `SELECT data_paths[1] AS path FROM system.tables WHERE database = 'blocks' AND name = '${type}'`,
    );
    return readFile(join(String(row?.['path']), 'value.bin'));
  }

  // Around each length at which the checksum goes another way.
  const lengths = [
    1, 3, 4, 5, 6, 7, 8, 14, 15, 20, 21, 22, 30, 100, 115, 116, 117, 118, 119, 140, 200, 245, 300, 1_000,
  ];

  test('is the engine’s own, byte for byte, where nothing repeats', async () => {
    const texts = lengths.map((length) => `randomString(${String(length)})`);
    const found = [
      ...readBlocks(await ofEngine('UInt8', ['1', '255'])),
      ...readBlocks(await ofEngine('String', texts)),
    ];
    const sizes = lengths.map((length) => length + (length < 128 ? 1 : 2));
    expect(found.map(({ bytes }) => bytes.length)).toEqual([1, 1, ...sizes]);
    for (const { raw, bytes } of found) expect(compressedBlock(bytes)).toEqual(raw);
  });

  test('is read as the engine writes it where much repeats, and is as short', async () => {
    const raw = await ofEngine('FixedString(250)', [`repeat('round and ', 25)`]);
    const bytes = Buffer.from('round and '.repeat(25));
    expect(readBlocks(raw)).toEqual([{ raw, bytes }]);
    expect(compressedBlock(bytes).length).toBe(raw.length);
  });
});

describe('@clickhouse/client', () => {
  const companyId = v7();
  let client: ClickHouseClient;

  beforeAll(async () => {
    await insertRows(clickhouse, { companyId, word: 'mine' });
    client = createClient({
      url: service.analytics.url(),
      pathname: '/bi',
      username: 'bi',
      password: 'checked by the router',
      database: 'bi',
      http_headers: await service.signed(biPartnerOf(companyId)),
      compression: { response: true },
      log: { level: ClickHouseLogLevel.OFF },
      clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
    });
  });
  afterAll(() => client.close());

  test('pings, queries with parameters, and streams', async () => {
    expect(await client.ping({ select: true })).toEqual({ success: true });
    const result = await client.query({
      query:
        'SELECT platform, count() AS messages FROM messages WHERE direction = {direction:String} GROUP BY platform',
      query_params: { direction: 'INBOUND' },
      format: 'JSON',
    });
    expect(await result.json()).toMatchObject({ data: [{ platform: 'TELEGRAM', messages: '100' }], rows: 1 });
    const rows = await client.query({ query: 'SELECT number FROM numbers(5000)', format: 'JSONCompactEachRow' });
    let streamed = 0;
    for await (const chunk of rows.stream()) streamed += chunk.length;
    expect(streamed).toBe(5_000);
  });

  test('is told by ClickHouse’s own error what is wrong', async () => {
    await expect(client.query({ query: 'SELECT * FROM analytics.events' })).rejects.toMatchObject({
      code: '81',
      type: 'UNKNOWN_DATABASE',
    });
    await expect(client.insert({ table: 'messages', values: [{ at: 1 }] })).rejects.toMatchObject({ code: '164' });
  });
});

test('a server that lets the service make no users has dashboards, and no answers for BI tools', async () => {
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', level: 'warn', destination: { write: (line) => void lines.push(line) } });
  const other = await openService({ clickhouse, ...urls, hasClickHouseUsers: true, logger });
  try {
    // Who runs it is told what is missing, and where it is said what to do.
    await eventually(() => {
      const [told = '', ...again] = lines.filter((line) => line.includes('ClickHouse has no users for BI tools'));
      expect(JSON.parse(told)).toMatchObject({
        level: 'error',
        err: { message: expect.stringContaining('CREATE SETTINGS PROFILE ON *.*') },
        msg: expect.stringContaining('docs/bi.md'),
      });
      expect(again).toEqual([]);
    });
    expect(await other.readiness()).toMatchObject({ status: 200 });
    const answer = await askAs(other, biPartnerOf(v7()))('SELECT 1');
    expect(answer).toMatchObject({ status: 503, headers: { 'x-clickhouse-exception-code': '210' } });
    expect(answer.text).not.toMatch(/grant|privilege|PROFILE|ROLE/i);
  } finally {
    await other.close();
  }
});

describe('the functions that may be called', () => {
  test('are ones that the engine has', async () => {
    const known = new Set((await rowsOf('SELECT lower(name) AS name FROM system.functions')).map(({ name }) => name));
    expect([...scalarNames, ...aggregateNames].filter((name) => !known.has(name.toLowerCase()))).toEqual([]);
  });

  test('are none that read, call out, wait or tell of the server', async () => {
    const closed = await rowsOf(`SELECT name, categories FROM system.functions WHERE
      categories IN ('Dictionary', 'Embedded Dictionary', 'Introspection', 'AI', 'Machine Learning', 'Encryption')
      OR match(lower(name), '^(file|url$|s3|remote|dictget|joinget|sleep|getmacro|getserver|getsetting|ai|catboost|throwif|hasColumnInTable)')`);
    expect(closed.length).toBeGreaterThan(60);
    expect(
      closed.filter(({ name, categories }) => isFunction(String(name)) && categories !== 'Machine Learning'),
    ).toEqual([]);
    expect(isFunction('sumIf') && isFunction('uniqMergeIf') && isFunction('quantilesTDigestState')).toBe(true);
    expect(isFunction('fileIf') || isFunction('countNope') || isFunction('')).toBe(false);
  });
});
