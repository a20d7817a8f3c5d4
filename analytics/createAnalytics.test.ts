import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import fc from 'fast-check';
import { v7 } from 'uuid';
import { eventually } from '#test/stack/eventually.ts';
import { testClickHouse, testNats, testRedis, type TestServer } from '#test/stack/index.ts';
import type { Interval } from './queries/intervals.ts';
import { intervalStarts } from './queries/intervals.ts';
import { spanBefore, wholeMinutes, type Span } from './queries/segments.ts';
import type { Filter } from './queries/scope.ts';
import type { Totals } from './queries/totals.ts';
import { anyFact, fact, ids, type Fact } from './testing/facts.ts';
import { average, count, durations, pick } from './testing/recount.ts';
import { agentOf, openService } from './testing/serviceHarness.ts';
import { counts, publish } from './testing/sinkHarness.ts';

interface DashboardData {
  readonly dashboard: {
    readonly totals: Totals;
    readonly previousTotals: Totals;
    readonly byPlatform: readonly { readonly platform: string; readonly totals: Totals }[];
    readonly received: readonly { readonly at: string; readonly value: number }[];
    readonly firstResponse: readonly { readonly at: string; readonly value: number }[];
  };
}

const DASHBOARD = `
  query ($range: TimeRange!, $filter: DashboardFilter, $interval: Interval!) {
    dashboard(range: $range, filter: $filter) {
      totals { ...Figures }
      previousTotals { ...Figures }
      byPlatform { platform totals { ...Figures } }
      received: series(metric: MESSAGES_RECEIVED, interval: $interval) { at value }
      firstResponse: series(metric: FIRST_RESPONSE_TIME, interval: $interval) { at value }
    }
  }
  fragment Figures on DashboardTotals {
    conversationsOpened conversationsResolved messagesReceived messagesSent botMessages botResolutionRate deliveryFailures
    firstResponse { average p50 p90 p95 }
    resolution { average p50 p90 p95 }
  }`;

let stores: { nats: TestServer; redis: TestServer; engine: { client: ClickHouseClient; close(): Promise<void> } };
let service: Awaited<ReturnType<typeof openService>>;

beforeAll(async () => {
  const [nats, redis, engine] = await Promise.all([testNats(), testRedis(), testClickHouse()]);
  stores = { nats, redis, engine };
  service = await openService({ clickhouse: engine.client, natsUrl: nats.url, redisUrl: redis.url });
});

afterAll(async () => {
  await service?.close();
  await Promise.all([stores?.nats.close(), stores?.redis.close(), stores?.engine.close()]);
});

/** Tells what happened to a company, and waits until it is counted. */
async function tell(company: string, facts: readonly Fact[]): Promise<void> {
  await publish(service.nats, company, facts);
  await eventually(async () =>
    expect((await counts(stores.engine.client, company))['by_day']).toBeGreaterThanOrEqual(facts.length),
  );
}

async function dashboard(company: string, span: Span, filter: Filter = {}, interval: Interval = 'DAY') {
  const range = { from: new Date(span.from), to: new Date(span.to) };
  const { data, errors } = await service.query<DashboardData>(agentOf(company), DASHBOARD, { range, filter, interval });
  expect(errors).toBeUndefined();
  if (!data) throw new Error('no errors and no data');
  return data.dashboard;
}

async function refusal(variables: object): Promise<unknown> {
  const { errors } = await service.query(agentOf(v7()), DASHBOARD, { interval: 'DAY', ...variables });
  return errors?.[0]?.extensions;
}

const march = { from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 3, 1) };
const days = (n: number) => new Date(march.from + n * 86_400_000);

/** What the plain facts say; percentiles only as bounds, since the engine interpolates between neighbours. */
function expectFigures(totals: Totals, facts: readonly Fact[]): void {
  const resolved = count(facts, 'resolved');
  const byBot = facts.filter(({ what, touchedByAgent }) => what === 'resolved' && !touchedByAgent).length;
  expect(totals).toMatchObject({
    conversationsOpened: count(facts, 'opened'),
    conversationsResolved: resolved,
    messagesReceived: count(facts, 'received'),
    messagesSent: count(facts, 'sent', 'bot', 'echoed'),
    botMessages: count(facts, 'bot'),
    deliveryFailures: count(facts, 'failed'),
    botResolutionRate: resolved === 0 ? null : byBot / resolved,
  });
  expectDurations(totals.firstResponse, durations(facts, 'sent', 'bot', 'echoed'));
  expectDurations(totals.resolution, durations(facts, 'resolved'));
}

