import { isId } from '../../ids.ts';
import type { AgentTransaction } from '../asAgent.ts';

/** A message was sent with it. One that is gone by now, or was never the agent's, counts nothing and holds nothing up. */
export async function countUse({ sql, companyId, agentId }: AgentTransaction, id: string): Promise<void> {
  if (!isId(id)) return;
  await sql`
    update conversations.canned_responses set usage_count = usage_count + 1
    where company_id = ${companyId} and id = ${id} and (owner_id is null or owner_id = ${agentId})`;
}
