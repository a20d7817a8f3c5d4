import { LockMode } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { userError } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Document } from '../entities/document.ts';
import { writerOf, type DocumentPayload } from './documentContent.ts';

const guid = z.guid();

/**
 * Reads a document anew for the supervisors and administrators of a company: at its address, where it has one, and else what it says
 * itself. What it said is found until what it says now is indexed; one that waits already goes on waiting.
 *
 * @throws GraphQLError `FORBIDDEN` for everybody else.
 */
export async function refreshDocument(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  { id }: { readonly id: string },
): Promise<DocumentPayload> {
  const actor = writerOf(identity);
  const { companyId } = identity;
  if (!guid.safeParse(id).success) return missing();
  return database.write(companyId, async ({ em, publish }) => {
    const document = await em.findOne(Document, { companyId, id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!document) return missing();
    if (document.status === 'QUEUED') return { document, userErrors: [] };
    Object.assign(document, { status: 'QUEUED', error: null, updatedAt: new Date() });
    if (document.url !== null) {
      Object.assign(document, { file: { url: document.url }, readAt: new Date(), readTries: 0 });
      const data = {
        documentId: id,
        documentVersion: document.version,
        stage: 'WAITING',
        done: 0,
        total: null,
      } as const;
      publish({ type: 'knowledge.document.progressed', actor, data });
    } else {
      const data = { documentId: id, documentVersion: document.version };
      publish({ type: 'knowledge.document.changed', actor, data });
    }
    return { document, userErrors: [] };
  });
}

function missing(): DocumentPayload {
  const message = 'There is no such document (any more): load the list again.';
  return { document: null, userErrors: [userError('NOT_FOUND', message, ['input', 'id'])] };
}
