import { z } from 'zod';
import type { Actor } from '#platform/events/catalogue.ts';
import { userError, type UserError } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database, WriteTransaction } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { countUp } from '../queries/indexState.ts';
import { countImported } from './countImported.ts';
import { writerOf } from './documentContent.ts';

const guid = z.guid();

/**
 * Removes a document for the supervisors and administrators of a company: from then on nothing of it is found, and what the
 * index holds of it goes.
 *
 * @throws GraphQLError `FORBIDDEN` for everybody else.
 */
export async function removeDocument(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  { id }: { readonly id: string },
): Promise<{ readonly documentId: string | null; readonly userErrors: readonly UserError[] }> {
  const actor = writerOf(identity);
  const { companyId } = identity;
  const [removed] = guid.safeParse(id).success
    ? await database.write(companyId, (transaction) => dropDocuments(transaction, companyId, actor, [id]))
    : [];
  if (removed !== undefined) return { documentId: removed, userErrors: [] };
  const message = 'There is no such document (any more): load the list again.';
  return { documentId: null, userErrors: [userError('NOT_FOUND', message, ['input', 'id'])] };
}

/** The write itself. @returns those that were there */
export async function dropDocuments(
  transaction: WriteTransaction<SwitchboardCatalogue>,
  companyId: string,
  actor: Actor,
  ids: readonly string[],
): Promise<string[]> {
  const { sql, publish } = transaction;
  const removed = await sql<{ id: string; importId: string | null; importWaits: boolean }>`
    delete from knowledge.documents where company_id = ${companyId} and id = any(${ids}::uuid[])
    returning id, import_id as "importId", import_waits as "importWaits"`;
  for (const document of removed) {
    publish({ type: 'knowledge.document.removed', actor, data: { documentId: document.id } });
    // What waited for it has nothing more to wait for.
    await countImported(transaction, companyId, document, { failed: false });
  }
  if (removed.length > 0) await countUp(sql, companyId);
  return removed.map(({ id }) => id);
}
