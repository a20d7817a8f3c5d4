import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import fc from 'fast-check';
import { request } from 'undici';
import { v7 } from 'uuid';
import { createEventBus } from '#platform/events/bus.ts';
import { createEvent } from '#platform/events/catalogue.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import { eventually } from '#test/stack/eventually.ts';
import { currentTestRun } from '#test/stack/testRun.ts';
import { testClickHouse, testNats, testRedis, type TestServer } from '#test/stack/index.ts';
import type { Interval } from './queries/intervals.ts';
import { intervalStarts } from './queries/intervals.ts';
import { spanBefore, wholeMinutes, type Span } from './queries/segments.ts';
import type { Filter } from './queries/scope.ts';
import type { Totals } from './queries/totals.ts';
import { anyAttendance, anyFact, fact, ids, presenceOf, type Attendance, type Fact } from './testing/facts.ts';
import { average, expectFigures, measured, pick, secondsAs } from './testing/recount.ts';
import type { Statement } from './testing/intercepted.ts';
import { agentOf, listening, openService } from './testing/serviceHarness.ts';
import { counts, metrics, publish } from './testing/sinkHarness.ts';

interface Stats {
  readonly totals: Totals;
  readonly previousTotals: Totals;
}
type Points = readonly { readonly at: string; readonly value: number }[];

interface DashboardData {
  readonly dashboard: Stats & {
    readonly timeZone: string;
    readonly byPlatform: readonly (Stats & { readonly platform: string })[];
    readonly byAgent: readonly (Stats & {
      readonly agent: { readonly id: string };
      readonly onlineSeconds: number;
      readonly awaySeconds: number;
    })[];
    readonly byTeam: readonly (Stats & { readonly team: { readonly id: string } })[];
    readonly byLabel: readonly (Stats & { readonly label: { readonly id: string } })[];
    readonly busyHours: readonly (readonly number[])[];
    readonly received: Points;
    readonly receivedBefore: Points;
    readonly nextResponse: Points;
  };
}

const DASHBOARD = `
  query ($range: TimeRange!, $filter: DashboardFilter, $interval: Interval!) {
    dashboard(range: $range, filter: $filter) {
      timeZone
      totals { ...Figures }
      previousTotals { ...Figures }
      byPlatform { platform totals { ...Figures } previousTotals { ...Figures } }
      byAgent(first: 100) { agent { id } onlineSeconds awaySeconds totals { ...Figures } previousTotals { ...Figures } }
      byTeam { team { id } totals { ...Figures } previousTotals { ...Figures } }
      byLabel { label { id } totals { ...Figures } previousTotals { ...Figures } }
      busyHours
      received: series(metric: MESSAGES_RECEIVED, interval: $interval) { at value }
      receivedBefore: previousSeries(metric: MESSAGES_RECEIVED, interval: $interval) { at value }
      nextResponse: series(metric: NEXT_RESPONSE_BUSINESS_TIME, interval: $interval) { at value }
    }
  }
  fragment Figures on DashboardTotals {
    conversationsOpened conversationsResolved conversationsLabelled messagesReceived messagesSent botMessages
    botResolutionRate handoffs handoffReasons { reason count } unansweredQuestions answersRatedGood answersRatedBad
    deliveryFailures deliveries { sent delivered read failed }
    firstResponse { ...Spread } firstResponseInBusinessHours { ...Spread }
    nextResponse { ...Spread } nextResponseInBusinessHours { ...Spread }
    resolution { ...Spread } resolutionInBusinessHours { ...Spread }
    queueWait { ...Spread } queueWaitInBusinessHours { ...Spread }
    handling { ...Spread }
  }
  fragment Spread on Durations { count total average p50 p90 p95 }`;

let stores: { nats: TestServer; redis: TestServer; engine: { client: ClickHouseClient; close(): Promise<void> } };
let service: Awaited<ReturnType<typeof openService>>;
const asked: Statement[] = [];

