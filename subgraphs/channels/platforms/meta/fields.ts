import { z } from 'zod';
import { storableText } from '#platform/postgres/storableText.ts';
import { LAST_INSTANT, storable } from '../fields.ts';

/** Less than this counts seconds until the year 5138, and milliseconds until 1973. */
const FIRST_MS = 100_000_000_000;

/** What PostgreSQL cannot keep is taken out; null when nothing is left, or nothing was there. */
export const text = storable.nullish().transform((value) => value || null);

/**
 * Of a message, person, account or app: printable ASCII, mostly digits, and sometimes given as a number. They go into
 * indexes of PostgreSQL, which take no more than 2,700 bytes, and into headers, which take no line breaks.
 */
export const id = z
  .union([z.string(), z.int().nonnegative().transform(String)])
  .pipe(z.string().regex(/^[\x21-\x7e]{1,512}$/, 'not an id of Meta'));

/** An id that may be left out. */
export const idOrNull = id.nullish().transform((value) => value ?? null);

/** A number that is given as a text now and then. */
export const count = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
  ])
  .pipe(z.int().nonnegative());

/**
 * A time, as RFC 3339. Meta counts in milliseconds; what its dashboard sends to try a webhook counts in seconds, and the
 * examples of some events do too.
 */
export const time = count
  .transform((value) => (value < FIRST_MS ? value * 1_000 : value))
  .pipe(z.int().positive().max(LAST_INSTANT))
  .transform((ms) => new Date(ms).toISOString());

const http = z.url({ protocol: /^https?$/ });

/** An address of the web; null for a text that is none, as an empty one. Agents click on it, so no other protocol is. */
export const webAddress = z
  .string()
  .nullish()
  .transform((value) => http.safeParse(storableText(value ?? '')).data ?? null);
