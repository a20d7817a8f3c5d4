import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { FileStore } from '#platform/files/fileStore.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { contactArchive } from './contactArchive.ts';
import type { PrivacyJob } from './job.ts';
import { pack } from './tar.ts';

/** How long the archive can be fetched. */
export const EXPORT_DAYS = 7;

/** Packs what is kept of a contact, on the disk first: neither the contact nor the archive is ever in memory as a whole. */
export async function exportContact(
  deps: { readonly database: Database<SwitchboardCatalogue>; readonly store: FileStore },
  { companyId, id, contactId }: PrivacyJob,
  onProgress: () => Promise<void>,
): Promise<void> {
  const { database, store } = deps;
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-export-'));
  const path = join(directory, 'archive');
  try {
    const files = contactArchive({ ...deps, onProgress }, companyId, contactId);
    await pipeline(Readable.from(pack(files, new Date())), createGzip(), createWriteStream(path, { mode: 0o600 }));
    const fileKey = `${companyId}/exports/${id}`;
    await store.putFile(fileKey, path, { contentType: 'application/gzip' });
    const { size } = await stat(path);
    await database.write(
      companyId,
      ({ sql }) => sql`
        update conversations.privacy_jobs set status = 'DONE', finished_at = now(), file_key = ${fileKey},
          file_size = ${size}, expires_at = now() + ${EXPORT_DAYS} * interval '1 day'
        where company_id = ${companyId} and id = ${id} and status = 'RUNNING'`,
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Deletes archives whose time is over. Returns how many. */
export async function dropExpiredExports({
  database,
  store,
}: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly store: FileStore;
}): Promise<number> {
  const expired = await database.lookup(
    (sql) => sql<{ companyId: string; id: string; fileKey: string }>`
      select company_id as "companyId", id, file_key as "fileKey" from conversations.expired_exports(100)`,
  );
  for (const { companyId, id, fileKey } of expired) {
    await store.delete(fileKey);
    await database.write(
      companyId,
      ({ sql }) => sql`
        update conversations.privacy_jobs set status = 'EXPIRED', file_key = null
        where company_id = ${companyId} and id = ${id}`,
    );
  }
  return expired.length;
}
