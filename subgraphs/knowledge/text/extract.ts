import type { Format } from './blocks.ts';
import { decodeText } from './decode.ts';
import { docxHtml } from './docx.ts';
import { TextError } from './errors.ts';
import type { FileFormat } from './fileFormat.ts';
import { pdfText } from './pdf.ts';

export interface FileToRead {
  readonly bytes: Uint8Array;
  readonly format: FileFormat;
  /** What its sender says of a text's encoding. */
  readonly charset?: string | undefined;
}

/** The text of a file, and how it is to be read. */
export interface Extracted {
  readonly text: string;
  readonly format: Format;
}

const MAX_TEXT_BYTES = 10 * 1024 ** 2;

/** @throws TextError for what cannot be read, or holds more than a document may. */
export async function extract(file: FileToRead): Promise<Extracted> {
  const extracted = await textOf(file);
  if (Buffer.byteLength(extracted.text) > MAX_TEXT_BYTES) throw TextError.tooLong('10 MB');
  // PostgreSQL keeps none, and no text means one.
  return { ...extracted, text: extracted.text.replaceAll('\0', '') };
}

async function textOf({ bytes, format, charset }: FileToRead): Promise<Extracted> {
  switch (format) {
    case 'PDF':
      return { text: await pdfText(bytes), format: 'PLAIN' };
    case 'DOCX':
      return { text: await docxHtml(bytes), format: 'HTML' };
    case 'CSV':
    case 'HTML':
    case 'MARKDOWN':
    case 'PLAIN':
      return { text: decodeText(bytes, charset), format };
  }
}
