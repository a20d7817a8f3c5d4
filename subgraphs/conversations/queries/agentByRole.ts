import type { Role } from '#platform/identity/identity.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import { agentColumns, type AgentRow } from '../rows.ts';

/** For operators: the company's first agent of a role. */
export async function agentByRole(sql: Sql, companyId: string, role: Role): Promise<AgentRow | undefined> {
  const [agent] = await sql<AgentRow>`
    select ${agentColumns} from conversations.agents a
    where a.company_id = ${companyId} and a.role = ${role} and a.deactivated_at is null
    order by a.id
    limit 1`;
  return agent;
}
