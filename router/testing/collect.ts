import { expect } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { eventually } from '#test/stack/eventually.ts';

/** What an update has in these tests. */
export interface Update {
  readonly cursor: string;
  readonly kind: string;
  readonly conversation: { readonly id: string } & Record<string, unknown>;
  readonly message: ({ readonly id: string } & Record<string, unknown>) | null;
}

interface Result {
  readonly data?: Record<string, Update | null> | null | undefined;
  readonly errors?: readonly unknown[] | undefined;
}

/** A subscription that keeps everything that it gets. */
export interface Collected {
  readonly results: Result[];
  /** The updates among the results, in order. */
  readonly updates: Update[];
  /** What the server ended it with: an array of GraphQL errors, or a close event. */
  readonly error: unknown;
  readonly completed: boolean;
  /** Resolves when there are so many results. */
  count(number: number): Promise<void>;
  /** Resolves with the code of the error that ended it. */
  failed(): Promise<{ code: unknown; extensions: Record<string, unknown> }>;
  /** Resolves when it has ended with an error of any kind. */
  ended(): Promise<void>;
  stop(): void;
}

export function collect(client: Client, query: string, variables: Record<string, unknown> = {}): Collected {
  const results: Result[] = [];
  let error: unknown;
  let completed = false;
  const stop = client.subscribe<Record<string, Update>>(
    { query, variables },
    {
      next: (result) => void results.push(result),
      error: (failure) => (error = failure),
      complete: () => (completed = true),
    },
  );
  return {
    results,
    get updates() {
      return results.flatMap(({ data }) => Object.values(data ?? {})).filter((update) => update !== null);
    },
    get error() {
      return error;
    },
    get completed() {
      return completed;
    },
    count: async (number) =>
      eventually(() => {
        if (error !== undefined) throw new Error(`ended: ${JSON.stringify(error)}`);
        if (results.length < number) throw new Error(`${results.length} of ${number} results`);
      }),
    failed: async () =>
      eventually(() => {
        if (!Array.isArray(error)) throw new Error(`not failed: ${JSON.stringify(error)}`);
        const [{ extensions }] = error as [{ extensions: Record<string, unknown> }];
        return { code: extensions['code'], extensions };
      }),
    ended: async () => eventually(() => expect(error).toBeDefined()),
    stop,
  };
}
