import { isDate } from 'node:util/types';
import { GraphQLScalarType, Kind, valueFromASTUntyped } from 'graphql';
import { z } from 'zod';
import { badUserInput } from './errors.ts';

/** The calendar is checked here (no 30th of February); that seconds are there, which RFC 3339 demands, below. */
const rfc3339 = z.iso.datetime({ offset: true }).regex(/T\d\d:\d\d:\d\d/);

function parseDateTime(value: unknown): Date {
  const parsed = rfc3339.safeParse(value);
  if (!parsed.success) {
    throw badUserInput('A DateTime is an instant as in RFC 3339, with its offset: 2026-03-01T09:30:00.000Z');
  }
  return new Date(parsed.data);
}

/** An instant: RFC 3339 with any offset in, a `Date` inside, UTC with milliseconds out. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'An instant in UTC, as RFC 3339: `2026-03-01T09:30:00.000Z`.',
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(node.kind === Kind.STRING ? node.value : undefined),
  serialize(value) {
    const date = typeof value === 'string' ? parseDateTime(value) : value;
    if (!isDate(date)) throw new TypeError(`A DateTime is given out as a Date or as text, not as ${typeof value}`);
    return date.toISOString();
  },
});

/** Anything that JSON can say, as it is. */
export const JSONScalar = new GraphQLScalarType({
  name: 'JSON',
  description: 'Any JSON value.',
  parseValue: (value) => value,
  parseLiteral: valueFromASTUntyped,
});
