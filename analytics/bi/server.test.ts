import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { currentTestRun } from '#test/stack/testRun.ts';
import { companyTables, createFunctions } from './companyTables.ts';
import { aggregateNames, scalarNames } from './functions.ts';
import { ofServer } from './serverViews.ts';
import { translate } from './sql/translate.ts';
import { attacks } from './testing/attacks.ts';
import { isOfViews, serverWithUsers, serviceGrants, type ServerAnswer } from './testing/serverWithUsers.ts';
import { views } from './views/index.ts';

const companyId = '01920000-0000-7000-8000-0000000000a1';
const foreign = '01920000-0000-7000-8000-0000000000b2';
const own = { companyId, word: 'own', rows: 200 };
const others = { companyId: foreign, word: 'FOREIGN-FAILURE', rows: 2_000 };

const directories: string[] = [];
const newDirectory = async () => {
  const directory = await mkdtemp(join(currentTestRun().directory, 'users-'));
  directories.push(directory);
  return directory;
};
afterAll(async () => {
  for (const directory of directories) await rm(directory, { recursive: true, force: true });
});

const allDone = (answers: readonly ServerAnswer[]) => expect(answers.filter(({ isError }) => isError)).toEqual([]);

/** As the service sends it to a server. */
const functions = createFunctions(new Set([...scalarNames, ...aggregateNames].map((name) => name.toLowerCase())));
const translated = (sql: string) =>
  translate(sql, { tables: companyTables(ofServer), functions, parameters: new Map() }).sql;
const counts = views.map(({ name }) => translated(`SELECT count() FROM bi.${name}`));
/** Of `own`, in the order of the views' names. */
const ownCounts = ['1', '1', '1', '200', '100', '201', '100', '1', '1', '1'];

/** The engine keeps no users that statements make, and says so when nothing else is wrong with them. */
function isTaken({ statement, isError, text }: ServerAnswer & { readonly statement: string }): boolean {
  if (isOfViews(statement)) return !isError;
  return /\((?:ACCESS_STORAGE_READONLY|ACCESS_STORAGE_FOR_INSERTION_NOT_FOUND)\)$/.test(text);
}

