import { buffer } from 'node:stream/consumers';
import type { FileStore } from '#platform/files/fileStore.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { DocumentSource } from '../queries/documents.ts';
import { TextError } from '../text/errors.ts';
import type { Extracted } from '../text/extract.ts';
import { readFile } from '../text/extractor.ts';

/** The text of a document that waits: its own, or once what was uploaded for it was read, that. */
export type ReadSource = (companyId: string, id: string, document: DocumentSource) => Promise<Extracted>;

export function createSourceReader(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly store: FileStore;
}): ReadSource {
  const { database, store } = options;
  return async (companyId, id, { text, format, file, version }) => {
    if (!file) return { text, format };
    if ('url' in file) throw new Error('a page is read by others, see pageReader');
    const opened = await store.get(file.fileKey);
    if (!opened) throw TextError.fileGone();
    const read = await readFile({ bytes: await buffer(opened.stream), format: file.format });
    // Kept, for the file is not.
    await database.write(
      companyId,
      ({ sql }) => sql`
        update knowledge.documents set text = ${read.text}, format = ${read.format}, file = null
        where company_id = ${companyId} and id = ${id} and version = ${version}`,
    );
    return read;
  };
}
