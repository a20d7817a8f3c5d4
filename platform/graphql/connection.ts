import type { z } from 'zod';
import { badUserInput } from './errors.ts';

/** What a page of a Relay connection is asked with. */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** What to read: `limit` + 1 rows, beyond `cursor` in the order of the list, or against it when `backward`. */
export interface PageRequest {
  readonly limit: number;
  readonly direction: 'forward' | 'backward';
  readonly cursor?: string;
}

export interface Connection<T> {
  readonly edges: { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** Makes an opaque cursor of the values that a row is sorted by. */
export function encodeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Reads a cursor back; throws BAD_USER_INPUT for anything that was not made by {@link encodeCursor} of such values. */
export function decodeCursor<T>(cursor: string, schema: z.ZodType<T>): T {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw badCursor();
  }
  const result = schema.safeParse(parts);
  if (!result.success) throw badCursor();
  return result.data;
}

function badCursor() {
  return badUserInput('The cursor is none of this list: take one from its edges or its pageInfo');
}

/**
 * Checks the arguments of a page; throws BAD_USER_INPUT when they contradict each other or ask for too much. A `first` that equals
 * the default does not contradict `last`: schemas fill it in where the client said nothing.
 */
export function pageRequest(
  { first, after, last, before }: PageArguments,
  limits: { readonly default: number; readonly max: number },
): PageRequest {
  const backward = last != null || before != null;
  if (backward) {
    if (first != null && first !== limits.default) throw badUserInput('Give either first or last, not both', 'last');
    if (after != null) throw badUserInput('after goes with first, before goes with last', 'after');
  }
  const limit = (backward ? last : first) ?? limits.default;
  if (!Number.isInteger(limit) || limit < 1 || limit > limits.max) {
    throw badUserInput(`A page has 1 to ${limits.max} entries, not ${limit}`, backward ? 'last' : 'first');
  }
  const cursor = backward ? before : after;
  return { limit, direction: backward ? 'backward' : 'forward', ...(cursor != null && { cursor }) };
}

/**
 * Makes the connection of up to `limit` + 1 rows, in the order that they were read in: against the list's when `backward`. The one
 * row too many only tells that there are more.
 */
export function connectionOf<T>(rows: readonly T[], page: PageRequest, cursorOf: (row: T) => string): Connection<T> {
  const hasMore = rows.length > page.limit;
  const backward = page.direction === 'backward';
  const shown = rows.slice(0, page.limit);
  if (backward) shown.reverse();
  const edges = shown.map((node) => ({ cursor: cursorOf(node), node }));
  const cameFromThere = page.cursor !== undefined;
  return {
    edges,
    pageInfo: {
      hasNextPage: backward ? cameFromThere : hasMore,
      hasPreviousPage: backward ? hasMore : cameFromThere,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
