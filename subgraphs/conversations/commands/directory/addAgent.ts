import { v7 } from 'uuid';
import type { Identity, Role } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { refuse, writeAsAgent, type Outcome } from '../asAgent.ts';
import { audit } from '../audit.ts';
import { tellAgent } from './agents.ts';
import { readEmail, readName } from './inputs.ts';

/** Who was deactivated and comes back by the same address is the same agent, with all that they wrote; as an admin without a limit. */
export async function addAgent(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly name: string; readonly email: string; readonly role: Role },
): Promise<Outcome<{ agentId: string }>> {
  return writeAsAgent(database, identity, 'agents:manage', async (transaction) => {
    const name = readName(input.name);
    if (typeof name !== 'string') return name;
    const email = readEmail(input.email);
    if (typeof email !== 'string') return email;
    const { sql, companyId } = transaction;
    const [added] = await sql<{ id: string }>`
      insert into conversations.agents as a (company_id, id, name, email, role)
      values (${companyId}, ${v7()}, ${name}, ${email}, ${input.role})
      on conflict (company_id, lower(email)) do update
        set name = excluded.name, email = excluded.email, role = excluded.role, deactivated_at = null, cleared_at = null,
          limited_to_teams = a.limited_to_teams and excluded.role <> 'ADMIN', version = a.version + 1
        where a.deactivated_at is not null
      returning id`;
    if (!added) return refuse('EMAIL_TAKEN', 'An agent has this address already.', 'email');
    tellAgent(transaction, 'ADDED', { id: added.id, name, email, role: input.role });
    await audit(transaction, {
      action: 'agent.added',
      subject: { kind: 'agent', id: added.id },
      after: { name, email, role: input.role },
    });
    return { agentId: added.id };
  });
}