beforeAll(async () => {
  const [nats, redis, engine] = await Promise.all([testNats(), testRedis(), testClickHouse()]);
  stores = { nats, redis, engine };
  service = await openService({
    clickhouse: listening(engine.client, asked),
    natsUrl: nats.url,
    redisUrl: redis.url,
  });
});

afterAll(async () => {
  await service?.close();
  await Promise.all([stores?.nats.close(), stores?.redis.close(), stores?.engine.close()]);
});

/** Tells what happened to a company, and who came and went, and waits until it is counted. */
async function tell(company: string, facts: readonly Fact[], attendance: readonly Attendance[] = []): Promise<void> {
  await createEventBus({ nats: service.nats, metrics }).publish(attendance.map((one) => presenceOf(company, one)));
  await publish(service.nats, company, facts);
  await eventually(async () =>
    expect((await counts(stores.engine.client, company))['by_day']).toBeGreaterThanOrEqual(
      facts.length + attendance.length,
    ),
  );
}

/** Tells where a company is, and waits until it is known. */
async function settle(company: string, timeZone: string): Promise<void> {
  const event = createEvent(catalogue, company, {
    type: 'channel.company.changed',
    actor: { kind: 'system' },
    data: { name: 'Acme', timeZone },
  });
  await createEventBus({ nats: service.nats, metrics }).publish([event]);
  await eventually(async () => expect((await dashboard(company, march)).timeZone).toBe(timeZone));
}

async function dashboard(company: string, span: Span, filter: Filter = {}, interval: Interval = 'DAY') {
  const range = { from: new Date(span.from), to: new Date(span.to) };
  const { data, errors } = await service.query<DashboardData>(agentOf(company), DASHBOARD, { range, filter, interval });
  expect(errors).toBeUndefined();
  if (!data) throw new Error('no errors and no data');
  return data.dashboard;
}

/** How many figures were worked out so far. */
async function loads(): Promise<number> {
  const text = await (await fetch(`${service.analytics.url()}/metrics`)).text();
  return Number(/^switchboard_analytics_figures_total\{.*from="load".*\} (\d+)$/m.exec(text)?.[1] ?? 0);
}

async function refusal(variables: object): Promise<unknown> {
  const { errors } = await service.query(agentOf(v7()), DASHBOARD, { interval: 'DAY', ...variables });
  return errors?.[0]?.extensions;
}

const march = { from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 3, 1) };
const days = (n: number) => new Date(march.from + n * 86_400_000);

