import type { FileStore } from '#platform/files/fileStore.ts';
import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

type Erased = EventOf<SwitchboardCatalogue, 'conversation.erased'>;

/**
 * Erases what is kept here of messages and people that conversations has erased: files, what was sent and what came of it,
 * by which ids a repetition is known, threads, and visitors of web chats. Again, it finds nothing more.
 */
export async function eraseContents(
  { database, store }: { readonly database: Database<SwitchboardCatalogue>; readonly store: FileStore },
  { companyId, data }: Pick<Erased, 'companyId' | 'data'>,
): Promise<void> {
  // First the files: when one cannot be deleted, its row still says that it is there.
  for (const fileKey of data.fileKeys) await store.delete(fileKey);
  await database.write(companyId, async ({ sql, publish }) => {
    const counts = {
      files: await eraseFiles(sql, companyId, data),
      deliveries: await eraseDeliveries(sql, companyId, data),
      receivedMessages: await eraseReceived(sql, companyId, data),
      ...(await erasePeople(sql, companyId, data)),
    };
    const { jobId, partId, last } = data;
    if (jobId === null) return;
    publish({ type: 'channel.erased', actor: { kind: 'system' }, data: { jobId, partId, counts, last } });
  });
}

async function eraseFiles(sql: Sql, companyId: string, { fileKeys }: Erased['data']): Promise<number> {
  const rows = await sql`
    delete from channels.files
    where company_id = ${companyId} and company_id || '/' || id = any(${fileKeys}::text[]) returning id`;
  return rows.length;
}

/** Also of what has not gone out yet: it goes to nobody any more. */
async function eraseDeliveries(sql: Sql, companyId: string, { messages }: Erased['data']): Promise<number> {
  const ids = messages.map(({ messageId }) => messageId);
  await sql`
    delete from channels.delivery_parts where company_id = ${companyId} and message_id = any(${ids}::uuid[])`;
  await sql`
    delete from channels.revisions where company_id = ${companyId} and message_id = any(${ids}::uuid[])`;
  const rows = await sql`
    delete from channels.deliveries where company_id = ${companyId} and message_id = any(${ids}::uuid[]) returning 1`;
  return rows.length;
}

async function eraseReceived(sql: Sql, companyId: string, { messages }: Erased['data']): Promise<number> {
  const known = JSON.stringify(messages.filter(({ externalId }) => externalId !== null));
  await sql`
    delete from channels.early_receipts r
    using jsonb_to_recordset(${known}::jsonb) as m ("channelId" uuid, "externalId" text)
    where r.company_id = ${companyId} and r.channel_id = m."channelId" and r.external_id = m."externalId"`;
  const rows = await sql`
    delete from channels.received_messages r
    using jsonb_to_recordset(${known}::jsonb) as m ("channelId" uuid, "externalId" text)
    where r.company_id = ${companyId} and r.channel_id = m."channelId" and r.external_id = m."externalId"
    returning 1`;
  return rows.length;
}

async function erasePeople(sql: Sql, companyId: string, { identities }: Erased['data']) {
  const people = JSON.stringify(identities);
  const threads = await sql`
    delete from channels.threads t
    using jsonb_to_recordset(${people}::jsonb) as i ("channelId" uuid, "threadExternalId" text)
    where t.company_id = ${companyId} and t.channel_id = i."channelId"
      and t.thread_external_id = i."threadExternalId"
    returning 1`;
  // What the platform shows of the person now; the file goes with the others whose time is over.
  await sql`
    with pictures as (
      delete from channels.profile_pictures p
      using jsonb_to_recordset(${people}::jsonb) as i ("channelId" uuid, "externalId" text)
      where p.company_id = ${companyId} and p.channel_id = i."channelId" and p.external_id = i."externalId"
      returning p.file_id
    )
    update channels.files f set delete_after = now() from pictures
    where f.company_id = ${companyId} and f.id = pictures.file_id`;
  const visitors = await sql`
    delete from channels.visitors v
    using jsonb_to_recordset(${people}::jsonb) as i ("channelId" uuid, "externalId" text)
    where v.company_id = ${companyId} and v.channel_id = i."channelId" and v.id::text = i."externalId"
    returning 1`;
  return { threads: threads.length, visitors: visitors.length };
}
