import { v7 } from 'uuid';
import type { FileStore } from '#platform/files/fileStore.ts';
import type { Database, WriteTransaction } from '#platform/postgres/database.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { AttachmentKind } from '#schema/events/values.ts';
import { kindOf, mimeTypeFor } from './fileKind.ts';
import { fileName } from './fileName.ts';
import { FileRefused } from './fileRefused.ts';
import { mimeTypeOf } from './fileType.ts';
import { refusalOf } from './refusedTypes.ts';

export interface NewFile {
  readonly companyId: string;
  /** Null for what is sent by a channel later. */
  readonly channelId: string | null;
  /** The agent who gave it. */
  readonly uploadedBy?: string | undefined;
  /** By the same id the same file is kept once. @default a new one */
  readonly id?: string | undefined;
  readonly bytes: Uint8Array;
  readonly name: string | null;
  /** Removed after a day, unless somebody finds a use for it: see {@link useFile}. */
  readonly temporary?: true | undefined;
  /** What it is said to be: decides where the content leaves it open. */
  readonly claimed?: { readonly kind: AttachmentKind | null; readonly mimeType: string | null } | undefined;
}

/** A file of which we have a copy. */
export interface KeptFile {
  readonly id: string;
  /** `<companyId>/<id>` */
  readonly fileKey: string;
  readonly kind: AttachmentKind;
  readonly mimeType: string;
  /** Bytes. */
  readonly size: number;
  readonly name: string | null;
}

/**
 * Keeps a file that came from outside, after a look at what is in it.
 *
 * @param tell What else becomes true together with it; not called for a file that is kept already.
 * @throws FileRefused for what is too large or lets something run; FileStoreError while the store is away.
 */
export type KeepFile = (
  file: NewFile,
  tell?: (publish: WriteTransaction<SwitchboardCatalogue>['publish'], kept: KeptFile) => void,
) => Promise<KeptFile>;

export function createKeepFile(options: {
  readonly store: FileStore;
  readonly database: Database<SwitchboardCatalogue>;
  readonly maxBytes: number;
}): KeepFile {
  const { store, database, maxBytes } = options;

  return async (file, tell) => {
    const { companyId, channelId, uploadedBy = null, bytes, temporary = false } = file;
    const kept = await inspect(file, maxBytes);
    const { id, fileKey, name, mimeType, size } = kept;
    // First the file and then the row: who finds the row finds the file.
    await store.put(fileKey, bytes, { contentType: mimeType });
    await database.write(companyId, async ({ sql, publish }) => {
      const added = await sql`
        insert into channels.files (company_id, id, channel_id, name, mime_type, size, uploaded_by, delete_after)
        values (${companyId}, ${id}, ${channelId}, ${name}, ${mimeType}, ${size}, ${uploadedBy},
          case when ${temporary}::boolean then now() + interval '1 day' end)
        on conflict do nothing returning 1 as added`;
      if (added.length > 0) tell?.(publish, kept);
    });
    return kept;
  };
}

/** What agents uploaded and a message has is not removed. Of other companies' files nothing changes. */
export async function useUploads(sql: Sql, companyId: string, ids: readonly string[]): Promise<void> {
  await sql`
    update channels.files set delete_after = null
    where company_id = ${companyId} and id = any(${ids}::uuid[]) and uploaded_by is not null`;
}

/** A file that would have been removed stays. */
export async function useFile(sql: Sql, companyId: string, id: string): Promise<void> {
  await sql`update channels.files set delete_after = null where company_id = ${companyId} and id = ${id}`;
}

async function inspect(file: NewFile, maxBytes: number): Promise<KeptFile> {
  const { companyId, id = v7(), bytes, claimed } = file;
  if (bytes.length > maxBytes) throw FileRefused.tooLarge(maxBytes);
  const name = fileName(file.name);
  const found = await mimeTypeOf(bytes, { name, mimeType: claimed?.mimeType ?? null });
  const reason = refusalOf(bytes, found);
  if (reason !== undefined) throw FileRefused.type(found, reason);
  const kind = kindOf(found, claimed?.kind ?? null);
  return { id, fileKey: `${companyId}/${id}`, kind, mimeType: mimeTypeFor(found, kind), size: bytes.length, name };
}
