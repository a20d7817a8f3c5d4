import { describe, expect, test } from '@jest/globals';
import { busiest } from './app/busyHours.ts';
import { changeOf, duration, say, stepOf } from './app/figures.ts';
import { label } from './app/point.ts';
import { intervalOf, isGoingOn, spanOf, spanOfDays } from './app/range.ts';
import { filterOf, initialView, readView, spanOfView, writeView, type View } from './app/state.ts';

const now = new Date('2026-11-26T08:00:30.000Z');

describe('a range', () => {
  test('ends with the minute that is under way', () => {
    const span = spanOf('7d', now);
    expect(span).toEqual({ from: new Date('2026-11-19T08:01:00.000Z'), to: new Date('2026-11-26T08:01:00.000Z') });
    expect([isGoingOn(span, now), isGoingOn({ from: span.from, to: span.from }, now)]).toEqual([true, false]);
  });

  test('of days has both of them', () => {
    const span = spanOfDays('2026-03-01', '2026-03-01');
    expect(span && span.to.getTime() - span.from.getTime()).toBe(86_400_000);
  });

  test.each([
    ['2026-03-02', '2026-03-01'],
    ['2026-13-01', '2026-13-02'],
    ['2000-01-01', '2026-01-01'],
    ['', '2026-01-01'],
    ['x', 'y'],
  ])('is none from %s to %s', (first, last) => expect(spanOfDays(first, last)).toBeUndefined());

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
    expect(spanOfView({ ...initialView, range: { first: 'x', last: 'y' } }, now)).toEqual(spanOf('7d', now));
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
