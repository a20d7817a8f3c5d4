import { describe, expect, it } from '@jest/globals';
import { parseDatetime } from './datetime.ts';
import { excludePaths, includePaths, parsePath, valuesAt, withoutPath } from './payloadPath.ts';

const payload = { a: { b: 1, c: [2, { d: 3 }, { d: 4 }] }, 'x.y': 5, e: [[6]] };

describe('a path into a payload', () => {
  it.each([
    ['a.b', [1]],
    ['a.c', [[2, { d: 3 }, { d: 4 }]]],
    ['a.c[].d', [3, 4]],
    ['a.c[1].d', [3]],
    ['a.c[9]', []],
    ['"x.y"', [5]],
    ['x.y', []],
    ['e[][]', [6]],
    ['a.b.c', []],
    ['toString', []],
  ])('%s leads to %j', (text, values) => {
    expect(valuesAt(payload, parsePath(text))).toEqual(values);
  });

  it.each(['', '.a', 'a.', 'a..b', '[0]', 'a[x]', '"a', 'a b'])('is not %j', (text) => {
    expect(() => parsePath(text)).toThrow('invalid JSON path');
  });

  it('can be kept, dropped or removed without touching the payload', () => {
    const before = structuredClone(payload);
    expect(includePaths(payload, ['a.b', 'e'].map(parsePath))).toEqual({ a: { b: 1 }, e: [[6]] });
    expect(excludePaths(payload, ['a.c[].d', '"x.y"'].map(parsePath))).toEqual({
      a: { b: 1, c: [2, {}, {}] },
      e: [[6]],
    });
    expect(withoutPath(payload, parsePath('a.c[].d'))).toEqual({ ...payload, a: { b: 1, c: [2, {}, {}] } });
    expect(withoutPath(payload, parsePath('a.c[0]'))).toEqual({ ...payload, a: { b: 1, c: [{ d: 3 }, { d: 4 }] } });
    expect(withoutPath(payload, parsePath('nothing.here'))).toEqual(payload);
    expect(payload).toEqual(before);
  });
});

describe('a date and time', () => {
  it.each([
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02T03:04:05.678+02:00', '2026-01-02T01:04:05.678Z'],
    ['2026-01-02T03:04:05-0130', '2026-01-02T04:34:05.000Z'],
    ['2026-01-02 03:04', '2026-01-02T03:04:00.000Z'],
    ['2026-01-02', '2026-01-02T00:00:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(new Date(parseDatetime(text) ?? NaN).toISOString()).toBe(iso);
  });

  it.each(['soon', '2026-13-01', '2026-01-02T25:00:00Z', '20260102'])('is not %s', (text) => {
    expect(parseDatetime(text)).toBeUndefined();
  });
});
