import { fragment } from '#platform/postgres/sql.ts';
import type { DocumentStatus } from './entities/document.ts';

/** What the graph shows of a document: everything but the text. */
export interface DocumentRow {
  readonly id: string;
  readonly title: string;
  readonly source: string | null;
  readonly status: DocumentStatus;
  readonly error: string | null;
  readonly chunkCount: number;
  readonly version: number;
  readonly updatedAt: Date;
}

export const documentColumns = fragment`
  id, title, source, status, error, chunk_count as "chunkCount", version, updated_at as "updatedAt"`;

/** A passage whose document is still what it was found in. */
export interface SearchHitRow {
  readonly document: DocumentRow;
  readonly text: string;
  readonly score: number;
}
