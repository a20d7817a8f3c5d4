import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { v7 } from 'uuid';
import { createCheck } from '../check/createCheck.ts';
import { byDay, byWeek, type Grain } from '../grains.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testClickHouse, testNats, testRedis } from '#test/stack/index.ts';
import { createEventBus } from '#platform/events/bus.ts';
import { fact, ids, presenceOf } from '../testing/facts.ts';
import { openService } from '../testing/serviceHarness.ts';
import { counts, metrics, once, openNats, publish } from '../testing/sinkHarness.ts';
import { ask } from './ask.ts';
import type { ControlRequest } from './requests.ts';

// Each of them waits for several batches, on a machine that may be busy.

const spring = { from: '2026-03-01T00:00:00.000Z', to: '2026-05-01T00:00:00.000Z' };
const stops: (() => Promise<void>)[] = [];
let service: Awaited<ReturnType<typeof openService>>;
let clickhouse: ClickHouseClient;

beforeAll(async () => {
  const [store, nats, redis] = await Promise.all([testClickHouse(), testNats(), testRedis()]);
  clickhouse = store.client;
  service = await openService({ clickhouse, natsUrl: nats.url, redisUrl: redis.url });
  stops.push(
    () => service.close(),
    () => store.close(),
    () => nats.close(),
    () => redis.close(),
  );
});
afterAll(async () => {
  for (const stop of stops) await stop();
});

const check = () => ask(service.nats, { action: 'check', span: spring }, () => undefined);
const rebuild = (onProgress: (text: string) => void = () => undefined) =>
  ask(service.nats, { action: 'rebuild', span: spring }, onProgress);
const run = (query: string) => clickhouse.command({ query: `${query} SETTINGS mutations_sync = 1` });

/** Events of a company in March and April, which every table has then. */
async function written(companyId: string, times: number): Promise<number> {
  const days = [new Date('2026-03-10T08:30:00Z'), new Date('2026-04-20T16:45:00Z')];
  const facts = Array.from({ length: times }, () => days.map((at) => fact('received', { at }))).flat();
  await publish(service.nats, companyId, facts);
  await countedOnce(companyId, facts.length);
  return facts.length;
}

async function countedOnce(companyId: string, count: number): Promise<void> {
  await eventually(async () => expect(await counts(clickhouse, companyId)).toEqual(once(count)));
}

/** As if there had never been anything of these companies, for whoever looks next. */
async function forget(...companies: readonly string[]): Promise<void> {
  const ids = companies.map((company) => `'${company}'`).join(', ');
  for (const table of ['events', 'left_out', 'sums']) {
    await run(`ALTER TABLE analytics.${table} DELETE WHERE company_id IN (${ids})`);
  }
  for (const company of companies) {
    await service.nats.manager.streams.purge('EVENTS', { filter: `events.conversation.${company}.>` });
  }
}

