import { z } from 'zod';
import { decodeCursor, encodeCursor } from '#platform/graphql/connection.ts';

/** A place in the event stream: after the event with this sequence. */
export interface StreamPosition {
  /** Which stream: one that was deleted and made again counts from 1 anew. */
  readonly stream: string;
  readonly sequence: number;
}

const parts = z.tuple([z.string().min(1), z.int().nonnegative()]);

export function encodePosition({ stream, sequence }: StreamPosition): string {
  return encodeCursor([stream, sequence]);
}

/** @throws GraphQLError `BAD_USER_INPUT` for anything that no subscription has given out. */
export function decodePosition(cursor: string): StreamPosition {
  const [stream, sequence] = decodeCursor(cursor, parts);
  return { stream, sequence };
}