/** What a company's dashboard says, for any range, filter and interval, against the facts one by one. */
function expectAll(
  found: DashboardData['dashboard'],
  facts: readonly Fact[],
  {
    span,
    filter,
    interval,
    zone,
    attendance,
  }: { span: Span; filter: Filter; interval: Interval; zone: string; attendance: readonly Attendance[] },
): void {
  const before = spanBefore(span);
  expectFigures(found.totals, facts, span, filter);
  expectFigures(found.previousTotals, facts, before, filter);
  const here = pick(facts, span, filter);
  const handlers = ids.agents.filter((id) => measured(facts, span, { ...filter, agentIds: [id] }).handling.length > 0);
  const { agentIds: _, ...others } = filter;
  const isNarrowed = Object.values(others).some((values) => values !== undefined);
  const seconds = (state: Attendance['is'], id: string) => secondsAs(state, attendance, id, span);
  const there = ids.agents.filter((id) => {
    const isTold = attendance.some(({ agentId, until }) => agentId === id && isWithin(until, span));
    return !isNarrowed && (isTold || seconds('ONLINE', id) + seconds('AWAY', id) > 0);
  });
  for (const { agent, onlineSeconds, awaySeconds } of found.byAgent) {
    expect(onlineSeconds).toBeCloseTo(seconds('ONLINE', agent.id), 3);
    expect(awaySeconds).toBeCloseTo(seconds('AWAY', agent.id), 3);
  }
  const groups = [
    [found.byPlatform.map((one) => [one.platform, one]), here.map(({ platform }) => platform), 'platforms'],
    [
      found.byAgent.map((one) => [one.agent.id, one]),
      [...here.flatMap(agentOfFact), ...[...handlers, ...there].filter((id) => admitted(filter, id))],
      'agentIds',
    ],
    [found.byTeam.map((one) => [one.team.id, one]), here.flatMap(({ teamId }) => teamId ?? []), 'teamIds'],
    [found.byLabel.map((one) => [one.label.id, one]), here.flatMap(({ labelIds }) => labelIds), 'labelIds'],
  ] as const satisfies readonly (readonly [readonly (readonly [string, Stats])[], readonly string[], keyof Filter])[];
  for (const [shown, expected, dimension] of groups) {
    expect(shown.map(([key]) => key).toSorted()).toEqual([...new Set<string>(expected)].toSorted());
    for (const [key, stats] of shown) {
      const narrower = { ...filter, [dimension]: [key] };
      const theirs = facts.filter(
        ({ labelIds }) => filter.labelIds == null || labelIds.some((id) => filter.labelIds?.includes(id)),
      );
      expectFigures(stats.totals, theirs, span, narrower);
      expectFigures(stats.previousTotals, theirs, before, narrower);
    }
  }
  expectSeries(
    found.received,
    facts,
    { span, filter, interval, zone },
    (inside) => inside.filter(({ what }) => what === 'received').length,
  );
  expectSeries(
    found.receivedBefore,
    facts,
    { span: before, filter, interval, zone },
    (inside) => inside.filter(({ what }) => what === 'received').length,
  );
  expectSeries(
    found.nextResponse,
    facts,
    { span, filter, interval, zone },
    (inside, part) => average(measured(inside, part, {}).nextResponseInBusinessHours) ?? 0,
  );
  expect(found.busyHours).toEqual(busyHours(here, zone));
}

interface Asked {
  readonly span: Span;
  readonly filter?: Filter;
  readonly interval?: Interval;
  readonly by?: string;
}

/** Asks for a file, in somebody's name. */
async function exportAs(
  identity: Identity | undefined,
  { span, filter = {}, interval, by }: Asked,
  { file = 'dashboard.csv', more = {} }: { file?: string; more?: Record<string, string> } = {},
) {
  const search = new URLSearchParams([
    ['from', new Date(span.from).toISOString()],
    ['to', new Date(span.to).toISOString()],
    ...Object.entries({ ...(interval && { interval }), ...(by && { by }), ...more }),
    ...Object.entries(filter).flatMap(([name, values]: [string, readonly string[] | null | undefined]) =>
      (values ?? []).map((value): [string, string] => [name, value]),
    ),
  ]);
  const { statusCode, headers, body } = await request(
    `${service.analytics.url()}/exports/${file}?${search.toString()}`,
    {
      headers: identity ? await service.signed(identity) : {},
    },
  );
  return { status: statusCode, headers, bytes: Buffer.from(await body.bytes()) };
}

/** The rows of a CSV, which has no text of people's. */
async function exported(company: string, asked: Asked): Promise<Record<string, string>[]> {
  const { status, bytes } = await exportAs(agentOf(company), asked);
  expect([status, status === 200 ? '' : bytes.toString()]).toEqual([200, '']);
  const [head = [], ...lines] = bytes
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.replaceAll('"', '')));
  return lines.map((cells) => Object.fromEntries(head.map((name, at) => [name, cells[at] ?? ''])));
}

/** A filter that admits nothing cannot be said in an address. */
function canBeExported(filter: Filter): boolean {
  return Object.values(filter).every((values) => values == null || values.length > 0);
}

