import { defineEntity, p } from '@mikro-orm/postgresql';
import type { Format } from '../text/blocks.ts';
import type { FileFormat } from '../text/fileFormat.ts';

export type DocumentStatus = 'QUEUED' | 'INDEXED' | 'FAILED';

/** A file that was uploaded, which is kept for some hours: long enough to read it. */
export interface UploadedFile {
  readonly fileKey: string;
  readonly format: FileFormat;
}

/** What a document's text has to be read from. */
export type SourceFile = UploadedFile | { readonly url: string };

/** How far a version of a document is on its way to be found. */
export interface DocumentProgress {
  readonly stage: 'WAITING' | 'READING' | 'INDEXING';
  /** Of its passages. */
  readonly done: number;
  /** Null until somebody knows. */
  readonly total: number | null;
}

/** A text of the company's own that answers come from. */
export const Document = defineEntity({
  name: 'Document',
  tableName: 'documents',
  properties: {
    companyId: p.uuid().primary(),
    id: p.uuid().primary(),
    title: p.text(),
    // Up to a megabyte that a change of the status has no use for.
    text: p.text().lazy(),
    format: p.text().$type<Format>(),
    source: p.text().strictNullable(),
    /** What the text of this version has still to be read from. */
    file: p.json<SourceFile>().strictNullable(),
    status: p.text().$type<DocumentStatus>(),
    error: p.text().strictNullable(),
    /** While somebody works on it. */
    progress: p.json<DocumentProgress>().strictNullable(),
    chunkCount: p.integer(),
    /** Of what the company wrote; counts up with every change. */
    version: p.integer(),
    /** The version that searches find; 0 until there is one. */
    indexedVersion: p.integer(),
    /** Where it stands on the web. */
    url: p.text().strictNullable(),
    refreshHours: p.integer().strictNullable(),
    /** When it is read there next; while somebody reads it, when that has failed without a word. */
    readAt: p.datetime().strictNullable(),
    /** How often that failed for reasons that pass. */
    readTries: p.integer(),
    /** The import that named it last, and whether that waits for it. */
    importId: p.uuid().strictNullable(),
    importWaits: p.boolean(),
    language: p.text().strictNullable(),
    // Of everything that the company wrote: the same document twice is one.
    contentHash: p.text(),
    updatedAt: p.datetime(),
  },
});