function expectDurations(found: Totals['resolution'], seconds: readonly number[]): void {
  if (seconds.length === 0) {
    expect(found).toEqual({ average: null, p50: null, p90: null, p95: null });
    return;
  }
  expect(found.average).toBeCloseTo(average(seconds) ?? NaN, 6);
  const [lowest = NaN] = seconds;
  for (const [value, level] of [
    [found.p50, 0.5],
    [found.p90, 0.9],
    [found.p95, 0.95],
  ] as const) {
    const rank = level * (seconds.length - 1);
    expect(value).toBeGreaterThanOrEqual(Math.fround(seconds[Math.floor(rank) - 1] ?? lowest));
    expect(value).toBeLessThanOrEqual(Math.fround(seconds[Math.ceil(rank) + 1] ?? seconds.at(-1) ?? NaN));
  }
}

describe('a dashboard', () => {
  test('counts what happened in its range and in the one before', async () => {
    const company = v7();
    const facts = [
      fact('received', { at: new Date(march.from) }),
      fact('received', { at: new Date(march.to - 1) }),
      fact('received', { at: new Date(march.from - 1) }),
      fact('received', { at: new Date(march.to) }),
      fact('sent', { at: days(3), seconds: 30, agentId: ids.agents[0] }),
      fact('bot', { at: days(4), seconds: 10 }),
      fact('note', { at: days(4) }),
      fact('resolved', { at: days(5), seconds: 600 }),
    ];
    await tell(company, facts);
    const { totals, previousTotals } = await dashboard(company, march);
    expectFigures(totals, pick(facts, march, {}));
    expect(totals).toMatchObject({ messagesReceived: 2, messagesSent: 2, botMessages: 1, botResolutionRate: 1 });
    expect(previousTotals.messagesReceived).toBe(1);
  });

  test('counts what was written past the inbox as sent by the company and by no agent', async () => {
    const company = v7();
    const [agentId] = ids.agents;
    await tell(company, [
      fact('echoed', { at: days(1), agentId, seconds: 30 }),
      fact('sent', { at: days(2), agentId, seconds: 90 }),
    ]);
    const { totals } = await dashboard(company, march);
    expect(totals).toMatchObject({ messagesSent: 2, botMessages: 0, firstResponse: { average: 60 } });
    const { totals: theirs } = await dashboard(company, march, { agentIds: [agentId] });
    expect(theirs).toMatchObject({ messagesSent: 1, firstResponse: { average: 90 } });
  });

  test('agrees with counting one by one, for any history, range, filter and interval', async () => {
    const from = new Date('2026-01-30T00:00:00Z');
    const to = new Date('2026-03-02T00:00:00Z');
    const instant = fc.integer({ min: from.getTime(), max: to.getTime() });
    const some = <T>(...values: T[]) => fc.option(fc.subarray(values, { minLength: 0 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyFact(from, to), { minLength: 1, maxLength: 120 }),
        fc.array(
          fc.record({
            span: fc
              .tuple(instant, instant)
              .map(([a, b]) => wholeMinutes({ from: Math.min(a, b), to: Math.max(a, b) + 1 })),
            filter: fc.record({
              channelIds: some<string>(...ids.channels),
              platforms: some<string>('TELEGRAM', 'WHATSAPP'),
              agentIds: some<string>(...ids.agents),
              teamIds: some<string>(...ids.teams),
            }),
            interval: fc.constantFrom<Interval>('HOUR', 'DAY', 'WEEK', 'MONTH'),
          }),
          { minLength: 3, maxLength: 6 },
        ),
        async (facts, views) => {
          const company = v7();
          await tell(company, facts);
          for (const { span, filter, interval } of views) {
            const found = await dashboard(company, span, filter, interval);
            const here = pick(facts, span, filter);
            expectFigures(found.totals, here);
            expectFigures(found.previousTotals, pick(facts, spanBefore(span), filter));
            for (const { platform, totals } of found.byPlatform) {
              expectFigures(
                totals,
                here.filter((one) => one.platform === platform),
              );
            }
            expect(found.byPlatform.map(({ platform }) => platform)).toEqual(
              [...new Set(here.map((one) => one.platform))].toSorted(),
            );
            expectSeries(found, here, span, interval);
          }
        },
      ),
      { numRuns: 6 },
    );
  }, 60_000);

  test('shows nothing of another company', async () => {
    const [mine, theirs] = [v7(), v7()];
    await tell(theirs, [fact('received', { at: days(1) }), fact('opened', { at: days(1) })]);
    await tell(mine, [fact('received', { at: days(1) })]);
    const { totals, byPlatform, received } = await dashboard(mine, march, { channelIds: [ids.channels[0]] });
    expectFigures(totals, [fact('received')]);
    expect(byPlatform).toHaveLength(1);
    expect(received.reduce((sum, { value }) => sum + value, 0)).toBe(1);
  });

  test('is empty, and whole, for a company of which nothing is known', async () => {
    const { totals, byPlatform, received } = await dashboard(v7(), march);
    expectFigures(totals, []);
    expect(byPlatform).toEqual([]);
    expect(received).toHaveLength(31);
    expect(received.every(({ value }) => value === 0)).toBe(true);
  });

  test('refuses ranges, filters and intervals that make no sense, and says which', async () => {
    const range = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' };
    const bad = (field: string) => ({ code: 'BAD_USER_INPUT', field });
    expect(await refusal({ range: { ...range, to: range.from } })).toMatchObject(bad('range.to'));
    expect(await refusal({ range: { ...range, from: '2020-01-01T00:00:00Z' } })).toMatchObject(bad('range'));
    expect(await refusal({ range: { from: '1969-01-01T00:00:00Z', to: '1970-01-01T00:00:00Z' } })).toMatchObject(
      bad('range'),
    );
    expect(await refusal({ range, filter: { teamIds: ["'; DROP TABLE events"] } })).toMatchObject(
      bad('filter.teamIds'),
    );
    const ids = Array.from({ length: 1_001 }, () => v7());
    expect(await refusal({ range, filter: { agentIds: ids } })).toMatchObject(bad('filter.agentIds'));
    const years = { from: '2022-03-01T00:00:00Z', to: '2026-03-01T00:00:00Z' };
    expect(await refusal({ range: years, interval: 'MINUTE' })).toMatchObject(bad('interval'));
  });

  test('narrows by as many ids as are allowed', async () => {
    const company = v7();
    await tell(company, [fact('received', { at: days(1) })]);
    const channelIds = [...Array.from({ length: 999 }, () => v7()), ids.channels[0]];
    expect((await dashboard(company, march, { channelIds })).totals.messagesReceived).toBe(1);
  });

  test('is not shown to who comes without a signed identity', async () => {
    const { data, errors } = await service.query(undefined, DASHBOARD, {});
    expect(data).toBeUndefined();
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('is answered while Redis is away', async () => {
    await stores.redis.kill9();
    const company = v7();
    await tell(company, [fact('received', { at: days(1) })]);
    expect((await dashboard(company, march)).totals.messagesReceived).toBe(1);
    await stores.redis.restart();
  });
});

describe('readiness', () => {
  test('names NATS while it is away', async () => {
    await eventually(async () => expect((await service.readiness()).status).toBe(200));
    await stores.nats.kill9();
    await eventually(async () =>
      expect(await service.readiness()).toMatchObject({ status: 503, body: { checks: { clickhouse: 'ok' } } }),
    );
    await stores.nats.restart();
    await eventually(async () => expect((await service.readiness()).status).toBe(200));
  });
});

function expectSeries(found: DashboardData['dashboard'], facts: readonly Fact[], span: Span, interval: Interval): void {
  const starts = intervalStarts(span, interval);
  const iso = starts.map((at) => new Date(at).toISOString());
  expect(found.received.map(({ at }) => at)).toEqual(iso);
  expect(found.firstResponse.map(({ at }) => at)).toEqual(iso);
  starts.forEach((at, index) => {
    const inside = pick(facts, { from: at, to: starts[index + 1] ?? Infinity }, {});
    expect(found.received[index]?.value).toBe(count(inside, 'received'));
    expect(found.firstResponse[index]?.value).toBeCloseTo(average(durations(inside, 'sent', 'bot', 'echoed')) ?? 0, 6);
  });
}
