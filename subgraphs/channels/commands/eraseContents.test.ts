import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { v7 } from 'uuid';
import { createFileStore } from '#platform/files/createFileStore.ts';
import type { FileStore } from '#platform/files/fileStore.ts';
import { testNats, testPostgres, type TestPostgres, type TestServer } from '#test/stack/index.ts';
import { currentTestRun } from '#test/stack/testRun.ts';
import { newTenant, openHarness, type Harness } from '../testing/harness.ts';
import { eraseContents } from './eraseContents.ts';

describe('what conversations has erased', () => {
  let postgres: TestPostgres;
  let natsServer: TestServer;
  let harness: Harness;
  let store: FileStore;

  beforeAll(async () => {
    [postgres, natsServer] = await Promise.all([testPostgres(), testNats()]);
    const telegramApiUrl = 'http://telegram.invalid';
    harness = await openHarness({ adminUrl: postgres.adminUrl, natsUrl: natsServer.url, telegramApiUrl });
    store = createFileStore(pathToFileURL(await mkdtemp(join(currentTestRun().directory, 'files-'))).href);
    await store.start();
  });

  afterAll(async () => {
    await harness.close();
    await Promise.all([postgres.close(), natsServer.close()]);
  });

  /** A person who has written a message with a file and was answered, as a tenant's tables have it. */
  async function person() {
    const tenant = newTenant();
    await harness.seed(tenant);
    const companyId = tenant.company.id;
    const channelId = tenant.channel.id;
    const [messageId, fileId, visitorId] = [v7(), v7(), v7()];
    const fileKey = `${companyId}/${fileId}`;
    await store.put(fileKey, Buffer.from('x'), { contentType: 'image/png' });
    await harness.channels.database.write(companyId, async ({ sql }) => {
      await sql`
        insert into channels.files (company_id, id, channel_id, name, mime_type, size)
        values (${companyId}, ${fileId}, ${channelId}, 'me.png', 'image/png', 1)`;
      await sql`
        insert into channels.received_messages (company_id, channel_id, external_id)
        values (${companyId}, ${channelId}, 'external 1')`;
      await sql`
        insert into channels.deliveries (company_id, message_id, channel_id, thread_external_id, status, payload)
        values (${companyId}, ${messageId}, ${channelId}, 'thread', 'WAITING', '{"text": "Hello"}')`;
      await sql`
        insert into channels.delivery_parts (company_id, message_id, part, channel_id, thread_external_id, text, status, sent_at)
        values (${companyId}, ${messageId}, 0, ${channelId}, 'thread', 'Hello', 'SENDING', now())`;
      await sql`
        insert into channels.revisions
          (company_id, id, message_id, channel_id, conversation_id, thread_external_id, kind, text, status, created_at)
        values (${companyId}, ${v7()}, ${messageId}, ${channelId}, ${v7()}, 'thread', 'EDIT', 'Hello!', 'DONE', now())`;
      await sql`
        insert into channels.profile_pictures (company_id, channel_id, external_id, file_id, digest)
        values (${companyId}, ${channelId}, ${visitorId}, ${fileId}, 'digest')`;
      await sql`
        insert into channels.threads (company_id, channel_id, thread_external_id) values (${companyId}, ${channelId}, 'thread')`;
      await sql`
        insert into channels.visitors (company_id, channel_id, id, name) values (${companyId}, ${channelId}, ${visitorId}, 'Kim')`;
    });
    const data = {
      jobId: v7(),
      partId: v7(),
      contactIds: [v7()],
      last: true,
      identities: [{ channelId, externalId: visitorId, threadExternalId: 'thread' }],
      messages: [{ channelId, messageId, externalId: 'external 1' }],
      fileKeys: [fileKey],
    };
    return { companyId, fileKey, data };
  }

  const erase = ({ companyId, data }: Pick<Awaited<ReturnType<typeof person>>, 'companyId' | 'data'>) =>
    eraseContents({ database: harness.channels.database, store }, { companyId, data });

  const rowsOf = (companyId: string) =>
    harness.channels.database.write(companyId, async ({ sql }) => {
      const [counts] = await sql<Record<string, number>>`
        select (select count(*)::int from channels.files) as files,
          (select count(*)::int from channels.received_messages) as received,
          (select count(*)::int from channels.deliveries) as deliveries,
          (select count(*)::int from channels.delivery_parts) as parts,
          (select count(*)::int from channels.revisions) as revisions,
          (select count(*)::int from channels.profile_pictures) as pictures,
          (select count(*)::int from channels.threads) as threads,
          (select count(*)::int from channels.visitors) as visitors`;
      return counts;
    });
  const all = { files: 1, received: 1, deliveries: 1, parts: 1, revisions: 1, pictures: 1, threads: 1, visitors: 1 };
  const nothing = {
    files: 0,
    received: 0,
    deliveries: 0,
    parts: 0,
    revisions: 0,
    pictures: 0,
    threads: 0,
    visitors: 0,
  };

  it('is erased here too, the file first, and again does no harm', async () => {
    const someone = await person();
    expect(await rowsOf(someone.companyId)).toEqual(all);
    await erase(someone);
    await erase(someone);
    expect(await rowsOf(someone.companyId)).toEqual(nothing);
    expect(await store.get(someone.fileKey)).toBeUndefined();
  });

  it('is nothing of another company’s, whatever ids are told', async () => {
    const [ours, theirs] = [await person(), await person()];
    await erase({ companyId: ours.companyId, data: { ...theirs.data, fileKeys: [] } });
    expect(await rowsOf(theirs.companyId)).toEqual(all);
    expect(await rowsOf(ours.companyId)).toEqual(all);
  });
});
