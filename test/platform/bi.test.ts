import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { request } from 'undici';
import { eventually } from '#test/stack/eventually.ts';
import { demoCompany, runPlatform, telegramMessage, type RunningPlatform } from './runningPlatform.ts';

let platform: RunningPlatform;
const clients: ClickHouseClient[] = [];

beforeAll(async () => {
  platform = await runPlatform();
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
