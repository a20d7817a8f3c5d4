import type { PageArguments } from '#platform/graphql/connection.ts';

/** A page of any list of this subgraph. */
export const pageLimits = { default: 25, max: 100 } as const;

/** What a row refers to is there, as a foreign key says; without it the answer would be a lie. */
export function present<T>(row: T | null | undefined, what: string): T {
  if (row == null) throw new Error(`${what} is gone, though a row refers to it`);
  return row;
}

/** Who asks for nothing in particular opens a conversation, and wants its end. */
export function newest(args: PageArguments): PageArguments {
  const { first, after, last, before } = args;
  return first == null && after == null && last == null && before == null ? { last: pageLimits.default } : args;
}
