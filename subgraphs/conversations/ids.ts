import { id } from '#schema/events/values.ts';

/** Whether it can be an id at all: everything else would be an error of PostgreSQL instead of something not found. */
export function isId(value: string): boolean {
  return id.safeParse(value).success;
}
