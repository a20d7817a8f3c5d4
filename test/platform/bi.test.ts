import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import type { Page } from 'playwright-core';
import { request } from 'undici';
import { parse } from 'yaml';
import { eventually } from '#test/stack/eventually.ts';
import { openBrowser, type TestBrowser } from './browser.ts';
import { demoCompany, runPlatform, telegramMessage, type RunningPlatform } from './runningPlatform.ts';

let platform: RunningPlatform;
const clients: ClickHouseClient[] = [];

beforeAll(async () => {
  platform = await runPlatform({ reachable: true });
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await platform?.stop();
});

async function issueKey(company: string, scopes: readonly string[]) {
  const { data } = await platform.ask<{ issuePartnerKey: { key: { id: string }; secret: string } }>(
    await platform.tokenOf(company),
    `mutation ($scopes: [String!]!) {
      issuePartnerKey(input: { partner: "our-bi", name: "board", scopes: $scopes }) { key { id } secret userErrors { message } }
    }`,
    { scopes },
  );
  return { id: data.issuePartnerKey.key.id, secret: data.issuePartnerKey.secret };
}

function connect(password: string): ClickHouseClient {
  const client = createClient({
    url: platform.url,
    username: 'bi',
    password,
    database: 'bi',
    log: { level: ClickHouseLogLevel.OFF },
  });
  clients.push(client);
  return client;
}

async function ask(key: string, sql: string, path = '/'): Promise<{ status: number; text: string; code: unknown }> {
  const { statusCode, body, headers } = await request(`${platform.url}${path}`, {
    method: 'POST',
    headers: { 'x-clickhouse-user': 'bi', 'x-clickhouse-key': key },
    body: sql,
  });
  return { status: statusCode, text: await body.text(), code: headers['x-clickhouse-exception-code'] };
}

describe('a BI tool', () => {
  test('reads with its company’s key what customers have written, and not what was written to another', async () => {
    const [acme, globex] = [await issueKey('acme', ['bi:query']), await issueKey('globex', ['bi:query'])];
    const [client, other] = [connect(acme.secret), connect(globex.secret)];
    expect(await client.ping({ select: true })).toEqual({ success: true });
    await platform.postUpdate('acme', telegramMessage(901, 1, 'Where is my order?', 'Kim'));

    const count = async (of: ClickHouseClient) => {
      const result = await of.query({
        query: 'SELECT count() AS n FROM messages WHERE at > now() - INTERVAL {minutes:UInt8} MINUTE',
        query_params: { minutes: 5 },
        format: 'JSONEachRow',
      });
      return result.json();
    };
    await eventually(async () => expect(await count(client)).toEqual([{ n: 1 }]));
    expect(await count(other)).toEqual([{ n: 0 }]);
    expect((await ask(acme.secret, 'SHOW TABLES', '/bi')).text).toContain('conversations\n');
    expect(
      (await ask(acme.secret, `SELECT * FROM analytics.events WHERE company_id = '${demoCompany('globex').id}'`)).code,
    ).toBe('81');
  });

  test.each(['/', '/ping', '/bi', '/bi/ping'])('is answered at %s that there is somebody', async (path) => {
    const { statusCode, body } = await request(`${platform.url}${path}`);
    expect([statusCode, await body.text()]).toEqual([200, 'Ok.\n']);
  });

  test('is refused without a key, with a wrong one, with one for something else, and with a person’s token', async () => {
    const partner = await issueKey('acme', ['analytics:read']);
    expect(await ask('', 'SELECT 1')).toMatchObject({ status: 403, code: '516' });
    expect(await ask(`swk_${'0'.repeat(82)}`, 'SELECT 1')).toMatchObject({ status: 403, code: '516' });
    expect(await ask(await platform.tokenOf('acme'), 'SELECT 1')).toMatchObject({ status: 403, code: '516' });
    expect(await ask(partner.secret, 'SELECT 1')).toMatchObject({ status: 403, code: '497' });
    const { statusCode } = await request(`${platform.url}/?query=SELECT+1&user=bi&password=${partner.secret}`);
    expect(statusCode).toBe(403);
    await expect(connect('nonsense').query({ query: 'SELECT 1' })).rejects.toMatchObject({ code: '516' });
  });

  test('is refused at once when its key was revoked, and the new one of a rotated key is good', async () => {
    const key = await issueKey('acme', ['bi:query']);
    expect(await ask(key.secret, 'SELECT 1')).toMatchObject({ status: 200, text: '1\n' });
    const admin = await platform.tokenOf('acme');
    const { data } = await platform.ask<{ rotatePartnerKey: { secret: string } }>(
      admin,
      `mutation { rotatePartnerKey(input: { keyId: "${key.id}", overlapHours: 1 }) { secret } }`,
    );
    expect(await ask(data.rotatePartnerKey.secret, 'SELECT 2')).toMatchObject({ text: '2\n' });
    await platform.ask(admin, `mutation { revokePartnerKey(input: { keyId: "${key.id}" }) { userErrors { code } } }`);
    await eventually(async () => expect(await ask(key.secret, 'SELECT 1')).toMatchObject({ status: 403, code: '516' }));
  });

  test('cannot ask the graph with the same key', async () => {
    const key = await issueKey('acme', ['bi:query']);
    const { errors } = await platform.ask(key.secret, '{ channels { id } }');
    expect(errors?.[0]?.extensions?.code).toBe('QUERY_NOT_IN_SAFELIST');
  });
});

