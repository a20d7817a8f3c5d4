import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { weekdays, type BusinessHours } from '#schema/events/values.ts';
import { businessSeconds, type Calendar } from './businessTime.ts';

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'America/Sao_Paulo'];
const at = (text: string) => new Date(`${text}Z`);
const HOUR = 3_600;

const workdays: BusinessHours = {
  week: weekdays.slice(0, 5).map((day) => ({ day, from: 9 * 60, to: 17 * 60 })),
  holidays: ['2026-12-25'],
};
const berlin = (businessHours: BusinessHours | null): Calendar => ({ timeZone: 'Europe/Berlin', businessHours });

const anyHours = fc.record({
  week: fc.array(
    fc
      .tuple(fc.constantFrom(...weekdays), fc.integer({ min: 0, max: 1_439 }), fc.integer({ min: 1, max: 1_440 }))
      .filter(([, from, to]) => from < to)
      .map(([day, from, to]) => ({ day, from, to })),
    { maxLength: 12 },
  ),
  holidays: fc.subarray(['2026-03-29', '2026-03-30', '2026-10-25', '2026-11-01', '2026-07-01']),
});
const anyCalendar = fc.record({ timeZone: fc.constantFrom(...zones), businessHours: anyHours });
/** Around changes of the clocks, and at other times. */
const anyInstant = fc
  .tuple(
    fc.constantFrom('2026-03-08', '2026-03-29', '2026-07-01', '2026-10-25', '2026-11-01', '2017-10-15'),
    fc.integer({ min: -2 * 86_400, max: 2 * 86_400 }),
  )
  .map(([date, seconds]) => new Date(Date.parse(`${date}T00:00Z`) + seconds * 1_000));

describe('business seconds', () => {
  test('are those of the company’s clocks within its hours: nights, weekends and holidays do not count', () => {
    const seconds = (from: string, to: string) => businessSeconds(berlin(workdays), at(from), at(to));
    // Berlin is an hour ahead in winter: Friday from 16:00 to Monday at 10:00.
    expect(seconds('2026-01-09T15:00', '2026-01-12T09:00')).toBe(2 * HOUR);
    expect(seconds('2026-01-10T00:00', '2026-01-11T22:00')).toBe(0);
    expect(seconds('2026-12-24T15:30', '2026-12-28T08:10')).toBe(0.5 * HOUR + 10 * 60);
  });

  test('follow the clocks when they are changed', () => {
    const allSunday = berlin({ week: [{ day: 'SUNDAY', from: 0, to: 1_440 }], holidays: [] });
    const whole = (date: string) =>
      businessSeconds(allSunday, at(`${date}T00:00`), new Date(at(`${date}T00:00`).getTime() + 3 * 86_400_000));
    expect([whole('2026-03-28'), whole('2026-10-24'), whole('2026-06-27')]).toEqual([23 * HOUR, 25 * HOUR, 24 * HOUR]);
    const early = berlin({ week: [{ day: 'SUNDAY', from: 2 * 60, to: 3 * 60 }], holidays: [] });
    expect(businessSeconds(early, at('2026-03-28T00:00'), at('2026-03-30T00:00'))).toBe(0);
  });

  test('are all seconds of a company that has no hours, or is open at all of them', () => {
    const always = { week: weekdays.map((day) => ({ day, from: 0, to: 1_440 })), holidays: [] };
    fc.assert(
      fc.property(
        anyInstant,
        anyInstant,
        fc.constantFrom(...zones),
        fc.constantFrom(always, null),
        (a, b, timeZone, businessHours) => {
          const all = Math.max(0, b.getTime() - a.getTime()) / 1_000;
          expect(businessSeconds({ timeZone, businessHours }, a, b)).toBe(all);
        },
      ),
    );
  });

  test('of two times that follow each other are those of both together, and never more than there are', () => {
    fc.assert(
      fc.property(anyInstant, anyInstant, anyInstant, anyCalendar, (...[x, y, z, calendar]) => {
        const [a, b, c] = [x, y, z].toSorted((one, other) => one.getTime() - other.getTime()) as [Date, Date, Date];
        const seconds = (from: Date, to: Date) => businessSeconds(calendar, from, to);
        expect(seconds(a, b) + seconds(b, c)).toBeCloseTo(seconds(a, c), 6);
        expect(seconds(a, c)).toBeLessThanOrEqual((c.getTime() - a.getTime()) / 1_000);
        expect(seconds(c, a)).toBe(0);
      }),
    );
  });

  test('agree with looking at the clock minute by minute', () => {
    const clocks = new Map(
      zones.map((timeZone) => [
        timeZone,
        new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short' }),
      ]),
    );
    const isOpen = ({ timeZone, businessHours }: Calendar, instant: number): boolean => {
      const [date = '', time = ''] = (clocks.get(timeZone)?.format(instant) ?? '').split(' ');
      const [hours = '', minutes = ''] = time.split(':');
      const minute = Number(hours) * 60 + Number(minutes);
      const day = weekdays[(new Date(`${date}T12:00Z`).getUTCDay() + 6) % 7];
      if (businessHours?.holidays.includes(date)) return false;
      return businessHours?.week.some((one) => one.day === day && one.from <= minute && minute < one.to) ?? true;
    };
    // No opening ends within an hour that the clocks show twice: then they do not say which of the two is meant.
    const onTheHour = anyCalendar.map(({ timeZone, businessHours }) => ({
      timeZone,
      businessHours: {
        ...businessHours,
        week: businessHours.week.map(({ day, from, to }) => ({
          day,
          from: from < 240 ? 0 : from,
          to: Math.max(to, 240),
        })),
      },
    }));
    fc.assert(
      fc.property(anyInstant, fc.integer({ min: 1, max: 2_000 }), onTheHour, (start, minutes, calendar) => {
        const from = Math.floor(start.getTime() / 60_000) * 60_000;
        const open = Array.from({ length: minutes }, (_, n) => isOpen(calendar, from + n * 60_000)).filter(
          Boolean,
        ).length;
        expect(businessSeconds(calendar, new Date(from), new Date(from + minutes * 60_000))).toBe(open * 60);
      }),
      { numRuns: 60 },
    );
  });
});
