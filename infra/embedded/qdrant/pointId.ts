import { z } from 'zod';

/** A number up to 2^53 - 1 (JSON numbers are doubles here; Qdrant itself goes to 2^64 - 1) or a UUID in lower case with hyphens. */
export type PointId = number | string;

const UUID = /^(?:urn:uuid:)?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i;

/** Accepts the spellings that Qdrant accepts and answers the one that it answers with. */
export const pointIdSchema = z.union([
  z.int().min(0),
  z
    .string()
    .regex(UUID, 'is not a valid point ID, valid values are either an unsigned integer or a UUID')
    .transform((text) => text.replace(UUID, '$1-$2-$3-$4-$5').toLowerCase()),
]);

/** Qdrant's order: numbers first, then UUIDs by their bytes, which is how lower case text sorts too. */
export function comparePointIds(a: PointId, b: PointId): number {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === 'number' ? -1 : 1;
}
