import { LockMode } from '@mikro-orm/postgresql';
import { v7 } from 'uuid';
import type { Actor } from '#platform/events/catalogue.ts';
import { userError } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Document, type SourceFile } from '../entities/document.ts';
import type { DocumentRow } from '../rows.ts';
import type { Format } from '../text/blocks.ts';
import {
  contentHashOf,
  lockContent,
  pageHashOf,
  readAddress,
  readContent,
  writerOf,
  type AddressInput,
  type ContentInput,
  type DocumentPayload,
  type ReadUpload,
} from './documentContent.ts';
import { queuePages } from './queuePages.ts';

export interface NewDocument {
  readonly title: string;
  /** Empty while it has still to be read from the file. */
  readonly text: string;
  readonly format: Format;
  readonly source: string | null;
  readonly file?: SourceFile | undefined;
}

/**
 * Adds a document for the supervisors and administrators of a company; it is found once it is indexed.
 *
 * @throws GraphQLError `FORBIDDEN` for everybody else.
 */
export async function addDocument(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: ContentInput & AddressInput,
  readUpload: ReadUpload,
): Promise<DocumentPayload> {
  const actor = writerOf(identity);
  if (input.url != null) return addPage(database, identity.companyId, actor, input, readUpload);
  const { content, userErrors } = readContent(input, readUpload);
  const { title, text = '', format = 'MARKDOWN', source = null, file } = content;
  const missing = [
    ...(input.title == null && input.uploadId == null ? [required('title', 'A document needs a title.')] : []),
    ...(input.text == null && input.uploadId == null
      ? [required('text', 'A document needs a text, an upload or an address.')]
      : []),
    ...(input.refreshHours == null ? [] : [invalid('refreshHours', 'Only what stands at an address is read again.')]),
  ];
  if (title === undefined || userErrors.length + missing.length > 0) {
    return { document: null, userErrors: [...userErrors, ...missing] };
  }
  const document = await saveDocument(database, identity.companyId, actor, { title, text, format, source, file });
  return { document, userErrors: [] };
}

async function addPage(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  actor: Actor,
  input: ContentInput & AddressInput,
  readUpload: ReadUpload,
): Promise<DocumentPayload> {
  const { address: url, userErrors } = readAddress(input);
  const { content, userErrors: others } = readContent(input, readUpload);
  const isMixed = input.text != null || input.uploadId != null;
  const mixed = isMixed ? [invalid('url', 'Give a text, an upload or an address, not several of them.')] : [];
  const refusals = [...mixed, ...userErrors, ...others];
  if (url === undefined || refusals.length > 0) return { document: null, userErrors: refusals };
  const { title = null, source = null } = content;
  const pages = { urls: [url], refreshHours: input.refreshHours ?? null, title, source, importId: null };
  const contentHash = pageHashOf(url);
  const document = await database.write(companyId, async (transaction) => {
    await queuePages(transaction, companyId, actor, pages);
    return transaction.em.findOneOrFail(Document, { companyId, contentHash });
  });
  return { document, userErrors: [] };
}

function invalid(field: string, message: string) {
  return userError('INVALID', message, ['input', field]);
}

function required(field: string, message: string) {
  return userError('REQUIRED', message, ['input', field]);
}

/** The write itself. The same document twice is one document, and one that failed is tried again. */
export async function saveDocument(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  actor: Actor,
  newDocument: NewDocument,
): Promise<DocumentRow> {
  const { title, text, format, source, file } = newDocument;
  const contentHash = contentHashOf(newDocument);
  return database.write(companyId, async ({ em, sql, publish }) => {
    await lockContent(sql, companyId, contentHash);
    const [added] = await sql`
      insert into knowledge.documents (company_id, id, title, text, format, source, file, content_hash)
      values (${companyId}, ${v7()}, ${title}, ${text}, ${format}, ${source}, ${file && JSON.stringify(file)}::jsonb,
              ${contentHash})
      on conflict (company_id, content_hash) do nothing
      returning id`;
    const where = { companyId, contentHash };
    const document = await em.findOneOrFail(Document, where, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (added || document.status === 'FAILED') {
      Object.assign(document, { status: 'QUEUED', error: null, updatedAt: new Date() });
      publish({ type: 'knowledge.document.added', actor, data: { documentId: document.id } });
    }
    return document;
  });
}
