import { fragment } from '#platform/postgres/sql.ts';
import type { Citation } from '#schema/events/bot.ts';
import type { DocumentProgress, DocumentStatus } from './entities/document.ts';

/** What the graph shows of a document: everything but the text. */
export interface DocumentRow {
  readonly id: string;
  readonly title: string;
  readonly source: string | null;
  readonly status: DocumentStatus;
  readonly error: string | null;
  readonly progress: DocumentProgress | null;
  readonly chunkCount: number;
  readonly version: number;
  /** The version that searches find; 0: none. */
  readonly indexedVersion: number;
  readonly language: string | null;
  readonly url: string | null;
  readonly refreshHours: number | null;
  readonly updatedAt: Date;
}

export type ImportStatus = 'READING' | 'RUNNING' | 'DONE' | 'FAILED';

/** The pages of a sitemap on their way to be documents. */
export interface ImportRow {
  readonly id: string;
  readonly url: string;
  readonly refreshHours: number | null;
  readonly status: ImportStatus;
  readonly error: string | null;
  readonly total: number | null;
  readonly doneCount: number;
  readonly failedCount: number;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

export const importColumns = fragment`
  id, url, refresh_hours as "refreshHours", status, error, total, done_count as "doneCount",
  failed_count as "failedCount", created_at as "createdAt", ended_at as "endedAt"`;

export const documentColumns = fragment`
  id, title, source, status, error, progress, chunk_count as "chunkCount", version, indexed_version as "indexedVersion", language, url, refresh_hours as "refreshHours",
  updated_at as "updatedAt"`;

/** A passage whose document is still what it was found in. */
export interface SearchHitRow {
  readonly document: DocumentRow;
  readonly heading: string;
  readonly text: string;
  readonly score: number;
}

export interface CitationRow extends Citation {}
