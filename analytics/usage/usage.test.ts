import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import { USAGE_SUBJECT, type OperationReport } from '#schema/events/usage.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testClickHouse, testNats, testRedis } from '#test/stack/index.ts';
import { openService } from '../testing/serviceHarness.ts';

const list = `query ($days: Int!) { fieldUsage(days: $days) { field operationName clientName partner calls lastUsedAt } }`;
interface Usage {
  readonly fieldUsage: readonly { readonly field: string; readonly [name: string]: unknown }[];
}

describe('the use of the graph', () => {
  const stops: (() => Promise<void>)[] = [];
  let service: Awaited<ReturnType<typeof openService>>;

  beforeAll(async () => {
    const [clickhouse, nats, redis] = await Promise.all([testClickHouse(), testNats(), testRedis()]);
    service = await openService({ clickhouse: clickhouse.client, natsUrl: nats.url, redisUrl: redis.url });
    stops.push(
      () => service.close(),
      () => clickhouse.close(),
      () => nats.close(),
      () => redis.close(),
    );
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
  });

  const now = () => new Date().toISOString();
  const report = (companyId: string, overrides: Partial<OperationReport> = {}): OperationReport => ({
    id: v7(),
    companyId,
    at: now(),
    name: 'One',
    type: 'query',
    clientName: 'web',
    clientVersion: '1',
    partner: '',
    durationMs: 3,
    cost: 2,
    errorCodes: [],
    fields: ['Query.viewer: Agent', 'Agent.id: ID!'],
    weight: 1,
    ...overrides,
  });
  const tell = (body: unknown) => service.nats.jetstream.publish(USAGE_SUBJECT, JSON.stringify(body));
  const admin = (companyId: string): Identity => ({
    kind: 'agent',
    companyId,
    agentId: v7(),
    role: 'ADMIN',
    scopes: [],
  });
  const usageOf = async (companyId: string, days = 30) =>
    (await service.query<Usage>(admin(companyId), list, { days })).data?.fieldUsage ?? [];

  test('is told by field, operation, program and partner, with how often and when last', async () => {
    const company = v7();
    const at = now();
    await tell({
      reports: [
        report(company, { at: '2026-01-01T00:00:00.000Z', fields: ['Agent.id: ID!'], name: 'LongAgo' }),
        report(company, { at }),
        report(company, { at, weight: 20 }),
        report(company, { at, partner: 'crm', clientName: '', fields: ['Agent.id: ID!'] }),
      ],
    });
    await eventually(async () => {
      const usage = await usageOf(company);
      expect(usage).toHaveLength(3);
      expect(usage).toEqual(
        expect.arrayContaining([
          {
            field: 'Query.viewer: Agent',
            operationName: 'One',
            clientName: 'web',
            partner: '',
            calls: 21,
            lastUsedAt: at,
          },
          { field: 'Agent.id: ID!', operationName: 'One', clientName: 'web', partner: '', calls: 21, lastUsedAt: at },
          { field: 'Agent.id: ID!', operationName: 'One', clientName: '', partner: 'crm', calls: 1, lastUsedAt: at },
        ]),
      );
    });
  });

  test('is counted once when it is told twice, and goes on behind what cannot be read', async () => {
    const company = v7();
    const told = { reports: [report(company)] };
    await tell(told);
    await tell({ reports: 'nonsense' });
    await tell(told);
    await tell({ reports: [report(company, { name: 'Last' })] });
    await eventually(async () => {
      const usage = await usageOf(company);
      expect(usage.filter(({ field }) => field === 'Agent.id: ID!')).toEqual([
        expect.objectContaining({ operationName: 'Last', calls: 1 }),
        expect.objectContaining({ operationName: 'One', calls: 1 }),
      ]);
    });
  });

  test('is the company’s own, and for its administrators', async () => {
    const [company, other] = [v7(), v7()];
    await tell({ reports: [report(company)] });
    await eventually(async () => expect(await usageOf(company)).toHaveLength(2));
    expect(await usageOf(other)).toEqual([]);
    const partner: Identity = { kind: 'partner', companyId: company, partner: 'crm', scopes: ['analytics:read'] };
    const agent: Identity = { kind: 'agent', companyId: company, agentId: v7(), role: 'SUPERVISOR', scopes: [] };
    for (const identity of [partner, agent]) {
      expect((await service.query(identity, list, { days: 1 })).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ]);
    }
  });

  test.each([0, 181, -1])('is not told of %d days', async (days) => {
    expect((await service.query(admin(v7()), list, { days })).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });
});

