/** What has to be run for a statement that says what it is about as on one server. */
export type Ddl = (statement: string) => readonly string[];

/** Several servers as one. */
export interface Cluster {
  /** By this name the servers know it (`remote_servers`). */
  readonly name: string;
  /** Of each shard: what is written has to be on all of them before it counts. */
  readonly replicas: number;
}

export class DdlError extends Error {
  readonly code = 'UNKNOWN_STATEMENT';

  constructor(statement: string) {
    super(
      `what this means on a cluster is not known, say it as one of the statements that are (analytics/clickhouse/ddl.ts): ${statement.replaceAll(/\s+/g, ' ').slice(0, 200)}`,
    );
    this.name = 'DdlError';
  }
}

/** How tables lie on the servers. */
export interface Layout {
  readonly ddl: Ddl;
  /**
   * What has to be run before somebody looks at what another one wrote: after a write that failed, one replica may have what the
   * others have not yet.
   */
  catchUp(tables: readonly string[]): readonly string[];
}

/** One server runs a statement as it stands, and has what it was given. */
export const oneServer: Layout = { ddl: (statement) => [statement], catchUp: () => [] };

const TABLE = String.raw`\w+\.\w+`;
const createTable = new RegExp(
  String.raw`^CREATE TABLE IF NOT EXISTS (${TABLE})\s*\(([\s\S]*)\)\s*ENGINE = (\w*)MergeTree(?:\(([^)]*)\))?([\s\S]*)$`,
);
const createLike = new RegExp(String.raw`^CREATE TABLE (${TABLE}) AS (${TABLE})$`);
const dropTable = new RegExp(String.raw`^DROP TABLE IF EXISTS (${TABLE})( SYNC)?$`);
const createDatabase = /^CREATE DATABASE IF NOT EXISTS (\w+)$/;
const alterTable = new RegExp(String.raw`^ALTER TABLE (${TABLE})\s+([\s\S]*)$`);
const insert = /^INSERT INTO /;

/** What the distributed table has to know of as well: names and types of columns, and nothing of how they are kept. */
const ofColumns = /^(ADD|DROP|RENAME|MODIFY|COMMENT) COLUMN/;
const replacePartition = new RegExp(String.raw`^REPLACE PARTITION (\w+) FROM (${TABLE})$`);

/**
 * On a cluster a table with a company becomes a replicated one on each shard, `<name>_local`, and a distributed one of its own name
 * in front, which puts each company's rows on one shard: there an insert is as atomic, and a rollup beside its events, as on
 * one server. A table without a company has all of its rows on every server. Statements have to come in the order in which they
 * are to be run, since a later one may be about a table of an earlier one; all of them can be repeated.
 *
 * The layout of a server that had no cluster is not changed by this: move its rows with `INSERT INTO ... SELECT FROM remote()`.
 */
export function onCluster({ name }: Cluster): Layout {
  const sharded = new Set<string>();
  const on = `ON CLUSTER '${name}'`;

  function created(table: string, columns: string, kind: string, parameters: string, rest: string): string[] {
    const isSharded = /\bcompany_id\b/.test(columns);
    const local = isSharded ? `${table}_local` : table;
    const path = `'/clickhouse/tables/${isSharded ? '{shard}' : 'all'}/${local.replace('.', '/')}/{uuid}'`;
    const replica = isSharded ? `'{replica}'` : `'{shard}-{replica}'`;
    const engine = [path, replica, ...(parameters ? [parameters] : [])].join(', ');
    const base = `CREATE TABLE IF NOT EXISTS ${local} ${on} (${columns}) ENGINE = Replicated${kind}MergeTree(${engine})${rest}`;
    if (!isSharded) return [base];
    sharded.add(table);
    return [base, distributed(table)];
  }

  function distributed(table: string): string {
    const [database = '', own = ''] = table.split('.');
    return `CREATE TABLE IF NOT EXISTS ${table} ${on} AS ${table}_local ENGINE = Distributed('${name}', '${database}', '${own}_local', sipHash64(company_id))`;
  }

  function ddl(statement: string): readonly string[] {
    const text = statement.trim();
    const database = createDatabase.exec(text);
    if (database) return [`${text} ${on}`];
    const table = createTable.exec(text);
    if (table) {
      const [, own = '', columns = '', kind = '', parameters = '', rest = ''] = table;
      return created(own, columns, kind, parameters, rest);
    }
    const like = createLike.exec(text);
    if (like) {
      const [, own = '', model = ''] = like;
      if (!sharded.has(model)) throw new DdlError(statement);
      sharded.add(own);
      return [`CREATE TABLE IF NOT EXISTS ${own}_local ${on} AS ${model}_local`, distributed(own)];
    }
    const dropped = dropTable.exec(text);
    if (dropped) {
      const [, own = '', sync = ''] = dropped;
      const local = sharded.has(own) ? [`DROP TABLE IF EXISTS ${own}_local ${on}${sync}`] : [];
      return [`DROP TABLE IF EXISTS ${own} ${on}${sync}`, ...local];
    }
    const altered = alterTable.exec(text);
    if (altered) {
      const [, own = '', action = ''] = altered;
      if (!sharded.has(own)) return [`ALTER TABLE ${own} ${on} ${action}`];
      const replaced = replacePartition.exec(action);
      if (replaced) {
        const [, partition = '', from = ''] = replaced;
        return [`ALTER TABLE ${own}_local ${on} REPLACE PARTITION ${partition} FROM ${from}_local`];
      }
      const local = `ALTER TABLE ${own}_local ${on} ${action}`;
      return ofColumns.test(action) ? [local, `ALTER TABLE ${own} ${on} ${withoutStorage(action)}`] : [local];
    }
    if (insert.test(text)) return [text];
    throw new DdlError(statement);
  }

  return {
    ddl,
    catchUp: (tables) =>
      tables.map((table) => `SYSTEM SYNC REPLICA ${on} ${sharded.has(table) ? `${table}_local` : table}`),
  };
}

/** Compression is a matter of the tables that hold something. */
function withoutStorage(action: string): string {
  return action.replaceAll(/ CODEC\((?:[^()]|\([^()]*\))*\)/g, '');
}
