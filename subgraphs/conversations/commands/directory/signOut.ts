import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { writeAsAgent, type Outcome } from '../asAgent.ts';
import { audit } from '../audit.ts';
import { endSessions } from './agents.ts';

/** The agent signs out on all devices: the token that they do it with is worth nothing either, once it is done. */
export async function signOut(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
): Promise<Outcome<{ agentId: string }>> {
  return writeAsAgent(database, identity, 'own:keep', async (transaction) => {
    const { agentId } = transaction;
    await endSessions(transaction, agentId);
    await audit(transaction, { action: 'agent.signedOut', subject: { kind: 'agent', id: agentId } });
    return { agentId };
  });
}
