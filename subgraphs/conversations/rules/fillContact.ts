import { z } from 'zod';
import type { AttributeValue } from './attributeValues.ts';

/** What of a contact a merge may fill in from the other. */
export interface Fillable {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly pictureFileKey: string | null;
  readonly blockedAt: Date | null;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

const fields = ['name', 'email', 'phone', 'pictureFileKey', 'blockedAt'] as const;

/** What was filled in, as the trail of a merge keeps it: only what was empty before. */
export const filledSchema = z.object({
  name: z.string().optional(),
  email: z.string().optional(),
  phone: z.string().optional(),
  pictureFileKey: z.string().optional(),
  blockedAt: z.coerce.date().optional(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type Filled = z.output<typeof filledSchema>;

/**
 * What the kept contact gets of the other: what it has not itself. Blocking is about the person, so whoever was blocked
 * under one of the two is blocked.
 */
export function missingOf(kept: Fillable, other: Fillable): Filled {
  const found = fields.filter((field) => kept[field] === null && other[field] !== null);
  const attributes = Object.entries(other.attributes).filter(([id]) => !Object.hasOwn(kept.attributes, id));
  return filledSchema.parse({
    ...Object.fromEntries(found.map((field) => [field, other[field]])),
    attributes: Object.fromEntries(attributes),
  });
}

export function fill(kept: Fillable, { attributes, ...filled }: Filled): Fillable {
  return { ...kept, ...definedOf(filled), attributes: { ...kept.attributes, ...attributes } };
}

/** Takes back what was filled in. What somebody has changed since is theirs, and stays. */
export function unfill(kept: Fillable, filled: Filled): Fillable {
  const emptied = fields.filter((field) => filled[field] !== undefined && isSame(kept[field], filled[field]));
  const attributes = Object.entries(kept.attributes).filter(([id, value]) => filled.attributes[id] !== value);
  return {
    ...kept,
    ...Object.fromEntries(emptied.map((field) => [field, null])),
    attributes: Object.fromEntries(attributes),
  };
}

function isSame(one: string | Date | null, other: string | Date | undefined): boolean {
  return one instanceof Date && other instanceof Date ? one.getTime() === other.getTime() : one === other;
}

function definedOf(filled: Omit<Filled, 'attributes'>): Partial<Fillable> {
  return Object.fromEntries(Object.entries(filled).filter(([, value]) => value !== undefined));
}
