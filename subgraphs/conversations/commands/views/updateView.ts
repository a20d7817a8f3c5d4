import { isDeepStrictEqual } from 'node:util';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationFilter } from '../../queries/conversationFilter.ts';
import { refuse, writeAsAgent, type Outcome } from '../asAgent.ts';
import { nameTaken, readName } from '../directory/inputs.ts';
import { unlessTaken } from '../directory/unlessTaken.ts';
import { auditView } from './auditView.ts';
import { nameOf } from './createView.ts';
import { lockView, type ViewInput } from './lockView.ts';
import { readFilter, type Visibility } from './viewInput.ts';

/** Another name, filter or visibility; what is left out stays. Only its owner takes a shared view back. */
export async function updateView(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: ViewInput & {
    readonly name?: string | null | undefined;
    readonly visibility?: Visibility | null | undefined;
    readonly filter?: ConversationFilter | null | undefined;
  },
): Promise<Outcome<{ viewId: string }>> {
  const update = () =>
    writeAsAgent(database, identity, 'views:manage', async (transaction) => {
      const view = await lockView(transaction, input);
      if ('userErrors' in view) return view;
      const name = input.name == null ? view.name : readName(input.name);
      if (typeof name !== 'string') return name;
      const filter = input.filter == null ? view.filter : readFilter(transaction, input.filter);
      if ('userErrors' in filter) return filter;
      const visibility = input.visibility ?? view.visibility;
      const { sql, companyId, agentId } = transaction;
      if (visibility === 'PRIVATE' && view.ownerId !== agentId) {
        return refuse('NOT_YOURS', 'Only its owner can make a view private: delete it, or change it.', 'visibility');
      }
      const { id } = view;
      const isSame = name === view.name && visibility === view.visibility && isDeepStrictEqual(filter, view.filter);
      if (isSame) return { viewId: id };
      await sql`
        update conversations.saved_views
        set name = ${name}, visibility = ${visibility}, filter = ${JSON.stringify(filter)}::jsonb, version = version + 1
        where company_id = ${companyId} and id = ${id}`;
      await auditView(transaction, 'view.updated', { id, before: view, after: { name, visibility, filter } });
      return { viewId: id };
    });
  return unlessTaken(nameOf('SHARED'), nameTaken(), () => unlessTaken(nameOf('PRIVATE'), nameTaken(), update));
}
