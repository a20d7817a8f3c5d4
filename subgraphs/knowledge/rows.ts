import { fragment } from '#platform/postgres/sql.ts';
import type { Citation } from '#schema/events/bot.ts';
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
  /** The version that searches find; 0: none. */
  readonly indexedVersion: number;
  readonly language: string | null;
  readonly updatedAt: Date;
}

export const documentColumns = fragment`
  id, title, source, status, error, chunk_count as "chunkCount", version, indexed_version as "indexedVersion", language,
  updated_at as "updatedAt"`;

/** A passage whose document is still what it was found in. */
export interface SearchHitRow {
  readonly document: DocumentRow;
  readonly heading: string;
  readonly text: string;
  readonly score: number;
}

export interface CitationRow extends Citation {}
