import { extname } from 'node:path';
import type { Format } from './blocks.ts';

/** What a file can be read as: a text in one of our formats, or what a text is taken out of. */
export type FileFormat = Format | 'PDF' | 'DOCX';

/** For people. */
export const FILE_KINDS = 'Markdown, HTML, plain text, CSV, PDF or DOCX';

const byType: Readonly<Record<string, FileFormat>> = {
  'application/pdf': 'PDF',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'DOCX',
  'application/xhtml+xml': 'HTML',
  'text/csv': 'CSV',
  'text/html': 'HTML',
  'text/markdown': 'MARKDOWN',
  'text/x-markdown': 'MARKDOWN',
};

const byExtension: Readonly<Record<string, FileFormat>> = {
  '.csv': 'CSV',
  '.docx': 'DOCX',
  '.htm': 'HTML',
  '.html': 'HTML',
  '.markdown': 'MARKDOWN',
  '.md': 'MARKDOWN',
  '.pdf': 'PDF',
  '.tsv': 'CSV',
  '.txt': 'PLAIN',
  '.xhtml': 'HTML',
};

/** By its type, and where that says little (`text/plain`, nothing) by its name; undefined for what cannot be read. */
export function fileFormatOf(file: {
  readonly mimeType: string | null;
  readonly name: string | null;
}): FileFormat | undefined {
  const type = file.mimeType?.split(';')[0]?.trim().toLowerCase() ?? '';
  const known = byType[type] ?? byExtension[extname(file.name ?? '').toLowerCase()];
  return known ?? (type === 'text/plain' ? 'PLAIN' : undefined);
}
