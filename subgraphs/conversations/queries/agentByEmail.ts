import type { Sql } from '#platform/postgres/sql.ts';
import { agentColumns, type AgentRow } from '../rows.ts';

/** For operators, who know people by their address; upper and lower case are the same. */
export async function agentByEmail(sql: Sql, companyId: string, email: string): Promise<AgentRow | undefined> {
  const [agent] = await sql<AgentRow>`
    select ${agentColumns} from conversations.agents a
    where a.company_id = ${companyId} and lower(a.email) = lower(${email}) and a.deactivated_at is null`;
  return agent;
}
