import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { connectionOf, decodeCursor, encodeCursor, pageRequest } from './connection.ts';
import type { PageArguments } from './connection.ts';

const limits = { default: 25, max: 100 };
const numberCursor = z.tuple([z.number()]);
const badInput = { extensions: { code: 'BAD_USER_INPUT' } };

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

/** A page of the numbers 0 to `size` - 1, read as a keyset query reads it. */
function pageOfNumbers(size: number, args: PageArguments) {
  const page = pageRequest(args, limits);
  const [position] = page.cursor === undefined ? [undefined] : decodeCursor(page.cursor, numberCursor);
  const all = Array.from({ length: size }, (_, index) => index);
  const ordered = page.direction === 'forward' ? all : all.toReversed();
  const beyond = ordered.filter(
    (n) => position === undefined || (page.direction === 'forward' ? n > position : n < position),
  );
  return connectionOf(beyond.slice(0, page.limit + 1), page, (n) => encodeCursor([n]));
}

describe('cursors', () => {
  test('come back as what they were made of', () => {
    const part = fc.oneof(fc.string(), fc.integer());
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const cursor = encodeCursor(parts);
        expect(cursor).toMatch(/^[\w-]*$/);
        expect(decodeCursor(cursor, z.array(z.union([z.string(), z.number()])))).toEqual(parts);
      }),
    );
  });

  test('of another making are bad input, whatever they are', () => {
    const schema = z.tuple([z.iso.datetime(), z.guid()]);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.json().map((text) => btoa(encodeURI(text))),
        ),
        (cursor) => {
          expect(errorOf(() => decodeCursor(cursor, schema))).toMatchObject(badInput);
        },
      ),
    );
  });
});

describe('asking for a page', () => {
  test.each([
    [{}, { limit: 25, direction: 'forward' }],
    [{ first: 10 }, { limit: 10, direction: 'forward' }],
    [
      { first: 10, after: 'x' },
      { limit: 10, direction: 'forward', cursor: 'x' },
    ],
    [{ last: 10 }, { limit: 10, direction: 'backward' }],
    [
      { last: 10, before: 'x' },
      { limit: 10, direction: 'backward', cursor: 'x' },
    ],
    [{ before: 'x' }, { limit: 25, direction: 'backward', cursor: 'x' }],
    [
      { first: 25, last: 10 },
      { limit: 10, direction: 'backward' },
    ],
    [
      { first: null, after: null, last: 100, before: null },
      { limit: 100, direction: 'backward' },
    ],
  ])('with %j reads %j', (args, expected) => {
    expect(pageRequest(args, limits)).toEqual(expected);
  });

  test.each([
    { first: 0 },
    { first: -1 },
    { first: 101 },
    { first: 1.5 },
    { last: 0 },
    { last: 101 },
    { first: 10, last: 10 },
    { last: 10, after: 'x' },
    { after: 'x', before: 'y' },
  ])('with %j is bad input', (args) => {
    expect(errorOf(() => pageRequest(args, limits))).toMatchObject(badInput);
  });
});

describe('a connection', () => {
  test('leads through the whole list, forward and backward, without a gap or a double', () => {
    fc.assert(
      fc.property(fc.nat({ max: 60 }), fc.integer({ min: 1, max: 20 }), fc.boolean(), (size, limit, forward) => {
        const seen: number[] = [];
        let cursor: string | null = null;
        for (let more = true; more;) {
          const page = pageOfNumbers(size, forward ? { first: limit, after: cursor } : { last: limit, before: cursor });
          const nodes = page.edges.map((edge) => edge.node);
          if (forward) seen.push(...nodes);
          else seen.unshift(...nodes);
          cursor = forward ? page.pageInfo.endCursor : page.pageInfo.startCursor;
          more = forward ? page.pageInfo.hasNextPage : page.pageInfo.hasPreviousPage;
        }
        expect(seen).toEqual(Array.from({ length: size }, (_, index) => index));
      }),
    );
  });

  test('knows what lies on both sides', () => {
    const after4 = encodeCursor([4]);

    expect(pageOfNumbers(10, { first: 5 }).pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(pageOfNumbers(10, { first: 5, after: after4 }).pageInfo).toMatchObject({
      hasNextPage: false,
      hasPreviousPage: true,
    });
    expect(pageOfNumbers(10, { last: 5 }).pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect(pageOfNumbers(10, { last: 4, before: after4 }).pageInfo).toMatchObject({
      hasNextPage: true,
      hasPreviousPage: false,
    });
  });

  test('of nothing has no cursors', () => {
    expect(pageOfNumbers(0, { first: 5 })).toEqual({
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });
});
