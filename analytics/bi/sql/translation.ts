import type { Reader } from './reader.ts';

/** What a statement is translated with. */
export interface Translation {
  readonly reader: Reader;
  /** Names that the statement's own WITH gives to subqueries, innermost last. */
  readonly scopes: Set<string>[];
  readonly tables: Tables;
  readonly functions: Functions;
  /** Values of `{name:Type}`, as they came. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** The tables that somebody may read. */
export interface Tables {
  /** What stands for the table in the statement that is run: a subquery that nothing of anybody else comes out of. */
  find(database: string | undefined, table: string): string | undefined;
  hasDatabase(name: string): boolean;
}

/** The functions that somebody may call. */
export interface Functions {
  has(name: string): boolean;
  /**
   * Whether a bare name would mean a function of the engine's that is closed: where it takes a lambda the engine takes a function's name too,
   * `arrayMap(file, …)`.
   */
  isClosed(name: string): boolean;
  /** The value of a function of the server itself, which is the same for everybody here. */
  constant(name: string): string | undefined;
}
