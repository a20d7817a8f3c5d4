import { createHash } from 'node:crypto';
import { LockMode } from '@mikro-orm/postgresql';
import { v7 } from 'uuid';
import { forbidden, userError, type UserError } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Actor } from '#platform/events/catalogue.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Document } from '../entities/document.ts';
import type { DocumentRow } from '../rows.ts';
import { FORMATS, type Format } from '../text/blocks.ts';

export interface NewDocument {
  readonly title: string;
  readonly text: string;
  readonly format: Format;
  readonly source: string | null;
}

/** As a client sends it. */
export interface AddDocumentInput {
  readonly title: string;
  readonly text: string;
  readonly format?: string | null | undefined;
  readonly source?: string | null | undefined;
}

const MAX_TEXT_BYTES = 1_000_000;
const MAX_TITLE = 300;
const MAX_SOURCE = 2_000;

/**
 * Adds a document for the supervisors and administrators of a company; it is found once it is indexed.
 *
 * @throws GraphQLError `FORBIDDEN` for everybody else: what stands here is told to customers.
 */
export async function addDocument(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: AddDocumentInput,
): Promise<{ document: DocumentRow | null; userErrors: readonly UserError[] }> {
  if (identity.kind !== 'agent' || identity.role === 'AGENT') {
    throw forbidden('Only supervisors and administrators add documents: ask one of them.');
  }
  const format = FORMATS.find((known) => known === (input.format ?? 'MARKDOWN'));
  const userErrors = problems(input, format);
  if (userErrors.length > 0 || !format) return { document: null, userErrors };
  const { text, source } = input;
  const newDocument = { title: input.title.trim(), text, format, source: source?.trim() || null };
  const actor = { kind: 'agent', id: identity.agentId } as const;
  return { document: await saveDocument(database, identity.companyId, actor, newDocument), userErrors: [] };
}

/** The write itself. The same document twice is one document, and one that failed is tried again. */
export async function saveDocument(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  actor: Actor,
  { title, text, format, source }: NewDocument,
): Promise<DocumentRow> {
  const contentHash = createHash('sha256')
    .update(JSON.stringify([title, text, format, source]))
    .digest('base64url');
  return database.write(companyId, async ({ em, sql, publish }) => {
    const [added] = await sql`
      insert into knowledge.documents (company_id, id, title, text, format, source, content_hash)
      values (${companyId}, ${v7()}, ${title}, ${text}, ${format}, ${source}, ${contentHash})
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

function problems({ title, text, source }: AddDocumentInput, format: Format | undefined): UserError[] {
  const found: UserError[] = [];
  const refuse = (field: string, code: string, message: string) =>
    found.push(userError(code, message, ['input', field]));
  if (title.trim() === '') refuse('title', 'REQUIRED', 'A document needs a title.');
  if (title.length > MAX_TITLE) refuse('title', 'TOO_LONG', `A title has at most ${MAX_TITLE} characters.`);
  if (text.trim() === '') refuse('text', 'REQUIRED', 'A document needs a text.');
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES) {
    refuse('text', 'TOO_LONG', 'A text has at most 1 MB: add it in several documents.');
  }
  if (source != null && source.length > MAX_SOURCE) {
    refuse('source', 'TOO_LONG', `A source has at most ${MAX_SOURCE} characters.`);
  }
  if (!format) refuse('format', 'INVALID', `The format is one of ${FORMATS.join(', ')}.`);
  for (const [field, value] of Object.entries({ title, text, source })) {
    if (value?.includes('\0')) refuse(field, 'INVALID', 'Take out the NUL character: it is no text.');
  }
  return found;
}
