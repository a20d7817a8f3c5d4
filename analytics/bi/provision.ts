import { createHash } from 'node:crypto';
import { changeable, fixed, mostOf } from './settings.ts';
import { quoteText } from './sql/quote.ts';

/** The tables that the views read. */
const TABLES = ['events', 'sums', 'operations', 'bi_queries'] as const;
const ROLE = 'bi_reader';
const PREFIX = 'bi_';

/**
 * What keeps companies apart on a server with users: a role that may read the views and what they read, policies by the name of who reads,
 * a profile whose limits nobody changes, and a quota for each user. Repeatable: each start brings it up to date.
 *
 * @param cluster of servers, each of which then has all of it, for the tables in front and for those that have the rows.
 */
export function provisionStatements(cluster?: string): string[] {
  const on = onCluster(cluster);
  const tables = cluster === undefined ? TABLES : TABLES.flatMap((table) => [table, `${table}_local`]);
  return [
    `CREATE SETTINGS PROFILE OR REPLACE bi${on} SETTINGS readonly = 1 CONST, ${profile()}`,
    `CREATE ROLE OR REPLACE ${ROLE}${on} SETTINGS PROFILE 'bi'`,
    // The policies first: a table with a policy shows nothing to whom none is for.
    ...tables.flatMap((table) => policies(table, on)),
    `GRANT${on} SELECT ON bi.* TO ${ROLE}`,
    ...tables.map((table) => `GRANT${on} SELECT ON analytics.${table} TO ${ROLE}`),
    `CREATE QUOTA OR REPLACE bi${on} KEYED BY user_name
      FOR INTERVAL 1 minute MAX queries = 1200, errors = 600, read_rows = 5000000000,
      FOR INTERVAL 1 hour MAX execution_time = 3600
      TO ${ROLE}`,
  ];
}

/** The company's user. @param password Kept by the server as its hash. */
export function accountStatements(companyId: string, password: string, cluster?: string): string[] {
  const hash = createHash('sha256').update(password).digest('hex');
  const user = `\`${userOf(companyId)}\``;
  const on = onCluster(cluster);
  return [
    `CREATE USER IF NOT EXISTS ${user}${on} IDENTIFIED WITH sha256_hash BY ${quoteText(hash)}`,
    `ALTER USER ${user}${on} IDENTIFIED WITH sha256_hash BY ${quoteText(hash)} SETTINGS PROFILE 'bi'`,
    `GRANT${on} ${ROLE} TO ${user}`,
    `ALTER USER ${user}${on} DEFAULT ROLE ${ROLE}`,
  ];
}

function onCluster(cluster: string | undefined): string {
  return cluster === undefined ? '' : ` ON CLUSTER ${quoteText(cluster)}`;
}

/** Its name says the company, and the policies read it. */
export function userOf(companyId: string): string {
  return `${PREFIX}${companyId.toLowerCase()}`;
}

/**
 * One policy opens a table to the readers, the other narrows it to the reader's own rows, whatever else is ever opened: restrictive ones are
 * all held. Whoever is no reader (the service itself) is let through by the third.
 */
function policies(table: string, on: string): string[] {
  const own = `company_id = toUUIDOrZero(substring(currentUser(), ${String(PREFIX.length + 1)}))`;
  return [
    `CREATE ROW POLICY OR REPLACE bi_open${on} ON analytics.${table} USING ${own} AS PERMISSIVE TO ${ROLE}`,
    `CREATE ROW POLICY OR REPLACE bi_own${on} ON analytics.${table} USING ${own} AS RESTRICTIVE TO ${ROLE}`,
    `CREATE ROW POLICY OR REPLACE bi_others${on} ON analytics.${table} USING 1 AS PERMISSIVE TO ALL EXCEPT ${ROLE}`,
  ];
}

/** Limits may be lowered, what writes answers may be changed, and nothing else. */
function profile(): string {
  const limits = Object.entries(mostOf).map(
    ([name, most]) => `${name} = ${String(most)} MAX ${String(most)} CHANGEABLE_IN_READONLY`,
  );
  const constants = Object.entries(fixed).map(
    ([name, value]) => `${name} = ${typeof value === 'number' ? String(value) : quoteText(value)} CONST`,
  );
  const free = Object.keys(changeable).map((name) => `${name} CHANGEABLE_IN_READONLY`);
  return [...limits, ...constants, ...free].join(', ');
}
