import { describe, expect, test } from '@jest/globals';
import { backAt, isTimeZone, problemOfHours, type BotHours } from './botHours.ts';

const weekdayHours: BotHours[] = (['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'] as const).map((day) => ({
  day,
  from: '09:00',
  to: '18:00',
}));
const zone = 'Europe/Berlin';

describe('the hours of people', () => {
  test.each([
    ['always, without hours', [], '2026-03-01T03:00:00.000Z', null],
    ['from the first minute', weekdayHours, '2026-03-02T08:00:00.000Z', null],
    ['not in the minute before', weekdayHours, '2026-03-02T07:59:59.000Z', '2026-03-02T08:00:00.000Z'],
    ['not from their end on', weekdayHours, '2026-03-02T17:00:00.000Z', '2026-03-03T08:00:00.000Z'],
    ['after the weekend', weekdayHours, '2026-03-06T20:00:00.000Z', '2026-03-09T08:00:00.000Z'],
    ['by clocks that are put forward meanwhile', weekdayHours, '2026-03-27T20:00:00.000Z', '2026-03-30T07:00:00.000Z'],
    ['by clocks that are put back meanwhile', weekdayHours, '2026-10-23T20:00:00.000Z', '2026-10-26T08:00:00.000Z'],
    [
      'once a week',
      [{ day: 'SUNDAY', from: '10:00', to: '24:00' }] as const,
      '2026-03-01T23:00:00.000Z',
      '2026-03-08T09:00:00.000Z',
    ],
  ])('are: %s', (_when, hours, at, expected) => {
    expect(backAt(hours, zone, new Date(at))?.toISOString() ?? null).toBe(expected);
  });

  test.each([
    ['9:00', '18:00', 'Give times'],
    ['09:00', '24:01', 'Give times'],
    ['25:00', '26:00', 'Give times'],
    ['18:00', '09:00', 'two days'],
    ['09:00', '09:00', 'two days'],
  ])('are not from %s to %s', (from, to, problem) => {
    expect(problemOfHours([{ day: 'MONDAY', from, to }])).toContain(problem);
  });

  test('may end with the day, in any time zone that there is', () => {
    expect(problemOfHours([{ day: 'MONDAY', from: '00:00', to: '24:00' }])).toBeUndefined();
    expect(isTimeZone(zone)).toBe(true);
    expect(isTimeZone('Europe/Nowhere')).toBe(false);
  });
});
