import { z } from 'zod';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { isId } from '../ids.ts';
import { placesOfContact } from '../queries/placesOfContact.ts';
import { filledSchema, unfill } from '../rules/fillContact.ts';
import { refuse, writeAsAgent, type AgentTransaction, type Outcome } from './asAgent.ts';
import { audit } from './audit.ts';
import { contactErased, tellContact } from './changeContact.ts';
import { isContactVisible } from './isContactVisible.ts';
import { lockBoth, saveMerged, takeMergeTurn } from './mergeContacts.ts';
import { lockIdentities, moveConversations } from './moveConversations.ts';

const movedSchema = z.object({
  identityIds: z.array(z.guid()),
  noteIds: z.array(z.guid()),
  filled: filledSchema,
});

interface Merge {
  readonly id: string;
  readonly intoId: string;
  readonly fromId: string;
  readonly moved: unknown;
  readonly undoneAt: Date | null;
}

/**
 * Two contacts turn out to be two persons after all. Identities go back with all their conversations, those that began
 * since included; notes go back as far as they are still there. What the kept contact was given by the merge it loses, unless
 * somebody has changed it since.
 */
export async function undoMerge(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  { mergeId }: { readonly mergeId: string },
): Promise<Outcome<{ mergeId: string }>> {
  return writeAsAgent(database, identity, 'contacts:merge', async (transaction) => {
    await takeMergeTurn(transaction);
    const merge = isId(mergeId) ? await findMerge(transaction, mergeId) : undefined;
    if (!merge || !(await isContactVisible(transaction, merge.intoId))) {
      return refuse('NOT_FOUND', 'There is no such merge.', 'mergeId');
    }
    if (merge.undoneAt) return refuse('ALREADY_UNDONE', 'This merge was undone already.', 'mergeId');
    const { intoId, fromId } = merge;
    await lockIdentities(transaction, intoId);
    const [into] = await lockBoth(transaction, intoId, fromId);
    if (!into) throw new Error(`contact ${intoId} is gone, though a merge refers to it`);
    if (into.isErased) return contactErased('mergeId');
    if (into.mergedIntoId !== null) {
      return refuse('MERGED_SINCE', 'The contact was merged into another since: undo that merge first.', 'mergeId');
    }

    const { identityIds, noteIds, filled } = movedSchema.parse(merge.moved);
    await moveConversations(transaction, { identityIds, fromId: intoId, toId: fromId });
    await saveMerged(transaction, intoId, unfill(into, filled));
    await restore(transaction, merge, noteIds);
    const subject = { kind: 'contact', id: intoId };
    await audit(transaction, { action: 'contact.merge.undone', subject, before: { fromId, mergeId: merge.id } });
    await tellContact(transaction, intoId, 'MERGED');
    const { sql, companyId, publish, actor } = transaction;
    const places = await placesOfContact(sql, companyId, intoId);
    const fromPlaces = await placesOfContact(sql, companyId, fromId);
    const data = { mergeId: merge.id, intoId, fromId, undone: true, places, fromPlaces };
    publish({ type: 'conversation.contact.merged', actor, data });
    return { mergeId: merge.id };
  });
}

async function findMerge({ sql, companyId }: AgentTransaction, id: string): Promise<Merge | undefined> {
  const [merge] = await sql<Merge>`
    select id, into_id as "intoId", from_id as "fromId", moved, undone_at as "undoneAt"
    from conversations.contact_merges where company_id = ${companyId} and id = ${id} for update`;
  return merge;
}

async function restore(
  { sql, companyId, agentId }: AgentTransaction,
  { id, intoId, fromId }: Merge,
  noteIds: readonly string[],
): Promise<void> {
  await sql`
    update conversations.contact_notes set contact_id = ${fromId}
    where company_id = ${companyId} and contact_id = ${intoId} and id = any(${noteIds}::uuid[])`;
  await sql`
    update conversations.contacts set merged_into_id = null, version = version + 1
    where company_id = ${companyId} and id = ${fromId}`;
  await sql`
    update conversations.contact_merges set undone_at = now(), undone_by = ${agentId}
    where company_id = ${companyId} and id = ${id}`;
}
