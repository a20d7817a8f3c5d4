import { defineEntity, p } from '@mikro-orm/postgresql';
import type { Format } from '../text/blocks.ts';
import type { FileFormat } from '../text/fileFormat.ts';

export type DocumentStatus = 'QUEUED' | 'INDEXED' | 'FAILED';

/** A file that was uploaded. It is kept for some hours, which is long enough to read it. */
export interface SourceFile {
  readonly fileKey: string;
  readonly format: FileFormat;
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
    chunkCount: p.integer(),
    /** Of what the company wrote; counts up with every change. */
    version: p.integer(),
    /** The version that searches find; 0 until there is one. */
    indexedVersion: p.integer(),
    language: p.text().strictNullable(),
    // Of everything that the company wrote: the same document twice is one.
    contentHash: p.text(),
    updatedAt: p.datetime(),
  },
});
