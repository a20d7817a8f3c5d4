import { fragment, type Sql } from '#platform/postgres/sql.ts';
import type { SavedViewRow } from '../rows.ts';
import type { Viewer } from './viewer.ts';

const MAX_LISTED = 1_000;
const columns = fragment`v.id, v.name, v.visibility, v.filter, v.owner_id as "ownerId", v.version`;

/** Partners and services own none, and shared ones are for agents. */
function visibleTo({ companyId, agentId }: Viewer) {
  return fragment`v.company_id = ${companyId} and ${agentId}::uuid is not null
    and (v.owner_id = ${agentId}::uuid or v.visibility = 'SHARED')`;
}

/** In the viewer's own order, then by name. */
export async function listViews(sql: Sql, viewer: Viewer): Promise<SavedViewRow[]> {
  return sql<SavedViewRow>`
    select ${columns} from conversations.saved_views v
    left join conversations.saved_view_positions p
      on p.company_id = v.company_id and p.view_id = v.id and p.agent_id = ${viewer.agentId}::uuid
    where ${visibleTo(viewer)}
    order by p.position nulls last, lower(v.name), v.id limit ${MAX_LISTED}`;
}

export async function viewsByIds(sql: Sql, viewer: Viewer, ids: readonly string[]): Promise<SavedViewRow[]> {
  return sql<SavedViewRow>`
    select ${columns} from conversations.saved_views v where ${visibleTo(viewer)} and v.id = any(${ids}::uuid[])`;
}
