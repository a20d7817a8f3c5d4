import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { refuse, writeAsAgent, type Outcome } from '../asAgent.ts';
import { nameTaken, readName } from './inputs.ts';
import { tellTeam } from './teams.ts';
import { unlessTaken } from './unlessTaken.ts';

/** As many as one menu lists. */
const MOST = 1_000;

export async function createTeam(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly name: string },
): Promise<Outcome<{ teamId: string }>> {
  return unlessTaken('teams_name', nameTaken(), () =>
    writeAsAgent(database, identity, 'teams:manage', async (transaction) => {
      const name = readName(input.name);
      if (typeof name !== 'string') return name;
      const { sql, companyId } = transaction;
      const id = v7();
      const created = await sql`
        insert into conversations.teams (company_id, id, name)
        select ${companyId}, ${id}, ${name}
        where (select count(*) from conversations.teams where company_id = ${companyId} and deleted_at is null) < ${MOST}
        returning 1 as created`;
      if (created.length === 0) {
        return refuse('TOO_MANY', `A company has at most ${MOST} teams: delete some first.`, 'name');
      }
      await tellTeam(transaction, 'CREATED', { id, name });
      return { teamId: id };
    }),
  );
}
