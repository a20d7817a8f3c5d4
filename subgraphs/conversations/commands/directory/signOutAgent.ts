import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { refuse, writeAsAgent, type Outcome } from '../asAgent.ts';
import { audit } from '../audit.ts';
import { endSessions, lockAgent } from './agents.ts';

/** Somebody else is signed out on all devices, and may come back with a new token. */
export async function signOutAgent(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly agentId: string },
): Promise<Outcome<{ agentId: string }>> {
  return writeAsAgent(database, identity, 'agents:manage', async (transaction) => {
    const agent = await lockAgent(transaction, input.agentId);
    if (!agent) return refuse('NOT_FOUND', 'There is no such agent.', 'agentId');
    await endSessions(transaction, agent.id);
    await audit(transaction, { action: 'agent.signedOut', subject: { kind: 'agent', id: agent.id } });
    return { agentId: agent.id };
  });
}