describe('a company’s user of a server', () => {
  const { 'too much': tooMuch = [], ...wanting } = attacks;
  // What the engine tells of itself, of the moment or at random, and what only a server keeps from it: its files, and tables of the system.
  const ofTheEngine =
    /\bfile\b|INTO OUTFILE|system\.(?:processes|disks|errors|stack_trace)|PROCESSLIST|KILL QUERY|sleep|generateRandom|fuzzQuery|null\('x|filesystemAvailable|queryID/i;
  const hostile = Object.values(wanting)
    .flat()
    .filter((statement) => !ofTheEngine.test(statement))
    .map((statement) => statement.replaceAll('$FOREIGN', foreign));
  const open = 'SELECT count(), uniqExact(company_id) FROM bi.open';
  let server: ReturnType<typeof serverWithUsers>;
  let alone: readonly ServerAnswer[];
  let beside: readonly ServerAnswer[];

  beforeAll(async () => {
    server = serverWithUsers(await newDirectory(), { companyId });
    await server.insert([own]);
    allDone(await server.provision());
    alone = await server.asReader(hostile);
    await server.insert([others]);
    beside = await server.asReader(hostile);
  });

  test('is answered as if there were nobody else, whatever it says', () => {
    expect(hostile.length).toBeGreaterThan(300);
    const told = ({ isError, text }: ServerAnswer, at: number) => ({
      statement: hostile[at],
      isError,
      // How much lies in between is told by `EXPLAIN`, which users of a server may say and BI keys may not.
      text: text.replaceAll(/current rows: [\d.]+ \w+|(?:Parts|Granules|Ranges): [\d/]+/g, '…'),
    });
    expect(beside.filter(({ text }) => /FOREIGN-FAILURE|root:x:0/.test(text))).toEqual([]);
    expect(beside.map(told)).toEqual(alone.map(told));
  });

  test('reads its own rows in each view, by what the service makes of its statements', async () => {
    const joined = translated(
      'SELECT count() FROM bi.messages WHERE message_id IN (SELECT message_id FROM bi.events) AND at IN (SELECT at FROM bi.messages)',
    );
    const [plan, ...answers] = await server.asReader([
      `EXPLAIN indexes = 1 ${translated('SELECT at FROM bi.events')}`,
      ...counts,
      joined,
    ]);
    expect(answers.map(({ text }) => text.trim())).toEqual([...ownCounts, '100']);
    // And looks for them nowhere else.
    expect(plan?.text.replaceAll('\\', '')).toContain(`(company_id in ['${companyId}', '${companyId}'])`);
  });

  test('sees the columns of each view as documented', async () => {
    const described = await server.asReader(
      views.map(
        ({ name }) => `SELECT name, type, comment FROM system.columns WHERE database = 'bi' AND table = '${name}'`,
      ),
    );
    const lines = ({ text }: ServerAnswer) => text.replaceAll(`\\'`, `'`).trim().split('\n');
    expect(described.map(lines)).toEqual(
      views.map(({ columns }) => columns.map(({ name, type, comment }) => `${name}\t${type}\t${comment}`)),
    );
  });

  test('gets no row of others by the policies alone, nor by the views alone', async () => {
    // A view that knows no company.
    allDone(
      await server.asService([
        `CREATE OR REPLACE VIEW bi.open DEFINER = bi_definer SQL SECURITY DEFINER AS SELECT company_id, failure_code FROM analytics.events`,
      ]),
    );
    expect(await server.asReader([open])).toEqual([{ isError: false, text: '201\t1\n' }]);
    const unfiltered = await server.asReader([open, ...counts], { hasPolicies: false });
    expect(unfiltered.map(({ text }) => text.trim())).toEqual(['2202\t2', ...ownCounts]);
  });

  test('is refused what is behind the views, what lies elsewhere, and limits of its own', async () => {
    const refused = [
      ['SELECT count() FROM analytics.events', 'ACCESS_DENIED'],
      ['SELECT 1 FROM analytics.sums', 'ACCESS_DENIED'],
      ['SELECT * FROM mergeTreeIndex(analytics, events)', 'ACCESS_DENIED'],
      ['SELECT * FROM mergeTreeIndex(bi, events)', 'BAD_ARGUMENTS'],
      ['SELECT * FROM mergeTreeAnalyzeIndexes(analytics, events)', 'ACCESS_DENIED'],
      ["SELECT * FROM merge('analytics', '.*')", 'CANNOT_EXTRACT_TABLE_STRUCTURE'],
      ['INSERT INTO bi.events (at) SELECT now()', 'ACCESS_DENIED'],
      ["SELECT * FROM file('/etc/passwd', LineAsString)", 'ACCESS_DENIED'],
      ["SELECT * FROM url('http://127.0.0.1/', LineAsString)", 'ACCESS_DENIED'],
      ["SELECT * FROM remote('127.0.0.1', analytics.events)", 'ACCESS_DENIED'],
      ['CREATE TABLE bi.x (n Int8) ENGINE = Memory', 'ACCESS_DENIED'],
      ['CREATE VIEW bi.x DEFINER = bi_definer SQL SECURITY DEFINER AS SELECT * FROM analytics.events', 'ACCESS_DENIED'],
      ['SET readonly = 0', 'READONLY'],
      ['SELECT 1 SETTINGS max_memory_usage = 0', 'READONLY'],
      ['SELECT 1 SETTINGS optimize_move_to_prewhere = 1', 'READONLY'],
    ] as const;
    const answers = await server.asReader(refused.map(([statement]) => statement));
    expect(answers.map(({ text }, at) => [refused[at]?.[0], /\((\w+)\)$/.exec(text)?.[1]])).toEqual(refused);
  });

  test('is ended before it takes too much', async () => {
    // That one takes its gigabyte row by row, for seconds; others meet the same limit at once.
    const answers = await server.asReader(tooMuch.filter((statement) => !statement.includes('groupArray')));
    expect(answers.filter(({ isError }) => !isError)).toEqual([]);
  });

  test('is refused more statements in a minute than the quota has', async () => {
    const statement = 'SELECT number FROM numbers(1)';
    const perMinute = 1_200;
    // So many that a minute that begins meanwhile has more than its share, too.
    const answers = await server.asReader(Array.from({ length: 2 * perMinute + 1 }, () => statement));
    const refused = answers.filter(({ isError }) => isError);
    expect(refused.length).toBeGreaterThan(0);
    for (const { text } of refused) expect(text).toMatch(/queries = \d+\/1200\..*template: `bi`\. \(QUOTA_EXCEEDED\)$/);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(perMinute);
  });

  test('is made with the grants that are documented, and with no fewer', async () => {
    const needed = serviceGrants.filter((grant) => !/CLUSTER|ENGINE/.test(grant));
    expect((await server.tellAll(needed)).filter((answer) => !isTaken(answer))).toEqual([]);
    for (const grant of needed) {
      const answers = await server.tellAll(needed.filter((one) => one !== grant));
      expect([grant, answers.some(({ text }) => text.endsWith('(ACCESS_DENIED)'))]).toEqual([grant, true]);
    }
  });
});

test('of a cluster, a company’s user reads its own rows where they lie, and nothing behind the views', async () => {
  const server = serverWithUsers(await newDirectory(), { companyId, cluster: 'all' });
  await server.insert([own, others]);
  const local = ['events', 'sums', 'operations', 'bi_queries'].flatMap((table) => [
    `CREATE TABLE analytics.${table}_local AS analytics.${table}`,
    `INSERT INTO analytics.${table}_local SELECT * FROM analytics.${table}`,
  ]);
  allDone(await server.provision(local));
  const answers = await server.asReader([
    ...counts,
    'SELECT count() FROM analytics.events_local',
    'SELECT * FROM mergeTreeIndex(bi, events_local)',
    'SELECT toInt32(failure_code) FROM bi.deliveries',
  ]);
  expect(answers.slice(0, counts.length).map(({ text }) => text.trim())).toEqual(ownCounts);
  expect(answers.slice(counts.length).map(({ text }) => /\((\w+)\)$/.exec(text)?.[1])).toEqual([
    'ACCESS_DENIED',
    'BAD_ARGUMENTS',
    'CANNOT_PARSE_TEXT',
  ]);
  expect(answers.map(({ text }) => text).join('')).not.toContain('FOREIGN');
  expect((await server.tellAll(serviceGrants)).filter((answer) => !isTaken(answer))).toEqual([]);
  const withoutEngine = await server.tellAll(serviceGrants.filter((grant) => !grant.includes('ENGINE')));
  expect(withoutEngine.filter((answer) => !isTaken(answer)).map(({ text }) => /\((\w+)\)$/.exec(text)?.[1])).toEqual(
    views.map(() => 'ACCESS_DENIED'),
  );
});
