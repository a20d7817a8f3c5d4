import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { eventually } from '#test/stack/eventually.ts';
import { busiest } from './app/busyHours.ts';
import { changeOf, duration, say, stepOf } from './app/figures.ts';
import { createFollowing, type Following } from './app/following.ts';
import { createNames } from './app/names.ts';
import { label } from './app/point.ts';
import { intervalOf, isGoingOn, spanOf, spanOfDays, today } from './app/range.ts';
import { SignedOut } from './app/signedOut.ts';
import { filterOf, initialView, readView, spanOfView, writeView, type View } from './app/state.ts';

const now = new Date('2026-11-26T08:00:30.000Z');

describe('a range', () => {
  test('ends with the minute that is under way', () => {
    const span = spanOf('7d', now);
    expect(span).toEqual({ from: new Date('2026-11-19T08:01:00.000Z'), to: new Date('2026-11-26T08:01:00.000Z') });
    expect([isGoingOn(span, now), isGoingOn({ from: span.from, to: span.from }, now)]).toEqual([true, false]);
  });

  test.each([
    ['Europe/Berlin', '2026-03-01', '2026-02-28T23:00:00.000Z', '2026-03-01T23:00:00.000Z'],
    ['America/Los_Angeles', '2026-03-01', '2026-03-01T08:00:00.000Z', '2026-03-02T08:00:00.000Z'],
    ['Asia/Kathmandu', '2026-03-01', '2026-02-28T18:15:00.000Z', '2026-03-01T18:15:00.000Z'],
    // 23 and 25 hours long.
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    // Clocks are set forward at midnight: the day begins at one.
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00.000Z', '2026-04-24T21:00:00.000Z'],
  ])('of a day begins and ends with it by the clocks of %s: %s', (zone, day, from, to) =>
    expect(spanOfDays(day, day, zone)).toEqual({ from: new Date(from), to: new Date(to) }),
  );

  test('of days has the first and the last of them', () => {
    const span = spanOfDays('2026-02-27', '2026-03-02', 'Asia/Tokyo');
    expect(span).toEqual({ from: new Date('2026-02-26T15:00:00.000Z'), to: new Date('2026-03-02T15:00:00.000Z') });
  });

  test('ends today by the company’s calendar, where it is another day than here', () => {
    const evening = new Date('2026-11-26T23:30:00.000Z');
    expect([today(evening, 'Asia/Tokyo'), today(evening, 'UTC')]).toEqual(['2026-11-27', '2026-11-26']);
    expect(today(new Date('2026-11-26T02:00:00.000Z'), 'America/New_York')).toBe('2026-11-25');
  });

  test.each([
    ['2026-03-02', '2026-03-01'],
    ['2026-13-01', '2026-13-02'],
    ['2026-02-30', '2026-03-02'],
    ['2000-01-01', '2026-01-01'],
    ['0026-01-01', '0026-01-02'],
    ['', '2026-01-01'],
    ['x', 'y'],
  ])('is none from %s to %s', (first, last) => expect(spanOfDays(first, last, 'UTC')).toBeUndefined());

  test.each([
    ['24h', 'HOUR'],
    ['7d', 'DAY'],
    ['90d', 'DAY'],
    ['12m', 'WEEK'],
  ] as const)('of %s is shown by %s', (preset, interval) => {
    const span = spanOf(preset, now);
    expect(intervalOf(span)).toBe(interval);
    const points = (span.to.getTime() - span.from.getTime()) / { HOUR: 3.6e6, DAY: 8.64e7, WEEK: 6.048e8 }[interval];
    expect(points).toBeLessThan(130);
  });
});

