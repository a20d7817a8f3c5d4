import { createHash } from 'node:crypto';
import type { PublicFetch } from '#platform/http/publicFetch.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { kindOf } from '../attachments/fileKind.ts';
import { mimeTypeOf } from '../attachments/fileType.ts';
import { useFile, type KeepFile } from '../attachments/keepFile.ts';

const MAX_BYTES = 2 * 1024 * 1024;
/** Longer than the stream keeps the events that name a picture: whoever hears of the newer one has done so by then. */
const KEPT_AFTER_REPLACEMENT = '8 days';

export interface Person {
  readonly companyId: string;
  readonly channelId: string;
  readonly externalId: string;
}

/** A picture of which there is a copy, whether or not anybody knows of it. */
export interface KeptPicture {
  readonly fileKey: string;
  readonly fileId: string;
  /** Of what is in it. */
  readonly digest: string;
}

export type KeepPicture = (person: Person, url: string, signal: AbortSignal) => Promise<KeptPicture | null>;

/**
 * Keeps a person's picture; null for what is no picture. One that is in use already is not kept twice, and a new one has a new
 * id, so that none is shown from a cache for another.
 */
export function createKeepPicture({
  fetcher,
  keepFile,
  database,
}: {
  readonly fetcher: PublicFetch;
  readonly keepFile: KeepFile;
  readonly database: Database<SwitchboardCatalogue>;
}): KeepPicture {
  async function inUse({ companyId, channelId, externalId }: Person, digest: string): Promise<KeptPicture | undefined> {
    return database.write(companyId, async ({ sql }) => {
      const [picture] = await sql<{ fileId: string }>`
        select file_id as "fileId" from channels.profile_pictures
        where company_id = ${companyId} and channel_id = ${channelId} and external_id = ${externalId}
          and digest = ${digest}`;
      return picture && { ...picture, fileKey: `${companyId}/${picture.fileId}`, digest };
    });
  }

  return async (person, url, signal) => {
    const { bytes } = await fetcher.fetch(url, { maxBytes: MAX_BYTES, signal });
    const mimeType = await mimeTypeOf(bytes, { name: null, mimeType: null });
    if (kindOf(mimeType, null) !== 'IMAGE') return null;
    const digest = createHash('sha256').update(bytes).digest('base64url');
    const known = await inUse(person, digest);
    if (known) return known;
    const { companyId, channelId } = person;
    const { id: fileId, fileKey } = await keepFile({ companyId, channelId, bytes, name: null, temporary: true });
    return { fileKey, fileId, digest };
  };
}

/** From now on the person has this picture, and the one before it ends. */
export async function usePicture(
  sql: Sql,
  { companyId, channelId, externalId }: Person,
  { fileId, digest }: KeptPicture,
): Promise<void> {
  await useFile(sql, companyId, fileId);
  // Makes the row, or waits for whoever is giving the person another picture.
  await sql`
    insert into channels.profile_pictures (company_id, channel_id, external_id, file_id, digest)
    values (${companyId}, ${channelId}, ${externalId}, ${fileId}, ${digest})
    on conflict (company_id, channel_id, external_id) do update set external_id = excluded.external_id`;
  await sql`
    with before as (
      select file_id from channels.profile_pictures
      where company_id = ${companyId} and channel_id = ${channelId} and external_id = ${externalId}
    ), used as (
      update channels.profile_pictures set file_id = ${fileId}, digest = ${digest}
      where company_id = ${companyId} and channel_id = ${channelId} and external_id = ${externalId}
    )
    update channels.files f set delete_after = now() + ${KEPT_AFTER_REPLACEMENT}::interval
    from before where f.company_id = ${companyId} and f.id = before.file_id and before.file_id <> ${fileId}`;
}
