import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import {
  refuse,
  refuseIfOutdated,
  writeAsAgent,
  type AgentTransaction,
  type Outcome,
  type Refusal,
} from '../asAgent.ts';
import { lockTeam, tellTeam } from './teams.ts';

export interface TeamInput {
  readonly teamId: string;
  readonly expectedVersion?: number | null | undefined;
}

interface Held {
  readonly id: string;
  readonly name: string;
}

/** One change of a team that is there. `make` writes and says how the team is now; undefined: it was so already. */
export async function changeTeam(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: TeamInput,
  change: 'UPDATED' | 'DELETED',
  make: (transaction: AgentTransaction, team: Held) => Promise<Held | Refusal | undefined>,
): Promise<Outcome<{ teamId: string }>> {
  return writeAsAgent(database, identity, 'teams:manage', async (transaction) => {
    const team = await lockTeam(transaction, input.teamId);
    if (!team) return refuse('NOT_FOUND', 'There is no such team.', 'teamId');
    const outdated = refuseIfOutdated('The team has', team.version, input.expectedVersion);
    if (outdated) return outdated;
    const changed = await make(transaction, team);
    if (changed && 'userErrors' in changed) return changed;
    if (changed) await tellTeam(transaction, change, changed);
    return { teamId: team.id };
  });
}