/** By interval, what the curves have and what they come to. */
async function expectExport(company: string, found: DashboardData['dashboard'], asked: Asked): Promise<void> {
  const rows = await exported(company, asked);
  expect(rows.map(({ at, messages_received: received }) => ({ at, value: Number(received) }))).toEqual(found.received);
  found.nextResponse.forEach(({ value }, index) =>
    expect(Number(rows[index]?.['next_response_business_average'])).toBeCloseTo(value, 6),
  );
  const sum = (name: string) => rows.reduce((all, row) => all + Number(row[name]), 0);
  expect({
    conversationsOpened: sum('conversations_opened'),
    unansweredQuestions: sum('unanswered_questions'),
    handoffs: sum('handoffs'),
    handling: sum('handling_count'),
  }).toEqual({
    conversationsOpened: found.totals.conversationsOpened,
    unansweredQuestions: found.totals.unansweredQuestions,
    handoffs: found.totals.handoffs,
    handling: found.totals.handling.count,
  });
}

function isWithin(at: Date, { from, to }: Span): boolean {
  return at.getTime() >= from && at.getTime() < to;
}

function agentOfFact({ what, agentId }: Fact): string[] {
  return agentId === null || what === 'echoed' ? [] : [agentId];
}

function admitted({ agentIds }: Filter, id: string): boolean {
  return agentIds == null || agentIds.includes(id);
}

function expectSeries(
  found: Points,
  facts: readonly Fact[],
  { span, filter, interval, zone }: { span: Span; filter: Filter; interval: Interval; zone: string },
  valueOf: (inside: readonly Fact[], part: Span) => number,
): void {
  const starts = intervalStarts(span, interval, zone);
  expect(found.map(({ at }) => at)).toEqual(starts.map((at) => new Date(at).toISOString()));
  const here = pick(facts, span, filter);
  starts.forEach((from, index) => {
    const part = { from, to: starts[index + 1] ?? Infinity };
    expect(found[index]?.value).toBeCloseTo(valueOf(pick(here, part, {}), part), 6);
  });
}

