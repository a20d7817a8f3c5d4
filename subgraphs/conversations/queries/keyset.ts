import { z } from 'zod';
import { decodeCursor, encodeCursor, type PageRequest } from '#platform/graphql/connection.ts';
import { fragment, join, type Fragment } from '#platform/postgres/sql.ts';
import { id, instant } from '#schema/events/values.ts';

/** Every list here is sorted by a time and, where times are equal, by id. */
const cursorSchema = z.tuple([instant, id]);

export function cursorOf(at: Date, rowId: string): string {
  return encodeCursor([at.toISOString(), rowId]);
}

/** A page's part of a statement over an alias' two columns: which rows, and in which order they are read. */
export interface Keyset {
  /** Begins with `and`, or is empty. */
  readonly beyondCursor: Fragment;
  readonly order: Fragment;
  /** One more than the page shows, to know whether there are more. */
  readonly limit: number;
}

/**
 * @param columns Both columns, such as `m.created_at, m.id`.
 * @param list How the list is sorted when it is read forward.
 * @throws GraphQLError `BAD_USER_INPUT` for a cursor of another list.
 */
export function keyset(
  columns: { readonly at: Fragment; readonly id: Fragment },
  page: PageRequest,
  list: 'ascending' | 'descending',
): Keyset {
  const { at, id: rowId } = columns;
  const cursor = page.cursor === undefined ? undefined : decodeCursor(page.cursor, cursorSchema);
  return keysetOf(
    [
      { column: at, value: cursor && fragment`${cursor[0]}::timestamptz` },
      { column: rowId, value: cursor && fragment`${cursor[1]}::uuid` },
    ],
    page,
    list,
  );
}

/** The same over any columns, whose values the caller has read from the cursor. */
export function keysetOf(
  columns: readonly { readonly column: Fragment; readonly value: Fragment | undefined }[],
  page: PageRequest,
  list: 'ascending' | 'descending',
): Keyset {
  const ascending = (list === 'ascending') === (page.direction === 'forward');
  const operator = ascending ? fragment`>` : fragment`<`;
  const names = columns.map(({ column }) => column);
  const values = columns.flatMap(({ value }) => value ?? []);
  const order = join(ascending ? names : names.map((name) => fragment`${name} desc`), ', ');
  const beyondCursor =
    values.length === 0 ? fragment`` : fragment`and (${join(names, ', ')}) ${operator} (${join(values, ', ')})`;
  return { beyondCursor, order, limit: page.limit + 1 };
}
