import type { AgentEntity } from '../entities/agent.ts';
import { teamsOf, type AgentTransaction } from './asAgent.ts';

/** Tells what an agent may see, after it has changed by them or their teams: who is limited looks at something else from now on. */
export async function tellLimit(
  transaction: AgentTransaction,
  agent: Pick<AgentEntity, 'companyId' | 'id' | 'limitedToTeams'>,
): Promise<void> {
  const { id: agentId, limitedToTeams } = agent;
  const teamIds = await teamsOf(transaction, agent);
  const { actor, publish } = transaction;
  publish({ type: 'conversation.agent.limited', actor, data: { agentId, limitedToTeams, teamIds } });
}