/** By the clocks of the platform that the tests run on. */
function busyHours(facts: readonly Fact[], timeZone: string): number[][] {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', hourCycle: 'h23' });
  const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  const rows = days.map(() => Array.from({ length: 24 }, () => 0));
  for (const { at } of facts.filter(({ what }) => what === 'received')) {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const row = rows[days.indexOf(parts['weekday'] ?? '')];
    if (row) row[Number(parts['hour'])] = (row[Number(parts['hour'])] ?? 0) + 1;
  }
  return rows;
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
    expectFigures(totals, facts, march, {});
    expect(totals).toMatchObject({ messagesReceived: 2, messagesSent: 2, botMessages: 1, botResolutionRate: 1 });
    expect(previousTotals.messagesReceived).toBe(1);
  });

  test('takes one statement for figures, platforms and curves of both ranges, whatever the zone', async () => {
    const company = v7();
    await tell(company, [fact('received', { at: days(1) }), fact('sent', { at: days(2), seconds: 30 })]);
    await settle(company, 'Europe/Berlin');
    const ask = (range: object) =>
      service.query<{ dashboard: Pick<DashboardData['dashboard'], 'totals' | 'received'> }>(
        agentOf(company),
        `query ($range: TimeRange!) { dashboard(range: $range) {
          totals { messagesReceived } previousTotals { messagesReceived } byPlatform { totals { messagesReceived } }
          received: series(metric: MESSAGES_RECEIVED, interval: DAY) { value }
          hourly: series(metric: MESSAGES_SENT, interval: HOUR) { value }
          before: previousSeries(metric: FIRST_RESPONSE_TIME, interval: WEEK) { value }
        } }`,
        { range },
      );
    let minute = 720;
    // The zone is looked up once more after the company's change was told, and curves wait for it.
    await eventually(async () => {
      asked.length = 0;
      const { data } = await ask({ from: days(minute++ / 1_440), to: days(20.3) });
      expect(data?.dashboard.totals.messagesReceived).toBe(1);
      const { received = [] } = data?.dashboard ?? {};
      expect(received.map(({ value }) => value)).toEqual([0, 1, ...Array.from({ length: 19 }, () => 0)]);
      expect(asked.filter(({ query }) => query.includes('analytics:figures'))).toHaveLength(1);
    });
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

  test('says for how long agents were there: within its range, and of who is there still until now', async () => {
    const [company, other] = [v7(), v7()];
    const [ada, ben] = ids.agents;
    const at = (hour: number) => new Date(march.from + hour * 3_600_000);
    const now = Date.now();
    await createEventBus({ nats: service.nats, metrics }).publish([
      presenceOf(company, { agentId: ada, is: 'AWAY', was: 'ONLINE', since: at(9), until: at(11) }),
      presenceOf(company, { agentId: ada, is: 'OFFLINE', was: 'AWAY', since: at(11), until: at(11.5) }),
      presenceOf(company, { agentId: ada, is: 'ONLINE', was: 'OFFLINE', since: at(11.5), until: at(12) }),
      presenceOf(company, { agentId: ada, is: 'OFFLINE', was: 'ONLINE', since: at(12), until: at(13) }),
      presenceOf(company, {
        agentId: ben,
        is: 'ONLINE',
        was: 'OFFLINE',
        since: at(0),
        until: new Date(now - 3_600_000),
      }),
      presenceOf(other, { agentId: ada, is: 'OFFLINE', was: 'ONLINE', since: at(0), until: at(24) }),
    ]);
    const times = async (of: string, span: Span) => {
      const range = { from: new Date(span.from), to: new Date(span.to) };
      const { data } = await service.query<{
        dashboard: { byAgent: { agent: { id: string }; onlineSeconds: number; awaySeconds: number }[] };
      }>(
        agentOf(of),
        `query ($range: TimeRange!) { dashboard(range: $range) { byAgent { agent { id } onlineSeconds awaySeconds } } }`,
        { range },
      );
      return data?.dashboard.byAgent.map(({ agent, ...rest }) => ({ agentId: agent.id, ...rest }));
    };
    await eventually(async () =>
      expect(await times(company, { from: at(10).getTime(), to: at(12.25).getTime() })).toEqual([
        { agentId: ada, onlineSeconds: 1.25 * 3_600, awaySeconds: 1_800 },
      ]),
    );
    // Told last: what was told before is counted too.
    await eventually(async () =>
      expect(await times(other, march)).toEqual([{ agentId: ada, onlineSeconds: 24 * 3_600, awaySeconds: 0 }]),
    );
    const [still] = (await times(company, { from: now - 2 * 3_600_000, to: now + 3_600_000 })) ?? [];
    expect(still).toMatchObject({ agentId: ben, awaySeconds: 0 });
    expect(still?.onlineSeconds).toBeGreaterThanOrEqual(3_600);
    expect(still?.onlineSeconds).toBeLessThan(3_600 + (Date.now() - now) / 1_000 + 1);
  });

  test('shows who was there all the time and did nothing, behind those who did something, if nothing but agents narrows it', async () => {
    const [company, other, idler, gone] = [v7(), v7(), v7(), v7()];
    const [ada, ben] = ids.agents;
    const { from, to } = march;
    const spell = { is: 'OFFLINE', was: 'ONLINE' } as const;
    const around = { since: new Date(from - 3_600_000), until: new Date(to + 3_600_000) };
    await tell(
      company,
      [fact('sent', { at: days(3), agentId: ben })],
      [
        { ...spell, ...around, agentId: ada },
        { ...spell, agentId: idler, was: 'AWAY', since: days(-9), until: new Date(to + 1) },
        { ...spell, agentId: gone, since: days(-9), until: new Date(from - 1) },
      ],
    );
    await tell(other, [], [{ ...spell, ...around, agentId: gone }]);
    const shown = async (filter: Filter = {}) =>
      (await dashboard(company, march, filter)).byAgent.map(({ agent, onlineSeconds, awaySeconds, totals }) => [
        agent.id,
        onlineSeconds,
        awaySeconds,
        totals.messagesSent,
      ]);
    const month = (to - from) / 1_000;
    expect(await shown()).toEqual([
      [ben, 0, 0, 1],
      [ada, month, 0, 0],
      [idler, 0, month, 0],
    ]);
    expect(await shown({ agentIds: [idler, gone] })).toEqual([[idler, 0, month, 0]]);
    expect(await shown({ platforms: ['TELEGRAM'] })).toEqual([[ben, 0, 0, 1]]);
    expect(await shown({ teamIds: [] })).toEqual([]);
    const { data } = await service.query<{ dashboard: { byAgent: unknown } }>(
      agentOf(company),
      'query ($range: TimeRange!) { dashboard(range: $range) { byAgent(first: 2) { agent { id } previousTotals { messagesSent } } } }',
      { range: { from: new Date(from), to: new Date(to) } },
    );
    expect(data?.dashboard.byAgent).toEqual(
      [ben, ada].map((id) => ({ agent: { id }, previousTotals: { messagesSent: 0 } })),
    );
  });

  test('agrees with counting one by one, for any history, range, filter, interval and time zone', async () => {
    // Clocks are changed in Berlin on 29 March, in New York on 8 March.
    const from = new Date('2026-02-20T00:00:00Z');
    const to = new Date('2026-04-05T00:00:00Z');
    const instant = fc.integer({ min: from.getTime(), max: to.getTime() });
    const some = <T>(...values: T[]) => fc.option(fc.subarray(values, { minLength: 0 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyFact(from, to), { minLength: 1, maxLength: 150 }),
        fc.tuple(...ids.agents.map((id) => anyAttendance(id, from, to))).map((each) => each.flat()),
        fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu'),
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
              labelIds: some<string>(...ids.labels),
            }),
            interval: fc.constantFrom<Interval>('HOUR', 'DAY', 'WEEK', 'MONTH'),
          }),
          { minLength: 3, maxLength: 4 },
        ),
        async (facts, attendance, zone, views) => {
          const company = v7();
          await tell(company, facts, attendance);
          await settle(company, zone);
          for (const { span, filter, interval } of views) {
            const found = await dashboard(company, span, filter, interval);
            expect(found.timeZone).toBe(zone);
            expectAll(found, facts, { span, filter, interval, zone, attendance });
            if (canBeExported(filter)) await expectExport(company, found, { span, filter, interval });
          }
        },
      ),
      { numRuns: 4 },
    );
  });

  test('follows a company to another time zone, in what was kept as well', async () => {
    const company = v7();
    // In Kathmandu it is the next day.
    const facts = [fact('received', { at: new Date('2026-03-10T20:00:00Z') })];
    await tell(company, facts);
    for (const zone of ['UTC', 'Asia/Kathmandu', 'UTC']) {
      await settle(company, zone);
      const found = await dashboard(company, march);
      expect(found.timeZone).toBe(zone);
      expectAll(found, facts, { span: march, filter: {}, interval: 'DAY', zone, attendance: [] });
    }
  });

  test('is kept until something is counted in its range, or in the one before', async () => {
    const company = v7();
    const april = { from: march.to, to: Date.UTC(2026, 4, 1) };
    const june = { from: Date.UTC(2026, 5, 1), to: Date.UTC(2026, 6, 1) };
    await tell(company, [fact('received', { at: days(1) })]);
    await eventually(async () => {
      await dashboard(company, june);
      const before = await loads();
      await dashboard(company, june);
      expect(await loads()).toBe(before);
    });
    expect((await dashboard(company, march)).totals.messagesReceived).toBe(1);
    expect((await dashboard(company, april)).previousTotals.messagesReceived).toBe(1);
    await publish(service.nats, company, [fact('received', { at: days(2) })]);
    await eventually(async () => {
      expect((await dashboard(company, march)).totals.messagesReceived).toBe(2);
      expect((await dashboard(company, april)).previousTotals.messagesReceived).toBe(2);
    });
    const before = await loads();
    await dashboard(company, june);
    expect(await loads()).toBe(before);
  });

  test('is found again by its id, of the company of who asks, and by no other text', async () => {
    const company = v7();
    await tell(company, [fact('received', { at: days(1) })]);
    const range = { from: new Date(march.from), to: new Date(march.to) };
    const asked = await service.query<{ dashboard: { id: string } }>(
      agentOf(company),
      'query ($range: TimeRange!) { dashboard(range: $range, filter: { teamIds: null }) { id } }',
      { range },
    );
    const find = (id: string, companyId = company) =>
      service.query(
        agentOf(companyId),
        'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Dashboard { id totals { messagesReceived } } } }',
        { all: [{ __typename: 'Dashboard', id }] },
      );
    const id = asked.data?.dashboard.id ?? '';
    expect((await find(id)).data).toEqual({ _entities: [{ id, totals: { messagesReceived: 1 } }] });
    expect((await find(id, v7())).data).toEqual({ _entities: [{ id, totals: { messagesReceived: 0 } }] });
    const text = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const other of [
      '',
      'no id',
      text([]),
      text({ range, filter: { teamIds: ["' OR 1"] } }),
      text({ range: {} }),
    ]) {
      expect((await find(other)).errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
    }
  });

  test('shows nothing of another company', async () => {
    const [mine, theirs] = [v7(), v7()];
    await tell(theirs, [fact('received', { at: days(1) }), fact('opened', { at: days(1) })]);
    await tell(mine, [fact('received', { at: days(1) })]);
    const { totals, byPlatform, received } = await dashboard(mine, march, { channelIds: [ids.channels[0]] });
    expectFigures(totals, [fact('received', { at: days(1) })], march, {});
    expect(byPlatform).toHaveLength(1);
    expect(received.reduce((sum, { value }) => sum + value, 0)).toBe(1);
  });

  test('is empty, and whole, for a company of which nothing is known', async () => {
    const { totals, byPlatform, received } = await dashboard(v7(), march);
    expectFigures(totals, [], march, {});
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

describe('an export', () => {
  const may = { from: Date.UTC(2026, 4, 1), to: Date.UTC(2026, 5, 1) };
  const partnerOf = (companyId: string, scopes: string[]): Identity => ({
    kind: 'partner',
    companyId,
    partner: 'shop',
    scopes,
  });

  test('has the figures of each agent, as CSV and as Parquet, and nothing of another company', async () => {
    const [company, other] = [v7(), v7()];
    const [ada, ben] = ids.agents;
    const at = new Date(may.from + 3_600_000);
    await tell(company, [
      fact('sent', { at, agentId: ada, seconds: 30 }),
      fact('sent', { at, agentId: ada, seconds: 90 }),
      fact('handedOver', { at, agentId: ben, reason: 'NOT_IN_KNOWLEDGE', unanswered: true }),
      fact('rated', { at, agentId: ben, rating: 'BAD' }),
      fact('received', { at }),
    ]);
    await tell(other, [fact('sent', { at, agentId: ada }), fact('sent', { at, agentId: ben })]);
    const asked = { span: may, interval: 'MONTH', by: 'agent' } as const;
    const rows = await exported(company, asked);
    const first = { at: '2026-05-01T00:00:00.000Z', local_time: '2026-05-01 00:00:00' };
    expect(rows).toMatchObject(
      [
        { agent_id: ada, messages_sent: '2', first_response_average: '60', first_response_count: '2', handoffs: '0' },
        { agent_id: ben, handoffs_not_in_knowledge: '1', unanswered_questions: '1', answers_rated_bad: '1' },
      ].map((row) => ({ ...first, ...row })),
    );
    expect(rows[1]).toMatchObject({ first_response_average: '', bot_resolution_rate: '', messages_sent: '0' });

    const waitingFiles = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('switchboard-export-'));
    const before = await waitingFiles();
    const directory = await mkdtemp(join(currentTestRun().directory, 'export-'));
    const path = join(directory, 'figures.parquet');
    const { headers, bytes } = await exportAs(agentOf(company), asked, { file: 'dashboard.parquet' });
    expect(headers).toMatchObject({
      'content-type': 'application/vnd.apache.parquet',
      'content-disposition': 'attachment; filename="dashboard-by-agent-2026-05-01-2026-05-31.parquet"',
    });
    await writeFile(path, bytes);
    const query = `SELECT * FROM file('${path}', 'Parquet') FORMAT CSVWithNames
      SETTINGS date_time_output_format = 'iso', format_csv_null_representation = ''`;
    const { stream } = await stores.engine.client.exec({ query });
    const csv = await exportAs(agentOf(company), asked);
    expect(await text(stream)).toBe(csv.bytes.toString());
    expect(csv.headers['content-type']).toMatch(/^text\/csv/);
    // Others on this machine may have theirs.
    await eventually(async () => expect((await waitingFiles()).filter((name) => !before.includes(name))).toEqual([]));
  });

  test('is for whom a dashboard is', async () => {
    const company = v7();
    const asked = { span: may };
    expect(await exportAs(partnerOf(company, ['analytics:read']), asked)).toMatchObject({ status: 200 });
    const visitor: Identity = {
      kind: 'visitor',
      companyId: company,
      channelId: v7(),
      visitorId: v7(),
      origin: 'https://a.example',
      scopes: [],
    };
    for (const [identity, status, code] of [
      [undefined, 401, 'UNAUTHENTICATED'],
      [partnerOf(company, ['bi:query']), 403, 'FORBIDDEN'],
      [visitor, 403, 'FORBIDDEN'],
    ] as const) {
      const answer = await exportAs(identity, asked);
      expect(answer.status).toBe(status);
      expect(JSON.parse(answer.bytes.toString())).toMatchObject({ errors: [{ extensions: { code } }] });
    }
  });

  test.each<[string, Record<string, string>, Partial<Asked>, string]>([
    ['a day that is none', { from: '2026-13-01' }, {}, 'from'],
    ['a range that ends before it begins', {}, { span: { from: may.to, to: may.from } }, 'range.to'],
    ['a range of ten years', {}, { span: { from: may.from, to: may.from + 3_650 * 86_400_000 } }, 'range'],
    [
      'minutes of a year',
      {},
      { span: { from: may.from, to: may.from + 365 * 86_400_000 }, interval: 'MINUTE' },
      'interval',
    ],
    ['an interval that there is not', { interval: 'FORTNIGHT' }, {}, 'interval'],
    ['what figures are not kept apart by', { by: 'contact' }, {}, 'by'],
    ['a platform that there is not', { platforms: 'FAX' }, {}, 'platforms'],
    ['an id that is none', { teamIds: "'; DROP TABLE events" }, {}, 'filter.teamIds'],
    ['a token in the address', { token: 'secret' }, {}, 'token'],
  ])('is refused for %s, and says which', async (_, more, asked, field) => {
    const { status, bytes } = await exportAs(agentOf(v7()), { span: may, ...asked }, { more });
    expect(status).toBe(400);
    const { errors } = JSON.parse(bytes.toString()) as { errors: { message: string; extensions: object }[] };
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
    expect(JSON.stringify(errors)).not.toContain('secret');
  });

  test('is refused when it would have too many rows, before it is made', async () => {
    const company = v7();
    await stores.engine.client.command({
      query: `INSERT INTO analytics.sums (company_id, cube, grain, bucket, agent_id, events)
        SELECT '${company}', 'agent', 'day', '2026-05-05 00:00:00', generateUUIDv4(), 1 FROM numbers(200001)`,
    });
    const { status, bytes } = await exportAs(agentOf(company), { span: may, by: 'agent' });
    expect(status).toBe(413);
    expect(JSON.parse(bytes.toString())).toMatchObject({
      errors: [{ extensions: { code: 'TOO_LARGE', limit: 200_000, actual: 200_001 } }],
    });
  });

  test('waits for those that the company has under way, and of many at once some are refused', async () => {
    const company = v7();
    const answers = await Promise.all(Array.from({ length: 8 }, () => exportAs(agentOf(company), { span: may })));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(4);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers['retry-after']).toBe('15');
    expect(await exportAs(agentOf(company), { span: may })).toMatchObject({ status: 200 });
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
