import { defineEntity, p } from '@mikro-orm/postgresql';
import type { Format } from '../text/blocks.ts';

export type DocumentStatus = 'QUEUED' | 'INDEXED' | 'FAILED';

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
    status: p.text().$type<DocumentStatus>(),
    error: p.text().strictNullable(),
    chunkCount: p.integer(),
    version: p.integer(),
    // Of everything that the company wrote: the same document twice is one.
    contentHash: p.text(),
    updatedAt: p.datetime(),
  },
});
