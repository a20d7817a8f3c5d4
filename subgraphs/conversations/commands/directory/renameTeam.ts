import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Outcome } from '../asAgent.ts';
import { changeTeam, type TeamInput } from './changeTeam.ts';
import { nameTaken, readName } from './inputs.ts';
import { unlessTaken } from './unlessTaken.ts';

export async function renameTeam(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: TeamInput & { readonly name: string },
): Promise<Outcome<{ teamId: string }>> {
  return unlessTaken('teams_name', nameTaken(), () =>
    changeTeam(database, identity, input, 'UPDATED', async ({ sql, companyId }, team) => {
      const name = readName(input.name);
      if (typeof name !== 'string') return name;
      if (name === team.name) return undefined;
      await sql`
        update conversations.teams set name = ${name}, version = version + 1
        where company_id = ${companyId} and id = ${team.id}`;
      return { id: team.id, name };
    }),
  );
}
