import { createHash } from 'node:crypto';
import { forbidden, userError, type UserError } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { Upload } from '#schema/uploads.ts';
import type { SourceFile, UploadedFile } from '../entities/document.ts';
import type { DocumentRow } from '../rows.ts';
import { FORMATS, type Format } from '../text/blocks.ts';
import { fileFormatOf, FILE_KINDS } from '../text/fileFormat.ts';

/** Undefined for what is no upload of the company, or not any more. */
export type ReadUpload = (uploadId: string) => Upload | undefined;

export interface DocumentPayload {
  readonly document: DocumentRow | null;
  readonly userErrors: readonly UserError[];
}

/** What a document consists of, as a client gives it; undefined or null is not given. */
export interface ContentInput {
  readonly title?: string | null | undefined;
  readonly text?: string | null | undefined;
  readonly uploadId?: string | null | undefined;
  readonly format?: string | null | undefined;
  readonly source?: string | null | undefined;
}

/** What was given, read. */
export interface Content {
  readonly title: string | undefined;
  readonly text: string | undefined;
  readonly format: Format | undefined;
  readonly source: string | null | undefined;
  readonly file: UploadedFile | undefined;
}

const MAX_TEXT_BYTES = 1_000_000;
export const MAX_TITLE = 300;
const MAX_SOURCE = 2_000;

/** @throws GraphQLError `FORBIDDEN` for all but supervisors and administrators: what stands here is told to customers. */
export function writerOf(identity: Identity): { readonly kind: 'agent'; readonly id: string } {
  if (identity.kind === 'agent' && identity.role !== 'AGENT') return { kind: 'agent', id: identity.agentId };
  throw forbidden('Only supervisors and administrators change documents: ask one of them.');
}

/** What is wrong with it, or what it says. */
export function readContent(
  input: ContentInput,
  readUpload: ReadUpload,
): { readonly content: Content; readonly userErrors: readonly UserError[] } {
  const userErrors: UserError[] = [];
  const refuse = (field: keyof ContentInput, code: string, message: string): undefined =>
    void userErrors.push(userError(code, message, ['input', field]));

  function fileOf(uploadId: string): { readonly name: string | null; readonly file: UploadedFile } | undefined {
    const upload = readUpload(uploadId);
    if (!upload) return refuse('uploadId', 'NOT_FOUND', 'There is no such upload (any more): upload it again.');
    const format = fileFormatOf(upload);
    if (!format) return refuse('uploadId', 'UNSUPPORTED', `This kind of file cannot be read: take ${FILE_KINDS}.`);
    return { name: upload.name, file: { fileKey: upload.fileKey, format } };
  }

  const { text } = input;
  const format = input.format == null ? undefined : FORMATS.find((known) => known === input.format);
  if (input.format != null && !format) refuse('format', 'INVALID', `The format is one of ${FORMATS.join(', ')}.`);
  if (text != null && input.uploadId != null) refuse('uploadId', 'INVALID', 'Give a text or an upload, not both.');
  if (text?.trim() === '') refuse('text', 'REQUIRED', 'A document needs a text.');
  if (text != null && Buffer.byteLength(text) > MAX_TEXT_BYTES) {
    refuse('text', 'TOO_LONG', 'A text has at most 1 MB: add it in several documents, or upload it.');
  }
  if ((input.source?.length ?? 0) > MAX_SOURCE) {
    refuse('source', 'TOO_LONG', `A source has at most ${MAX_SOURCE} characters.`);
  }
  for (const field of ['title', 'text', 'source'] as const) {
    if (input[field]?.includes('\0')) refuse(field, 'INVALID', 'Take out the NUL character: it is no text.');
  }
  const upload = input.uploadId == null ? undefined : fileOf(input.uploadId);
  const title = (input.title ?? upload?.name ?? undefined)?.trim();
  if (title === '') refuse('title', 'REQUIRED', 'A document needs a title.');
  if ((title?.length ?? 0) > MAX_TITLE) {
    refuse('title', 'TOO_LONG', `A title has at most ${MAX_TITLE} characters.`);
  }
  const source = input.source === undefined ? undefined : input.source?.trim() || null;
  return { content: { title, text: text ?? undefined, format, source, file: upload?.file }, userErrors };
}

/** Two documents that are alike in all of this are one. */
export interface Identifying {
  readonly title: string;
  readonly text: string;
  readonly format: Format;
  readonly source: string | null;
  readonly file?: SourceFile | null | undefined;
  readonly url?: string | null | undefined;
}

export function contentHashOf({ title, text, format, source, file, url }: Identifying): string {
  if (url != null) return pageHashOf(url);
  const parts = file && 'fileKey' in file ? [title, file.fileKey, file.format, source] : [title, text, format, source];
  return hashOf(parts);
}

/** What stands at an address is one document, whatever it says. */
export function pageHashOf(url: string): string {
  return hashOf(['url', url]);
}

function hashOf(parts: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

export interface AddressInput {
  readonly url?: string | null | undefined;
  readonly refreshHours?: number | null | undefined;
}

const MAX_URL = 2_000;
const MAX_REFRESH_HOURS = 24 * 30;

/** The address as everybody writes it, and how often to read there again; or what is wrong with them. */
export function readAddress({ url: given, refreshHours }: AddressInput): {
  readonly address: string | undefined;
  readonly userErrors: readonly UserError[];
} {
  const userErrors: UserError[] = [];
  const refuse = (field: keyof AddressInput, message: string): void =>
    void userErrors.push(userError('INVALID', message, ['input', field]));
  const url = URL.parse(given?.trim() ?? '');
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.href.length > MAX_URL) {
    refuse('url', `Give an address of at most ${MAX_URL} characters, such as https://example.com/help.`);
  } else if (url.username !== '' || url.password !== '') {
    refuse('url', 'Take the name and password out: everybody who reads the document sees its address.');
  } else url.hash = '';
  if (refreshHours != null && (refreshHours < 1 || refreshHours > MAX_REFRESH_HOURS)) {
    refuse('refreshHours', `It is read again after 1 to ${MAX_REFRESH_HOURS} hours, or not at all.`);
  }
  return { address: userErrors.length > 0 ? undefined : url?.href, userErrors };
}

/** Who writes the same content at the same time comes one after the other. */
export async function lockContent(sql: Sql, companyId: string, contentHash: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${companyId} ${contentHash}`}, 0))`;
}
