import { LockMode, type InferEntity } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { userError } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Document } from '../entities/document.ts';
import {
  contentHashOf,
  lockContent,
  readContent,
  writerOf,
  type ContentInput,
  type DocumentPayload,
  type Identifying,
  type ReadUpload,
} from './documentContent.ts';

export interface UpdateDocumentInput extends ContentInput {
  readonly id: string;
  readonly expectedVersion?: number | null | undefined;
}

const guid = z.guid();

/**
 * Changes a document for the supervisors and administrators of a company. What it said before is found until what it says now
 * is indexed, and also when that cannot be. What is left out stays.
 *
 * @throws GraphQLError `FORBIDDEN` for everybody else.
 */
export async function updateDocument(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: UpdateDocumentInput,
  readUpload: ReadUpload,
): Promise<DocumentPayload> {
  const actor = writerOf(identity);
  const { companyId } = identity;
  const { content, userErrors } = readContent(input, readUpload);
  if (userErrors.length > 0) return { document: null, userErrors };
  if (!guid.safeParse(input.id).success) return missing();
  return database.write(companyId, async ({ em, sql, publish }) => {
    const options = { lockMode: LockMode.PESSIMISTIC_WRITE, populate: ['text'] } as const;
    const document = await em.findOne(Document, { companyId, id: input.id }, options);
    if (!document) return missing();
    if (input.expectedVersion != null && input.expectedVersion !== document.version) {
      return refused('CONFLICT', `It is at version ${document.version}: load it again.`, 'expectedVersion');
    }
    const next = nextContent(document, content);
    const contentHash = contentHashOf(next);
    const isSame =
      contentHash === document.contentHash && next.title === document.title && next.source === document.source;
    if (isSame && document.status !== 'FAILED') return { document, userErrors: [] };
    await lockContent(sql, companyId, contentHash);
    const [other] = await sql`
      select id from knowledge.documents
      where company_id = ${companyId} and content_hash = ${contentHash} and id <> ${document.id}`;
    if (other) return refused('DUPLICATE', 'Another document says exactly this: remove one of them.', 'text');
    const version = document.version + 1;
    Object.assign(document, {
      ...next,
      contentHash,
      version,
      status: 'QUEUED',
      error: null,
      progress: null,
      updatedAt: new Date(),
    });
    placeOnTheWeb(document);
    publish({
      type: 'knowledge.document.changed',
      actor,
      data: { documentId: document.id, documentVersion: version },
    });
    return { document, userErrors: [] };
  });
}

type Stored = Identifying;

/** A new text takes the place of a file that was not read yet, and the other way round. */
function nextContent(stored: Stored, content: ReturnType<typeof readContent>['content']): Stored {
  const { title = stored.title, text, format, source, file } = content;
  return {
    title,
    text: text ?? stored.text,
    // A text without a word about its format is of the same as before.
    format: format ?? stored.format,
    source: source === undefined ? stored.source : source,
    file: file ?? (text === undefined ? (stored.file ?? null) : null),
    // What is written or uploaded is not read from the web any more.
    url: file === undefined && text === undefined ? (stored.url ?? null) : null,
  };
}

/** What has left its address is not read there any more; what was not read yet is read now, and shown as what it is called now. */
function placeOnTheWeb(document: InferEntity<typeof Document>): void {
  if (document.url === null) Object.assign(document, { host: null, refreshHours: null, readAt: null });
  else if (document.file) document.readAt = new Date();
}

function missing(): DocumentPayload {
  return refused('NOT_FOUND', 'There is no such document (any more): load the list again.', 'id');
}

function refused(code: string, message: string, field: string): DocumentPayload {
  return { document: null, userErrors: [userError(code, message, ['input', field])] };
}
