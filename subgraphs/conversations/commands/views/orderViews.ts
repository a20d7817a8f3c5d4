import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { isId } from '../../ids.ts';
import { refuse, writeAsAgent, type Outcome } from '../asAgent.ts';

/** As many as an agent can see of their own, and more shared ones than one looks at. */
const MOST = 500;

/** The agent's own order, which is nobody else's business; views that are not named come behind, by name. */
export async function orderViews(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly viewIds: readonly string[] },
): Promise<Outcome<{ ordered: number }>> {
  return writeAsAgent(database, identity, 'views:manage', async ({ sql, companyId, agentId }) => {
    const ids = [...new Set(input.viewIds.map((id) => id.toLowerCase()))];
    if (ids.length > MOST) return refuse('TOO_MANY', `An order has at most ${MOST} views.`, 'viewIds');
    // Two orders of one agent at the same moment, on two devices: one after the other.
    await sql`select from conversations.agents where company_id = ${companyId} and id = ${agentId} for no key update`;
    const views = await sql<{ id: string }>`
      select id from conversations.saved_views
      where company_id = ${companyId} and id = any(${ids.filter(isId)}::uuid[])
        and (owner_id = ${agentId} or visibility = 'SHARED')
      for key share`;
    if (views.length < ids.length) return refuse('NOT_FOUND', 'Not all of these are views of yours.', 'viewIds');
    await sql`
      delete from conversations.saved_view_positions where company_id = ${companyId} and agent_id = ${agentId}`;
    await sql`
      insert into conversations.saved_view_positions (company_id, agent_id, view_id, position)
      select ${companyId}, ${agentId}, view_id, position
      from unnest(${ids}::uuid[]) with ordinality as v (view_id, position)`;
    return { ordered: ids.length };
  });
}
