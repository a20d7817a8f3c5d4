import { describe, expect, test } from '@jest/globals';
import { byHourOfWeek } from './app/busyHours.ts';
import { changeOf, duration, say } from './app/figures.ts';
import { before, hasBusyHours, intervalOf, isGoingOn, spanOf, spanOfDays } from './app/range.ts';
import { filterOf, initialView, readView, spanOfView, writeView, type View } from './app/state.ts';

const now = new Date('2026-11-26T08:00:30.000Z');

describe('a range', () => {
  test('ends with the minute that is under way, and the one before it ends where it begins', () => {
    const span = spanOf('7d', now);
    expect(span).toEqual({ from: new Date('2026-11-19T08:01:00.000Z'), to: new Date('2026-11-26T08:01:00.000Z') });
    expect(before(span)).toEqual({ from: new Date('2026-11-12T08:01:00.000Z'), to: span.from });
    expect([isGoingOn(span, now), isGoingOn(before(span), now)]).toEqual([true, false]);
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
    ['24h', 'HOUR', true],
    ['7d', 'DAY', true],
    ['90d', 'DAY', true],
    ['12m', 'WEEK', false],
  ] as const)('of %s is shown by %s', (preset, interval, hasHours) => {
    const span = spanOf(preset, now);
    expect([intervalOf(span), hasBusyHours(span)]).toEqual([interval, hasHours]);
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
    expect(filterOf(narrowed)).toEqual({ platforms: ['TELEGRAM'], channelIds: ['c'], teamIds: ['t'], agentIds: ['a'] });
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
  const points = [
    { at: '2026-11-23T00:00:00.000Z', value: 1 },
    { at: '2026-11-29T23:00:00.000Z', value: 2 },
    { at: '2026-11-30T00:00:00.000Z', value: 4 },
  ];

  test('are summed by day and hour, Monday first', () => {
    const hours = byHourOfWeek(points, 'UTC');
    expect([hours.length, hours[0]?.length]).toEqual([7, 24]);
    expect([hours[0]?.[0], hours[6]?.[23]]).toEqual([5, 2]);
    expect(hours.flat().reduce((sum, value) => sum + value)).toBe(7);
  });

  test('are those of the clock of whoever looks, also where it was changed', () => {
    expect(byHourOfWeek(points, 'Europe/Berlin')[0]?.slice(0, 2)).toEqual([2, 5]);
    expect(byHourOfWeek([{ at: '2026-07-06T00:00:00.000Z', value: 3 }], 'Europe/Berlin')[0]?.[2]).toBe(3);
  });
});
