import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationFilter } from '../../queries/conversationFilter.ts';
import { refuse, writeAsAgent, type Outcome } from '../asAgent.ts';
import { nameTaken, readName } from '../directory/inputs.ts';
import { unlessTaken } from '../directory/unlessTaken.ts';
import { auditView } from './auditView.ts';
import { readFilter, type Visibility } from './viewInput.ts';

/** Of one agent. */
const MOST = 100;

export async function createView(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly name: string; readonly visibility: Visibility; readonly filter: ConversationFilter },
): Promise<Outcome<{ viewId: string }>> {
  const { visibility } = input;
  return unlessTaken(nameOf(visibility), nameTaken(), () =>
    writeAsAgent(database, identity, 'views:manage', async (transaction) => {
      const name = readName(input.name);
      if (typeof name !== 'string') return name;
      const filter = readFilter(transaction, input.filter);
      if ('userErrors' in filter) return filter;
      const { sql, companyId, agentId } = transaction;
      const id = v7();
      const created = await sql`
        insert into conversations.saved_views (company_id, id, owner_id, name, visibility, filter, created_at)
        select ${companyId}, ${id}, ${agentId}, ${name}, ${visibility}, ${JSON.stringify(filter)}::jsonb, now()
        where (select count(*) from conversations.saved_views
               where company_id = ${companyId} and owner_id = ${agentId}) < ${MOST}
        returning 1 as created`;
      if (created.length === 0) return refuse('TOO_MANY', `You have ${MOST} views: delete some first.`, 'name');
      await auditView(transaction, 'view.created', { id, after: { name, visibility, filter } });
      return { viewId: id };
    }),
  );
}

/** The constraint that keeps names of such views apart. */
export function nameOf(visibility: Visibility): string {
  return visibility === 'SHARED' ? 'saved_views_shared_name' : 'saved_views_private_name';
}
