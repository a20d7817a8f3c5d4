import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

export interface ConversationsSeed {
  readonly companyId: string;
  readonly agents: readonly {
    readonly id: string;
    readonly email: string;
    readonly name: string;
    readonly role: 'AGENT' | 'SUPERVISOR' | 'ADMIN';
  }[];
  readonly teams: readonly { readonly id: string; readonly name: string; readonly memberIds: readonly string[] }[];
  readonly labels: readonly { readonly id: string; readonly name: string; readonly color: string }[];
}

/** Whom a company's inbox has to begin with. What is there already stays as it is, so it can be repeated at every start. */
export async function seedConversations(
  database: Database<SwitchboardCatalogue>,
  { companyId, agents, teams, labels }: ConversationsSeed,
): Promise<void> {
  const members = teams.flatMap(({ id, memberIds }) =>
    memberIds.map((agentId) => ({ team_id: id, agent_id: agentId })),
  );
  await database.write(companyId, async ({ sql }) => {
    await sql`
      insert into conversations.agents (company_id, id, name, email, role)
      select ${companyId}, id, name, email, role
      from jsonb_to_recordset(${JSON.stringify(agents)}::jsonb) as a (id uuid, name text, email text, role text)
      on conflict do nothing`;
    await sql`
      insert into conversations.teams (company_id, id, name)
      select ${companyId}, id, name
      from jsonb_to_recordset(${JSON.stringify(teams)}::jsonb) as t (id uuid, name text)
      on conflict do nothing`;
    await sql`
      insert into conversations.team_members (company_id, team_id, agent_id)
      select ${companyId}, team_id, agent_id
      from jsonb_to_recordset(${JSON.stringify(members)}::jsonb) as m (team_id uuid, agent_id uuid)
      on conflict do nothing`;
    await sql`
      insert into conversations.labels (company_id, id, name, color)
      select ${companyId}, id, name, color
      from jsonb_to_recordset(${JSON.stringify(labels)}::jsonb) as l (id uuid, name text, color text)
      on conflict do nothing`;
  });
}

/** New conversations of the company begin with a bot, unless its admins have said how they want it. */
export async function seedBot(
  database: Database<SwitchboardCatalogue>,
  { companyId, name, timeZone }: { readonly companyId: string; readonly name: string; readonly timeZone: string },
): Promise<void> {
  await database.write(companyId, async ({ sql }) => {
    await sql`
      insert into conversations.bot_settings (company_id, enabled, name, time_zone)
      values (${companyId}, true, ${name}, ${timeZone}) on conflict do nothing`;
  });
}
