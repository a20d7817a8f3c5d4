import { createHash } from 'node:crypto';
import { clusterClause } from './clusterClause.ts';
import { DEFINER, OWN_COMPANY, USER_PREFIX, viewStatements } from './serverViews.ts';
import { changeable, fixed, mostOf } from './settings.ts';
import { quoteText } from './sql/quote.ts';

/** The tables that the views read. */
const TABLES = ['events', 'sums', 'operations', 'bi_queries'] as const;
const ROLE = 'bi_reader';

/** Of no password that anybody knows. */
const NO_PASSWORD = '0'.repeat(64);

/**
 * What keeps companies apart on a server with users: a role that may read the views and nothing else, one user who reads the tables for
 * them and only gets rows of the company that asks, a profile whose limits nobody changes, and a quota for each user. Repeatable: each start
 * brings it up to date, and takes nothing from whoever is asking meanwhile. So role, profile and quota are changed and never replaced:
 * others know them by an id, and what is counted belongs to it, which their successors of the same name do not have.
 *
 * @param cluster of servers, each of which then has all of it.
 */
export function provisionStatements(cluster?: string): string[] {
  const on = clusterClause(cluster);
  const tables = cluster === undefined ? TABLES : TABLES.map((table) => `${table}_local`);
  return [
    `CREATE SETTINGS PROFILE IF NOT EXISTS bi${on}`,
    `ALTER SETTINGS PROFILE bi${on} SETTINGS readonly = 1 CONST, ${profile()}`,
    `CREATE ROLE IF NOT EXISTS ${ROLE}${on}`,
    `ALTER ROLE ${ROLE}${on} SETTINGS PROFILE 'bi'`,
    // Releases before the views had a definer gave it.
    `REVOKE${on} SELECT ON analytics.* FROM ${ROLE}`,
    `CREATE USER IF NOT EXISTS ${DEFINER}${on} IDENTIFIED WITH sha256_hash BY '${NO_PASSWORD}' HOST NONE`,
    // The policies first: a table with a policy shows nothing to whom none is for.
    ...tables.flatMap((table) => policies(table, on)),
    ...tables.map((table) => `GRANT${on} SELECT ON analytics.${table} TO ${DEFINER}`),
    `CREATE DATABASE IF NOT EXISTS bi${on}`,
    ...viewStatements(cluster),
    `GRANT${on} SELECT ON bi.* TO ${ROLE}`,
    `CREATE QUOTA IF NOT EXISTS bi${on}`,
    `ALTER QUOTA bi${on} KEYED BY user_name
      FOR INTERVAL 1 minute MAX queries = 1200, errors = 600, read_rows = 5000000000,
      FOR INTERVAL 1 hour MAX execution_time = 3600
      TO ${ROLE}`,
  ];
}

/** The company's user. @param password Kept by the server as its hash. */
export function accountStatements(companyId: string, password: string, cluster?: string): string[] {
  const hash = createHash('sha256').update(password).digest('hex');
  const user = `\`${userOf(companyId)}\``;
  const on = clusterClause(cluster);
  return [
    `CREATE USER IF NOT EXISTS ${user}${on} IDENTIFIED WITH sha256_hash BY ${quoteText(hash)}`,
    `ALTER USER ${user}${on} IDENTIFIED WITH sha256_hash BY ${quoteText(hash)} SETTINGS PROFILE 'bi'`,
    `GRANT${on} ${ROLE} TO ${user}`,
    `ALTER USER ${user}${on} DEFAULT ROLE ${ROLE}`,
  ];
}

/** Its name says the company, and views and policies read it. */
export function userOf(companyId: string): string {
  return `${USER_PREFIX}${companyId.toLowerCase()}`;
}

/**
 * One policy opens a table to who reads for the views, the other narrows it to rows of the company that asks, whatever else is ever opened:
 * restrictive ones are all held. They are the readers' too, who have no right to the tables now. Whoever else reads (the service itself) is
 * let through by the third.
 */
function policies(table: string, on: string): string[] {
  const own = `company_id = ${OWN_COMPANY}`;
  const readers = `${DEFINER}, ${ROLE}`;
  return [
    `CREATE ROW POLICY OR REPLACE bi_open${on} ON analytics.${table} USING ${own} AS PERMISSIVE TO ${readers}`,
    `CREATE ROW POLICY OR REPLACE bi_own${on} ON analytics.${table} USING ${own} AS RESTRICTIVE TO ${readers}`,
    `CREATE ROW POLICY OR REPLACE bi_others${on} ON analytics.${table} USING 1 AS PERMISSIVE TO ALL EXCEPT ${readers}`,
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
