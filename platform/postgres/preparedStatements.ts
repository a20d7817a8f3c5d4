import type { PoolClient } from 'pg';

/** From its third use on: what is asked once or twice, such as a rare combination of filters, is not worth keeping. */
const USES_BEFORE_NAME = 2;
/** Of one context. Each is kept by each connection, some tens of kilobytes in the server. */
const MOST_NAMES = 300;
/** Of texts without a name, how often they were used. */
const MOST_COUNTED = 2_000;

/**
 * How reads are planned: each time, for the values that they have. A plan for any values would be wrong for a company that has a thousand
 * times as much as the others.
 */
export const READ_PLANS = { plan_cache_mode: 'force_custom_plan', enable_seqscan: 'on' } as const;

/**
 * Writes find their rows by keys: PostgreSQL plans such a statement some times and then once for all values, which saves most of what it
 * costs, as it does with foreign keys and triggers. A plan that is made while a table is nearly empty reads all of it, and stays:
 * so it is told not to.
 */
export const WRITE_PLANS = { enable_seqscan: 'off' } as const;

/** Of reads that find their rows by keys alone the same is true, and planning takes most of their time. */
export const KEYED_READ_PLANS = { plan_cache_mode: 'force_generic_plan', ...WRITE_PLANS } as const;

/** Under which names a context's statements are known to its connections. */
export interface StatementNames {
  /** Undefined for what is not prepared (yet). */
  of(text: string): string | undefined;
}

export function createStatementNames(): StatementNames {
  const names = new Map<string, string>();
  let uses = new Map<string, number>();

  return {
    of(text) {
      const known = names.get(text);
      if (known !== undefined || names.size >= MOST_NAMES) return known;
      const used = (uses.get(text) ?? 0) + 1;
      if (uses.size >= MOST_COUNTED) uses = new Map();
      if (used <= USES_BEFORE_NAME) {
        uses.set(text, used);
        return undefined;
      }
      uses.delete(text);
      const name = `s${String(names.size + 1)}`;
      names.set(text, name);
      return name;
    },
  };
}

type Query = (...args: unknown[]) => unknown;

/**
 * PostgreSQL reads a statement with parameters, and works row-level security into it, once for each connection, and not each time
 * that it is sent: for short statements that is most of what they cost. Statements without parameters go as they are: they
 * have their values in their text.
 */
export function prepareStatements(client: PoolClient, names: StatementNames): void {
  const query = client.query.bind(client) as Query;

  function named(...[statement, values, ...more]: unknown[]): unknown {
    if (typeof statement === 'string') {
      const name = Array.isArray(values) && values.length > 0 ? names.of(statement) : undefined;
      return name === undefined ? query(statement, values, ...more) : query({ text: statement, values, name }, ...more);
    }
    if (!isUnnamed(statement)) return query(statement, values, ...more);
    const name = names.of(statement.text);
    return query(name === undefined ? statement : { ...statement, name }, values, ...more);
  }
  Object.assign(client, { query: named });
}

/** A statement with parameters, and not one of those that keep their own state (cursors, streams). */
function isUnnamed(statement: unknown): statement is { readonly text: string } {
  if (typeof statement !== 'object' || statement === null || Object.getPrototypeOf(statement) !== Object.prototype) {
    return false;
  }
  if ('name' in statement || !('text' in statement)) return false;
  return 'values' in statement && Array.isArray(statement.values) && statement.values.length > 0;
}
