/** The program that asks, as it calls itself. */
export interface Client {
  readonly name: string | undefined;
  readonly version: string | undefined;
}

const NAME = 'apollographql-client-name';
const VERSION = 'apollographql-client-version';

/**
 * Reads it as Apollo's clients say it, and others can: by headers, or by the same names in the payload of `connection_init`.
 *
 * @param read What was given under a name.
 */
export function clientOf(read: (name: string) => unknown): Client {
  return { name: textOf(read(NAME)), version: textOf(read(VERSION)) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
