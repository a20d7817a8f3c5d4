import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseValue } from 'graphql';
import { DateTime, JSONScalar } from './scalars.ts';

describe('DateTime', () => {
  test.each([
    ['2026-03-01T09:30:00Z', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01T09:30:00.5Z', '2026-03-01T09:30:00.500Z'],
    ['2026-03-01T09:30:00.123456Z', '2026-03-01T09:30:00.123Z'],
    ['2026-03-01T00:30:00+01:00', '2026-02-28T23:30:00.000Z'],
    ['2026-02-28T23:30:00-05:30', '2026-03-01T05:00:00.000Z'],
    ['2024-02-29T12:00:00Z', '2024-02-29T12:00:00.000Z'],
  ])('takes %s for %s', (given, instant) => {
    expect(DateTime.serialize(DateTime.parseValue(given))).toBe(instant);
    expect(DateTime.parseLiteral(parseValue(`"${given}"`)).toISOString()).toBe(instant);
    expect(DateTime.serialize(given)).toBe(instant);
  });

  test.each([
    '2024-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T09:60:00Z',
    '2026-03-01T09:30:00',
    '2026-03-01T09:30Z',
    '2026-03-01',
    '2026-03-01 09:30:00Z',
    '2026-03-01T09:30:00+0100',
    'yesterday',
    '',
    1_772_357_400_000,
    null,
    true,
    {},
  ])('refuses %j', (given) => {
    expect(() => DateTime.parseValue(given)).toThrow('RFC 3339');
  });

  test('gives every instant out so that it comes in again as the same', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        (date) => {
          expect(DateTime.parseValue(DateTime.serialize(date))).toEqual(date);
        },
      ),
    );
  });

  test.each([1_772_357_400_000, Number.NaN, {}, 'soon', new Date(Number.NaN)])('does not give out %p', (value) => {
    expect(() => DateTime.serialize(value)).toThrow(/DateTime|Invalid time value/);
  });
});

describe('JSON', () => {
  test('passes values and literals as they are', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSONScalar.serialize(JSONScalar.parseValue(value))).toEqual(value);
      }),
    );
    expect(JSONScalar.parseLiteral(parseValue('{ a: [1, "b", null, { c: true }] }'))).toEqual({
      a: [1, 'b', null, { c: true }],
    });
  });
});
