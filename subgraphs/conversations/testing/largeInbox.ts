import { Client } from 'pg';
import type { Sql } from '#platform/postgres/sql.ts';
import { seedConversations } from '../seed.ts';
import { fillInbox, newCompany, type Company } from './fillInbox.ts';
import type { TestInbox } from './inbox.ts';

/** A company with so many conversations, and its people. */
export async function addLargeCompany(inbox: TestInbox, conversations: number): Promise<Company> {
  const company = newCompany({ agents: 12, teams: 4, labels: 12 });
  const { companyId, agentIds, teamIds, labelIds } = company;
  await seedConversations(inbox.database, {
    companyId,
    agents: agentIds.map((id, n) => ({
      id,
      name: `Agent ${String(n)}`,
      email: `a${String(n)}@x.example`,
      role: 'AGENT',
    })),
    teams: teamIds.map((id, n) => ({ id, name: `Team ${String(n)}`, memberIds: [] })),
    labels: labelIds.map((id, n) => ({ id, name: `label ${String(n)}`, color: '#2563eb' })),
  });
  const admin = new Client({ connectionString: inbox.adminUrl });
  await admin.connect();
  try {
    await fillInbox(admin, company, { conversations });
  } finally {
    await admin.end();
  }
  return company;
}

/** How PostgreSQL did what was asked of it. */
export interface Work {
  /** By which indexes, those of functions left out. */
  readonly indexes: readonly string[];
  /** Tables that were read from end to end. */
  readonly sequential: readonly string[];
  /** Rows of tables that were looked at, those within functions included. */
  readonly examined: number;
  readonly statements: number;
}

interface PlanNode {
  readonly 'Index Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

/**
 * Runs a query of the product as a request does, in the service's role and on its read session, and tells how each of its
 * statements is planned and what all of them looked at.
 */
export async function workOf(
  inbox: TestInbox,
  companyId: string,
  query: (sql: Sql) => Promise<unknown>,
  read: 'read' | 'readByKey' = 'read',
): Promise<Work> {
  const session = inbox.database.session(companyId);
  const nodes: PlanNode[] = [];
  let statements = 0;
  try {
    return await session[read](async (sql) => {
      const explaining: Sql = async <Row extends object>(strings: TemplateStringsArray, ...values: unknown[]) => {
        const [first = '', ...rest] = strings;
        const explained = Object.assign([`explain (format json) ${first}`, ...rest], { raw: [] });
        const [plan] = await sql<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(explained, ...values);
        if (plan) nodes.push(...nodesOf(plan['QUERY PLAN'][0].Plan));
        statements += 1;
        return sql<Row>(strings, ...values);
      };
      const before = await readSoFar(sql);
      await query(explaining);
      const after = await readSoFar(sql);
      const since = after.map(({ table, rows, scans }) => {
        const earlier = before.find((one) => one.table === table);
        return { table, rows: rows - (earlier?.rows ?? 0), scans: scans - (earlier?.scans ?? 0) };
      });
      return {
        indexes: [...new Set(nodes.flatMap((node) => node['Index Name'] ?? []))].toSorted(),
        sequential: since.filter(({ scans }) => scans > 0).map(({ table }) => table),
        examined: since.reduce((sum, { rows }) => sum + rows, 0),
        statements,
      };
    });
  } finally {
    await session.close();
  }
}

/** Of each table, on this connection: rows that were looked at, and how often it was read from end to end. */
async function readSoFar(sql: Sql): Promise<{ table: string; rows: number; scans: number }[]> {
  return sql`
    select relname as table, pg_stat_get_xact_numscans(oid)::int as scans,
      (pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_tuples_fetched(oid))::int as rows
    from pg_class where relnamespace = 'conversations'::regnamespace and relkind = 'r'`;
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
