import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Outcome } from '../asAgent.ts';
import { changeTeam, type TeamInput } from './changeTeam.ts';

/** Its conversations that go on are taken from it afterwards, one by one; what is resolved still says that it was the team's. */
export async function deleteTeam(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: TeamInput,
): Promise<Outcome<{ teamId: string }>> {
  return changeTeam(database, identity, input, 'DELETED', async ({ sql, companyId }, team) => {
    await sql`delete from conversations.team_members where company_id = ${companyId} and team_id = ${team.id}`;
    await sql`
      update conversations.teams set deleted_at = now(), version = version + 1
      where company_id = ${companyId} and id = ${team.id}`;
    return team;
  });
}