describe('an export of figures', () => {
  const range = `from=${new Date(Date.now() - 3_600_000).toISOString()}&to=${new Date(Date.now() + 3_600_000).toISOString()}`;
  async function exported(token: string | undefined, search = range, file = 'dashboard.csv') {
    const { statusCode, headers, body } = await request(`${platform.url}/exports/${file}?${search}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    return { status: statusCode, headers, text: await body.text() };
  }
  const received = ({ text }: { readonly text: string }) => {
    const [head = [], ...rows] = text.split('\n').map((line) => line.split(','));
    return rows.reduce((sum, row) => sum + Number(row[head.indexOf('"messages_received"')] ?? 0), 0);
  };

  test('has what the company’s dashboard has, for an agent and for a partner with the scope', async () => {
    const { secret } = await issueKey('acme', ['analytics:read']);
    const before = received(await exported(await platform.tokenOf('acme', 'AGENT')));
    await platform.postUpdate('acme', telegramMessage(903, 1, 'Do you deliver to Oslo?', 'Mia'));
    await eventually(async () => expect(received(await exported(secret))).toBe(before + 1));
    const answer = await exported(await platform.tokenOf('acme', 'AGENT'));
    expect([received(answer), answer.status]).toEqual([before + 1, 200]);
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="dashboard-.*\.csv"$/);
    expect(received(await exported(await platform.tokenOf('globex')))).toBe(0);
    expect((await exported(secret, range, 'dashboard.parquet')).text.slice(0, 4)).toBe('PAR1');
  });

  test('is refused without a token, with a wrong one, with one in the address, and with one for something else', async () => {
    const token = await platform.tokenOf('acme');
    const { secret } = await issueKey('acme', ['bi:query']);
    expect(await exported(undefined)).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    expect(await exported(undefined, `${range}&token=${token}`)).toMatchObject({ status: 401 });
    expect(await exported(token, `${range}&token=${token}`)).toMatchObject({ status: 400 });
    expect(await exported('nonsense')).toMatchObject({ status: 401 });
    expect(await exported(secret)).toMatchObject({ status: 403 });
    expect(await exported(token, range, 'dashboard.xlsx')).toMatchObject({ status: 404 });
  });
});

describe('Grafana', () => {
  const folder = new URL('../../infra/grafana/', import.meta.url);
  const names = ['agents', 'bot', 'channels', 'inbox', 'operations', 'pipeline'];

  interface Target {
    readonly rawSql: string;
  }
  interface Board {
    readonly uid: string;
    readonly panels: readonly {
      readonly title: string;
      readonly datasource: { readonly uid: string };
      readonly targets: readonly Target[];
    }[];
    readonly templating: { readonly list: readonly { readonly query: string }[] };
  }
  const boardOf = (name: string) => JSON.parse(readFileSync(new URL(`boards/${name}.json`, folder), 'utf8')) as Board;

  /** As Grafana's plugin writes them out. */
  function written(sql: string): string {
    return sql
      .replaceAll(/\$__timeFilter\((\w+)\)/g, '$1 >= toDateTime(1767225600) AND $1 <= toDateTime(4102444800)')
      .replaceAll(/\$__timeInterval\((\w+)\)/g, 'toStartOfInterval(toDateTime($1), INTERVAL 3600 second)')
      .replaceAll('${platform:singlequote}', `'TELEGRAM','WEB_CHAT'`);
  }

  test('has a board for each of inbox, agents, bot, channels, operations and pipeline', async () => {
    expect((await readdir(new URL('boards/', folder))).toSorted()).toEqual(names.map((name) => `${name}.json`));
    expect(new Set(names.map((name) => boardOf(name).uid)).size).toBe(names.length);
  });

  test.each(names)('is answered whatever the board %s asks', async (name) => {
    const { secret } = await issueKey('acme', ['bi:query']);
    const board = boardOf(name);
    const asked = [
      ...board.panels.flatMap(({ title, targets }) => targets.map(({ rawSql }) => ({ title, sql: written(rawSql) }))),
      ...board.templating.list.map(({ query }) => ({ title: 'a variable', sql: query })),
    ];
    expect(asked.length).toBeGreaterThanOrEqual(board.panels.length);
    const answers = await Promise.all(
      asked.map(async ({ title, sql }) => ({ title, ...(await ask(secret, `${sql} FORMAT JSON`)) })),
    );
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  });

  test('gets its data source and its boards from files that fit each other', () => {
    const { datasources } = parse(
      readFileSync(new URL('provisioning/datasources/switchboard.yaml', folder), 'utf8'),
    ) as {
      datasources: { uid: string; jsonData: { path: string; protocol: string; defaultDatabase: string } }[];
    };
    expect(datasources).toMatchObject([
      { uid: 'switchboard-bi', jsonData: { path: '/bi', protocol: 'http', defaultDatabase: 'bi' } },
    ]);
    for (const name of names) {
      for (const { datasource } of boardOf(name).panels) expect(datasource.uid).toBe('switchboard-bi');
    }
  });
});

describe('the dashboards’ page', () => {
  let browser: TestBrowser;
  let page: Page;
  const problems: string[] = [];
  /** What the page has asked for, and is not told. */
  const asked: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  async function open(
    token: string,
    { search = '', width = 1280, dark = false, timezoneId = 'UTC', isSocketCut = (): boolean => false } = {},
  ): Promise<void> {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: dark ? 'dark' : 'light',
      timezoneId,
    });
    page = await context.newPage();
    asked.length = 0;
    await page.routeWebSocket('**/graphql', (socket) =>
      isSocketCut() ? socket.close() : void socket.connectToServer(),
    );
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('request', (sent) => {
      if (!sent.url().startsWith(platform.url) && !sent.url().startsWith('data:')) problems.push(sent.url());
      if (sent.url().endsWith('/graphql')) asked.push(sent.postData() ?? '');
    });
    await page.goto(`${platform.url}/dashboards${search}`);
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await page.waitForSelector('main[aria-busy="false"]');
  }
  const figure = (title: string) => page.getByRole('button', { name: title }).locator('strong').textContent();

  afterEach(() => page.context().close());
  const state = () => page.getByRole('status').textContent();
  const figuresAsked = () => asked.filter((text) => text.includes('query Figures')).length;

  test('is told figures, and new ones as they happen, without asking for any, and no other host for anything', async () => {
    await open(await platform.tokenOf('acme'));
    // On a busy machine it asks, as it should, while it waits for the first that it is told.
    await eventually(async () => expect(await state()).toBe('Live'));
    const askedBefore = figuresAsked();
    const before = Number(await figure('Messages received'));
    await platform.postUpdate('acme', telegramMessage(902, 1, 'Is there news?', 'Lena'));
    await eventually(async () => expect(Number(await figure('Messages received'))).toBe(before + 1));
    expect(figuresAsked()).toBe(askedBefore);
    expect(await page.getByRole('row', { name: /Telegram/ }).count()).toBe(1);
    expect(problems).toEqual([]);
  });

  test('says that it is not live where no socket gets through, asks meanwhile, and is live by itself afterwards', async () => {
    let isCut = true;
    await open(await platform.tokenOf('acme'), { isSocketCut: () => isCut });
    expect(await state()).toBe('Not live');
    expect(figuresAsked()).toBeGreaterThan(0);
    expect(Number(await figure('Messages received'))).toBeGreaterThan(0);
    await page.context().setOffline(true);
    await eventually(async () => expect(await state()).toBe('Out of reach'));
    expect(await page.getByRole('alert').textContent()).toMatch(/^There are no new figures now/);
    isCut = false;
    await page.context().setOffline(false);
    await eventually(async () => expect(await state()).toBe('Live'));
    expect(await page.getByRole('alert').isVisible()).toBe(false);
    problems.length = 0;
  });

  test('begins days at midnight by the company’s clocks, wherever the browser is', async () => {
    const day = '2026-03-29';
    await open(await platform.tokenOf('acme'), {
      search: `?from=${day}&to=${day}`,
      timezoneId: 'America/Los_Angeles',
      isSocketCut: () => true,
    });
    const { variables } = JSON.parse(asked.find((text) => text.includes('query Figures')) ?? '{}') as {
      variables: unknown;
    };
    // Berlin’s, with the night in which clocks are set forward.
    expect(variables).toMatchObject({ range: { from: '2026-03-28T23:00:00.000Z', to: '2026-03-29T22:00:00.000Z' } });
    expect(await page.locator('tbody th').first().textContent()).toBe('Sun 00:00');
    problems.length = 0;
  });

  test('is used by the keyboard alone, and keeps what was chosen in its address', async () => {
    await open(await platform.tokenOf('acme'), { search: '?range=24h' });
    await page.getByRole('button', { name: '30 days' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Conversations resolved' }).focus();
    await page.keyboard.press('Space');
    await page.getByRole('combobox', { name: /^Platform/ }).selectOption('TELEGRAM');
    await page.getByText('As a table').focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('main[aria-busy="false"]');
    expect(new URL(page.url()).search).toBe('?range=30d&platform=TELEGRAM&metric=CONVERSATIONS_RESOLVED');
    expect(await page.getByRole('heading', { level: 2 }).first().textContent()).toBe('Conversations resolved');
    expect(await page.locator('details[open] tbody tr').count()).toBeGreaterThan(29);
    expect(problems).toEqual([]);
  });

  test('shows who did what, when customers write, and what the bot does', async () => {
    const [agent] = demoCompany('acme').agents;
    await platform.postUpdate('acme', telegramMessage(904, 1, 'Is anybody there?', 'Noor'));
    await open(await platform.tokenOf('acme'));
    const admin = await platform.tokenOf('acme');
    const conversation = await eventually(async () => {
      const { data } = await platform.ask<{
        conversations: { edges: { node: { id: string; contact: { name: string } } }[] };
      }>(admin, '{ conversations(first: 1) { edges { node { id contact { name } } } } }');
      const [newest] = data.conversations.edges;
      expect(newest?.node.contact.name).toMatch(/^Noor/);
      return newest?.node.id;
    });
    const sent = await platform.ask(
      admin,
      `mutation ($id: ID!, $key: String!) {
        sendMessage(input: { conversationId: $id, text: "Yes", idempotencyKey: $key }) { userErrors { code } }
      }`,
      { id: conversation, key: randomUUID() },
    );
    expect(sent).toEqual({ data: { sendMessage: { userErrors: [] } } });
    await eventually(async () =>
      expect(await page.getByRole('region', { name: 'Agents' }).textContent()).toContain(agent?.name ?? 'nobody'),
    );
    await page.getByRole('button', { name: 'Handling' }).focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('th[aria-sort="descending"]').textContent()).toBe('Handling');
    expect(await page.getByText(/^Most messages come on/).textContent()).toMatch(/Clocks of Europe\/Berlin\.$/);
    await page.getByRole('button', { name: 'In business hours' }).press('Enter');
    expect(await page.getByRole('button', { name: 'In business hours' }).getAttribute('aria-pressed')).toBe('true');
    expect(await page.getByRole('region', { name: 'The bot' }).textContent()).toContain('Questions without an answer');
    expect(problems).toEqual([]);
  });

  test('gives what it shows as a file', async () => {
    await open(await platform.tokenOf('acme'), { search: '?range=24h&platform=TELEGRAM' });
    await page.getByRole('combobox', { name: 'Rows' }).selectOption('agent');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).press('Enter'),
    ]);
    expect(download.suggestedFilename()).toMatch(/^dashboard-by-agent-.*\.csv$/);
    expect(await text(await download.createReadStream())).toMatch(
      /^"at","local_time","agent_id","conversations_opened"/,
    );
    await eventually(async () =>
      expect(await page.getByText('is with your downloads').textContent()).toContain(download.suggestedFilename()),
    );
    expect(problems).toEqual([]);
  });

  test('fits a phone, and is dark where the phone is', async () => {
    await open(await platform.tokenOf('acme'), { width: 390, dark: true });
    expect(await page.getByRole('combobox', { name: /^Platform/ }).isVisible()).toBe(false);
    await page.locator('summary', { hasText: 'Dates and filters' }).press('Enter');
    expect(await page.getByRole('combobox', { name: /^Platform/ }).isVisible()).toBe(true);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const dark = await background();
    await page.getByRole('button', { name: /^Theme/ }).click();
    expect(await background()).not.toBe(dark);
    expect(problems).toEqual([]);
  });

  test('asks again for a token that is not good, and says why', async () => {
    const context = await browser.newContext();
    page = await context.newPage();
    await page.goto(`${platform.url}/dashboards`);
    await page.getByLabel('Token').fill('nonsense');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('alert').textContent()).toMatch(/token/i);
    expect(await page.getByLabel('Token').inputValue()).toBe('');
  });

  test('is sent once: its parts are compressed, and known again', async () => {
    for (const name of ['app.js', 'app.css']) {
      const url = `${platform.url}/dashboards/${name}`;
      const first = await request(url, { headers: { 'accept-encoding': 'br' } });
      expect(first).toMatchObject({ statusCode: 200, headers: { 'content-encoding': 'br' } });
      expect((await first.body.bytes()).length).toBeLessThan(200_000);
      const again = await request(url, { headers: { 'if-none-match': String(first.headers['etag']) } });
      expect(again.statusCode).toBe(304);
    }
    const { headers } = await request(`${platform.url}/dashboards`);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });
});