describe('what somebody looks at', () => {
  const narrowed: View = {
    range: { first: '2026-03-01', last: '2026-03-31' },
    platform: 'TELEGRAM',
    channelId: 'c',
    teamId: 't',
    agentId: 'a',
    labelId: 'l',
    metric: 'RESOLUTION_TIME',
    compares: false,
  };

  test('comes back from its address', () => {
    for (const view of [initialView, narrowed, { ...initialView, range: '12m' as const }]) {
      expect(readView(writeView(view))).toEqual(view);
    }
    expect(writeView(initialView)).toBe('');
  });

  test('is the usual where an address makes no sense', () => {
    expect(readView('?range=constructor&from=x&to=y&metric=&compare=maybe')).toEqual({ ...initialView, metric: '' });
    expect(spanOfView({ range: { first: 'x', last: 'y' } }, now, 'UTC')).toEqual(spanOf('7d', now));
  });

  test('narrows by what was chosen and by nothing else', () => {
    expect(filterOf(initialView)).toEqual({});
    expect(filterOf(narrowed)).toEqual({
      platforms: ['TELEGRAM'],
      channelIds: ['c'],
      teamIds: ['t'],
      agentIds: ['a'],
      labelIds: ['l'],
    });
  });
});

describe('a figure', () => {
  test.each([
    [0, '0 s'],
    [59.6, '1 m'],
    [61, '1 m 1 s'],
    [3_600, '1 h'],
    [26_460, '7 h 21 m'],
    [90_061, '1 d 1 h'],
  ])('of %d seconds is %s', (seconds, text) => expect(duration(seconds)).toBe(text));

  test.each([
    [4, 5, 1],
    [1_200, 5, 300],
    [1_050, 5, 300],
    [90_000, 3, 43_200],
    [1_000_000_000, 5, 200_000_000],
  ])('of up to %d seconds has lines, %d at most, every %d', (longest, most, step) =>
    expect(stepOf(longest, most)).toBe(step),
  );

  test('is a dash where nothing was measured', () => {
    expect([
      say(null, 'seconds'),
      say(undefined, 'count'),
      say(0.456, 'share'),
      say(1234, 'count'),
      say(1_234_567, 'count'),
    ]).toEqual(['–', '–', '46%', '1,234', '1.2M']);
  });

  test.each([
    [110, 100, false, { text: '10 %', direction: 'up', isGood: true }],
    [110, 100, true, { text: '10 %', direction: 'up', isGood: false }],
    [50, 100, true, { text: '50 %', direction: 'down', isGood: true }],
    [100, 100, true, { direction: 'same' }],
    [0, 0, false, { direction: 'same' }],
    [5, 0, false, { direction: 'none' }],
    [5, null, false, { direction: 'none' }],
    [null, 5, false, { direction: 'none' }],
  ])('of %p after %p, where less is better: %p', (value, then, isLessBetter, change) => {
    expect(changeOf(value, then, isLessBetter)).toMatchObject(change);
  });
});

describe('busy hours', () => {
  const hours = (filled: Readonly<Record<string, number>>) =>
    Array.from({ length: 7 }, (_, day) => Array.from({ length: 24 }, (__, hour) => filled[`${day} ${hour}`] ?? 0));

  test('are said in a sentence, Monday first', () => {
    expect(busiest(hours({ '0 9': 3, '6 23': 4 }))).toBe('Most messages come on Sun from 23:00 to 00:00: 4.');
    expect(busiest(hours({}))).toBe('Nobody wrote in this range.');
  });
});

describe('a point of a curve', () => {
  test('is called by the clocks of the company, wherever somebody looks', () => {
    const at = '2026-03-01T23:00:00.000Z';
    expect(label(at, 'DAY', 'Europe/Berlin')).toBe('Mar 2');
    expect(label(at, 'DAY', 'UTC')).toBe('Mar 1');
    expect(label(at, 'HOUR', 'Asia/Kathmandu')).toBe('Mon 04:45');
    expect(label(at, 'MONTH', 'Asia/Tokyo')).toBe('Mar 2026');
  });
});

