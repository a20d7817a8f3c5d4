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