describe('an operator', () => {
  test('is told that events, figures and the stream agree', async () => {
    await written(v7(), 3);
    expect(await check()).toMatch(/agree/);
  });

  test('is told what differs, and has figures made anew while events come in', async () => {
    const company = v7();
    let count = await written(company, 4);
    await run(`ALTER TABLE analytics.sums DELETE WHERE grain = 'hour' AND toYYYYMM(bucket) = 202603`);
    const twice = `INSERT INTO analytics.sums SELECT * FROM analytics.sums WHERE grain = 'day'`;
    await clickhouse.command({ query: twice });
    await run(`ALTER TABLE analytics.sums DELETE WHERE grain = 'week' AND bucket = '2026-03-09 00:00:00'`);
    const told = await check().then(String, String);
    expect(told).toMatch(
      new RegExp(
        `"companyId":"${company}","at":"2026-03-10T08:00:00.000Z","what":"rollups by hour","events":4,"other":0`,
      ),
    );
    expect(told).toMatch(
      new RegExp(
        `"companyId":"${company}","at":"2026-03-09T00:00:00.000Z","what":"rollups by week","events":8,"other":0`,
      ),
    );
    expect(told).toMatch(
      new RegExp(
        `"companyId":"${company}","at":"2026-04-20T00:00:00.000Z","what":"rollups by day","events":4,"other":8`,
      ),
    );

    const progress: string[] = [];
    let isDone = false;
    const rebuilt = rebuild((text) => progress.push(text)).finally(() => (isDone = true));
    const coming = eventually(async () => {
      // June is not made anew, and its days are in one partition with those that are.
      await publish(service.nats, company, [
        fact('received', { at: new Date('2026-03-15T12:00:00Z') }),
        fact('received', { at: new Date('2026-06-15T12:00:00Z') }),
      ]);
      count += 2;
      expect(isDone).toBe(true);
    });
    expect(await rebuilt).toMatch(/^2 months of minutes, hours, days and weeks, presence are made anew/);
    await coming;
    expect(progress).toEqual(expect.arrayContaining([expect.stringMatching(/^202603 minutes: \d+ events/)]));
    await countedOnce(company, count);
    expect(await check()).toMatch(/agree/);
  });

  test('has made anew for how long agents were there', async () => {
    const company = v7();
    const [agentId] = ids.agents;
    const [since, until] = [new Date('2026-03-11T08:00:00Z'), new Date('2026-03-11T16:00:00Z')];
    const there = async () => {
      const query = `SELECT agent_id, state, next, since, until FROM analytics.presence WHERE company_id = '${company}'`;
      return (await clickhouse.query({ query, format: 'JSONEachRow' })).json();
    };
    await createEventBus({ nats: service.nats, metrics }).publish([
      presenceOf(company, { agentId, is: 'OFFLINE', was: 'ONLINE', since, until }),
    ]);
    await eventually(async () =>
      expect(await there()).toMatchObject([{ agent_id: agentId, state: 'ONLINE', next: 'OFFLINE' }]),
    );
    const before = await there();
    await run(`ALTER TABLE analytics.presence DELETE WHERE company_id = '${company}'`);
    await rebuild();
    expect(await there()).toEqual(before);
  });

  test('is told of events that were lost after they were written, and of those that are there twice', async () => {
    const [lost, doubled] = [v7(), v7()];
    await Promise.all([written(lost, 1), written(doubled, 1)]);
    await run(`ALTER TABLE analytics.events DELETE WHERE company_id = '${lost}' AND toYYYYMM(at) = 202604`);
    await clickhouse.command({
      query: `INSERT INTO analytics.events SELECT * FROM analytics.events WHERE company_id = '${doubled}'`,
    });
    const told = await check().then(String, String);
    expect(told).toMatch(
      new RegExp(`"companyId":"${lost}","what":"stream","at":"conversation.message.created","events":1,"other":2`),
    );
    expect(told).toMatch(
      new RegExp(`"companyId":"${doubled}","at":"2026-03-10T08:00:00.000Z","what":"ids","events":2,"other":1`),
    );
    await forget(lost, doubled);
    expect(await check()).toMatch(/agree/);
  });

  test('keeps the figures of a company whose events are gone', async () => {
    const company = v7();
    await written(company, 2);
    await run(`ALTER TABLE analytics.events DELETE WHERE company_id = '${company}' AND toYYYYMM(at) = 202603`);
    await rebuild();
    const { by_minute, by_hour, by_day, by_week } = await counts(clickhouse, company);
    expect({ by_minute, by_hour, by_day, by_week }).toEqual({ by_minute: 4, by_hour: 4, by_day: 4, by_week: 4 });
    await forget(company);
  });

  test('gives a company a plan, by which what it has goes as well', async () => {
    const [company, other] = [v7(), v7()];
    await Promise.all([written(company, 1), written(other, 1)]);
    const plan = { eventsDays: 30, figuresDays: 40 };
    expect(await ask(service.nats, { action: 'plan', companyId: company, plan }, () => undefined)).toMatch(/30 days/);
    await eventually(async () => {
      for (const table of ['events', 'sums']) {
        await clickhouse.command({ query: `OPTIMIZE TABLE analytics.${table} FINAL` });
      }
      expect(await counts(clickhouse, company)).toEqual(once(0));
    });
    expect(await counts(clickhouse, other)).toEqual(once(2));
  });

  test('has a plan keep a week of figures as long as its last day', async () => {
    const company = v7();
    const days = Array.from({ length: 5 }, (_, day) => Date.now() - (20 + day) * 86_400_000);
    const inWeek = days.find((day) => byWeek.startOf(day) !== byDay.startOf(day)) ?? NaN;
    await publish(service.nats, company, [fact('received', { at: new Date(inWeek) })]);
    await countedOnce(company, 1);
    const plan = { eventsDays: 30, figuresDays: 40 };
    await ask(service.nats, { action: 'plan', companyId: company, plan }, () => undefined);
    const expiryOf = async (grain: Grain) => {
      const query = `SELECT toUnixTimestamp(toDateTime(max(expires_at), 'UTC')) * 1000 AS at FROM analytics.sums
        WHERE company_id = '${company}' AND grain = '${grain.name}'`;
      const [row] = await (await clickhouse.query({ query, format: 'JSONEachRow' })).json<{ at: number | string }>();
      return Number(row?.at);
    };
    const after = (end: number) => end + 40 * 86_400_000;
    await eventually(async () => expect(await expiryOf(byDay)).toBe(after(byDay.startOf(inWeek))));
    await eventually(async () => expect(await expiryOf(byWeek)).toBe(after(byWeek.endOf(inWeek) - 86_400_000)));
    await forget(company);
  });

  test.each([
    [
      'a plan by which figures go before their events',
      { action: 'plan', companyId: v7(), plan: { eventsDays: 60, figuresDays: 40 } },
    ],
    ['a plan of a few days', { action: 'plan', companyId: v7(), plan: { eventsDays: 3, figuresDays: 40 } }],
    ['a span that ends before it begins', { action: 'check', span: { from: spring.to, to: spring.from } }],
    ['what nobody knows', { action: 'drop' }],
  ])('is refused %s', async (_, request) => {
    const asked = ask(service.nats, request as ControlRequest, () => undefined);
    await expect(asked).rejects.toMatchObject({ name: 'ControlError', code: 'FAILED' });
  });

  test('is told when nobody is there, at once', async () => {
    const server = await testNats();
    const alone = await openNats(server.url);
    stops.push(
      () => alone.stop(),
      () => server.close(),
    );
    const asked = ask(alone, { action: 'check', span: spring }, () => undefined);
    await expect(asked).rejects.toMatchObject({ name: 'ControlError', code: 'NOBODY_THERE' });
  });
});

describe('the self-check', () => {
  test('looks by itself, and counts what it finds', async () => {
    const metrics = createMetrics({ service: 'test' });
    const hourly = createCheck({ nats: service.nats, clickhouse, leaseMs: 6_000, everyMs: 100, logger, metrics });
    await hourly.start();
    try {
      await eventually(async () => expect(await metrics.text()).toMatch(/checks_total\{outcome="sound".*\} [1-9]/));
      const company = v7();
      const at = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 - 5 * 3_600_000);
      await publish(service.nats, company, [fact('received', { at })]);
      await countedOnce(company, 1);
      await run(`ALTER TABLE analytics.sums DELETE WHERE grain = 'minute' AND company_id = '${company}'`);
      await eventually(async () =>
        expect(await metrics.text()).toMatch(/check_differences\{with="rollups by minute".*\} 1/),
      );
    } finally {
      await hourly.stop();
    }
  });
});