describe('the names of agents', () => {
  const ada = { id: 'a', name: 'Ada' };
  const ben = { id: 'b', name: 'Ben' };

  test('are asked for once when somebody turns up who is not there any more', async () => {
    const asked: string[] = [];
    const names = createNames([ada], {
      ask: async () => {
        asked.push('names');
        return [ada, ben];
      },
      onFound: () => asked.push('found'),
    });
    names.need(['a']);
    expect([names.of('a'), names.of('b'), asked]).toEqual(['Ada', undefined, []]);
    for (let times = 0; times < 3; times++) names.need(['a', 'b', 'nobody']);
    await eventually(() => expect(asked).toEqual(['names', 'found']));
    expect([names.of('b'), names.of('nobody')]).toEqual(['Ben', undefined]);
  });

  test('are asked for again when they could not be had', async () => {
    let times = 0;
    const names = createNames([], {
      ask: async () => {
        times += 1;
        if (times === 1) throw new Error('away');
        return [ben];
      },
      onFound: () => undefined,
    });
    await eventually(() => {
      names.need(['b']);
      expect(names.of('b')).toBe('Ben');
    });
    expect(times).toBe(2);
  });
});

describe('what is followed', () => {
  /** Answers as a test has it do. */
  interface Told {
    readonly asked: string;
    readonly next: (answer: number) => void;
    readonly failed: (error: unknown) => void;
    isOver: boolean;
  }
  let told: Told[];
  let asked: string[];
  let answers: (() => number)[];
  let seen: string[];
  let wanted: string;
  let isSeen: boolean;
  let following: Following;

  const away = () => {
    throw new Error('away');
  };
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  const open = () => told.filter(({ isOver }) => !isOver);
  const last = () => told.at(-1) ?? away();

  beforeEach(() => {
    jest.useFakeTimers({ now: new Date('2026-11-26T08:00:30.000Z') });
    [told, asked, answers, seen, wanted, isSeen] = [[], [], [], [], 'week', true];
    following = createFollowing<string, number>({
      source: {
        ask: async (what) => {
          asked.push(what);
          return (answers.shift() ?? away)();
        },
        follow(what, { next, failed }) {
          const one: Told = { asked: what, next, failed, isOver: false };
          told.push(one);
          return () => {
            one.isOver = true;
          };
        },
      },
      asked: (now) => ({
        what: `${wanted} until ${now.toISOString().slice(11, 16)}`,
        movesAt: Math.ceil((now.getTime() + 1) / 60_000) * 60_000,
      }),
      isSeen: () => isSeen,
      onAnswer: (answer, what) => seen.push(`${String(answer)} of ${what}`),
      onFreshness: (freshness, problem) => seen.push(problem ? `${freshness}: ${problem.message}` : freshness),
      onSignedOut: (reason) => seen.push(`signed out: ${reason}`),
    });
  });
  afterEach(() => {
    following.stop();
    jest.useRealTimers();
  });

  test('is live from its first answer on, and shows each as it is told, without a question', () => {
    last().next(1);
    last().next(2);
    expect(seen).toEqual(['WAITING', '1 of week until 08:00', 'LIVE', '2 of week until 08:00', 'LIVE']);
    expect(asked).toEqual([]);
  });

  test('moves on with time, and is left only when the next has answered', async () => {
    last().next(1);
    await pass(30_000);
    expect(open().map((one) => one.asked)).toEqual(['week until 08:00', 'week until 08:01']);
    told[0]?.next(2);
    last().next(3);
    expect(open().map((one) => one.asked)).toEqual(['week until 08:01']);
    expect(seen.slice(3)).toEqual(['2 of week until 08:00', 'LIVE', '3 of week until 08:01', 'LIVE']);
  });

  test('is left at once for something else', () => {
    last().next(1);
    wanted = 'month';
    following.change();
    expect(open().map((one) => one.asked)).toEqual(['month until 08:00']);
    last().next(2);
    expect(seen.slice(3)).toEqual(['WAITING', '2 of month until 08:00', 'LIVE']);
  });

  test('is said not to be live when it ends, is asked for meanwhile, and is live again by itself', async () => {
    last().next(1);
    answers = [() => 2, () => 3];
    last().failed(new Error('lost'));
    await pass(0);
    expect(seen.slice(3)).toEqual(['ASKED', '2 of week until 08:00', 'ASKED']);
    await pass(1_000);
    expect(open()).toHaveLength(1);
    await pass(8_000);
    last().next(4);
    await pass(20_000);
    expect(seen.slice(6)).toEqual(['4 of week until 08:00', 'LIVE']);
    expect(asked).toEqual(['week until 08:00']);
  });

  test('is old when neither works, however often it is tried, and says why', async () => {
    last().next(1);
    for (let second = 0; second < 60; second++) {
      for (const one of open()) one.failed(new Error('lost'));
      await pass(1_000);
    }
    expect(seen.slice(3)).toEqual(['ASKED', ...Array.from({ length: 5 }, () => 'OLD: away')]);
    expect(asked).toHaveLength(5);
    expect(told.length).toBeGreaterThan(5);
    answers = [() => 5];
    following.wake();
    await pass(0);
    expect(seen.slice(-2)).toEqual(['5 of week until 08:01', 'ASKED']);
  });

  test('is not waited for when it does not answer', async () => {
    answers = [() => 1];
    await pass(10_000);
    expect(told[0]).toMatchObject({ isOver: true });
    expect(seen).toEqual(['WAITING', 'WAITING', '1 of week until 08:00', 'ASKED']);
  });

  test('has one answer at a time: what was asked for before counts no more', async () => {
    const first = Promise.withResolvers<number>();
    following.stop();
    following = createFollowing<string, number>({
      source: {
        ask: (what) => (what === 'week' ? first.promise : Promise.resolve(2)),
        follow: (_what, { failed }) => {
          queueMicrotask(() => failed(new Error('lost')));
          return () => undefined;
        },
      },
      asked: () => ({ what: wanted, movesAt: Infinity }),
      isSeen: () => true,
      onAnswer: (answer, what) => seen.push(`${String(answer)} of ${what}`),
      onFreshness: () => undefined,
      onSignedOut: () => undefined,
    });
    await pass(0);
    wanted = 'month';
    following.change();
    await pass(0);
    first.resolve(1);
    await pass(0);
    expect(seen).toEqual(['WAITING', '2 of month']);
  });

  test('rests while nobody looks, and is not shown as live to whoever looks again', async () => {
    last().next(1);
    isSeen = false;
    await pass(90_000);
    expect([open(), told, seen.at(-1)]).toEqual([[], [expect.anything()], 'WAITING']);
    isSeen = true;
    following.wake();
    expect([open().length, seen.at(-1)]).toEqual([1, 'WAITING']);
    last().next(2);
    expect(seen.slice(-2)).toEqual(['2 of week until 08:02', 'LIVE']);
  });

  test('is not taken for live when the network has gone, and is asked for at once when it is back', async () => {
    last().next(1);
    following.again();
    expect([open().length, seen.at(-1)]).toEqual([1, 'WAITING']);
    last().failed(new Error('no network'));
    await pass(0);
    expect(seen.at(-1)).toBe('OLD: away');
    answers = [() => 2];
    following.again();
    await pass(0);
    expect(seen.slice(-2)).toEqual(['2 of week until 08:00', 'ASKED']);
  });

  test('is not taken for live after a sleep', async () => {
    last().next(1);
    jest.setSystemTime(new Date('2026-11-26T09:15:00.000Z'));
    await pass(1_000);
    expect(seen.at(-1)).toBe('WAITING');
    expect(open().map((one) => one.asked)).toEqual(['week until 09:15']);
  });

  test('is over for who is signed out, whoever tells it', async () => {
    last().failed(new SignedOut('expired'));
    expect(seen.at(-1)).toBe('signed out: expired');
    following.change();
    answers = [
      () => {
        throw new SignedOut('revoked');
      },
    ];
    last().failed(new Error('lost'));
    await pass(0);
    expect(seen.at(-1)).toBe('signed out: revoked');
  });

  test('is told nothing after the end', async () => {
    last().next(1);
    following.stop();
    await pass(120_000);
    expect([open(), asked, seen.at(-1)]).toEqual([[], [], 'LIVE']);
  });
});
