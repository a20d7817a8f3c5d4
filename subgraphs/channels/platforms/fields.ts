import { z } from 'zod';
import { Poison } from '#platform/events/errors.ts';
import { storableText } from '#platform/postgres/storableText.ts';

/** Text of a platform's event, as the stores can keep it. */
export const storable = z.string().transform(storableText);

/** An id in a platform's own form. */
export const platformId = storable.pipe(z.string().min(1));

/** The end of the year 9999, in milliseconds since 1970: an instant after it has no RFC 3339 form. */
export const LAST_INSTANT = 253_402_300_799_999;

/** A platform's time, in seconds since 1970. */
export const unixSeconds = z
  .int()
  .min(0)
  .max(Math.floor(LAST_INSTANT / 1_000));

export function instantOf(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}

/**
 * Reads what is understood of an event.
 *
 * @throws Poison that says what does not have the platform's form, without repeating what was written.
 */
export function readEvent<Schema extends z.ZodType>(schema: Schema, event: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(event);
  if (!parsed.success) throw Poison.because(`not ${what}: ${z.prettifyError(parsed.error)}`, parsed.error);
  return parsed.data;
}