describe('the report of operations', () => {
  const stops: (() => Promise<void>)[] = [];
  let service: Awaited<ReturnType<typeof openService>>;
  const groups = 'name figures { requests failed cost latency { average } }';
  const asked = `query ($range: TimeRange!, $first: Int! = 20) { operations(range: $range) {
    totals { requests failed cost latency { average p50 p95 p99 } } previousTotals { requests latency { p50 } }
    byOperation(first: $first) { ${groups} } byClient { ${groups} } byPartner { ${groups} } byError { ${groups} }
  } }`;
  const range = { from: '2026-11-02T00:00:00.000Z', to: '2026-11-03T00:00:00.000Z' };
  const admin = (companyId: string): Identity => ({
    kind: 'agent',
    companyId,
    agentId: v7(),
    role: 'ADMIN',
    scopes: [],
  });
  const report = (companyId: string, at: string, overrides: Partial<OperationReport> = {}): OperationReport => ({
    id: v7(),
    companyId,
    at,
    name: 'Inbox',
    type: 'query',
    clientName: 'web',
    clientVersion: '1',
    partner: '',
    durationMs: 10,
    cost: 5,
    errorCodes: [],
    fields: [],
    weight: 1,
    ...overrides,
  });
  const ask = (identity: Identity, variables: object = { range }) =>
    service.query<{ operations: Record<string, unknown> }>(identity, asked, variables);

  beforeAll(async () => {
    const [clickhouse, nats, redis] = await Promise.all([testClickHouse(), testNats(), testRedis()]);
    service = await openService({ clickhouse: clickhouse.client, natsUrl: nats.url, redisUrl: redis.url });
    stops.push(
      () => service.close(),
      () => clickhouse.close(),
      () => nats.close(),
      () => redis.close(),
    );
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
  });

  test('counts requests by what they stand for, with their errors, costs and times, within the range alone', async () => {
    const [company, other] = [v7(), v7()];
    const at = '2026-11-02T10:00:00.000Z';
    const twice = report(company, at, { durationMs: 40, errorCodes: ['RATE_LIMITED', 'FORBIDDEN'] });
    const reports = [
      report(company, '2026-11-02T00:00:00.000Z'),
      report(company, at, { weight: 20, name: 'Orders', clientName: '', partner: 'crm', cost: 2 }),
      twice,
      report(company, '2026-11-01T23:59:59.999Z'),
      report(company, '2026-11-03T00:00:00.000Z'),
      report(other, at),
    ];
    await service.nats.jetstream.publish(USAGE_SUBJECT, JSON.stringify({ reports }));
    await service.nats.jetstream.publish(USAGE_SUBJECT, JSON.stringify({ reports: [twice] }));
    const inbox = { requests: 2, failed: 1, cost: 10, latency: { average: 25 } };
    const orders = { requests: 20, failed: 0, cost: 40, latency: { average: 10 } };
    await eventually(async () => {
      expect((await ask(admin(company))).data?.operations).toMatchObject({
        totals: { requests: 22, failed: 1, cost: 50, latency: { p50: 10 } },
        previousTotals: { requests: 1, latency: { p50: 10 } },
        byOperation: [
          { name: 'Orders', figures: orders },
          { name: 'Inbox', figures: inbox },
        ],
        byClient: [
          { name: '', figures: orders },
          { name: 'web', figures: inbox },
        ],
        byPartner: [
          { name: 'crm', figures: orders },
          { name: '', figures: inbox },
        ],
        byError: [{ name: 'FORBIDDEN' }, { name: 'RATE_LIMITED' }],
      });
    });
    const one = await ask(admin(company), { range, first: 1 });
    expect(one.data?.operations['byOperation']).toEqual([{ name: 'Orders', figures: orders }]);
    expect((await ask(admin(v7()))).data?.operations).toMatchObject({
      totals: { requests: 0, failed: 0, cost: 0, latency: { average: null, p50: null, p95: null, p99: null } },
      byOperation: [],
    });
  });

  test('is for administrators', async () => {
    for (const identity of [
      { kind: 'partner' as const, companyId: v7(), partner: 'crm', scopes: ['analytics:read', 'bi:query'] },
      { kind: 'agent' as const, companyId: v7(), agentId: v7(), role: 'SUPERVISOR' as const, scopes: [] },
    ]) {
      expect((await ask(identity)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
  });

  test.each([{ range: { from: range.to, to: range.from } }, { range, first: 0 }, { range, first: 101 }])(
    'makes no sense of %j, and says so',
    async (variables) => {
      expect((await ask(admin(v7()), variables)).errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    },
  );
});
