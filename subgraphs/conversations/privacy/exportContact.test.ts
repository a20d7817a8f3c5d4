import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { FileStore } from '#platform/files/fileStore.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import type { AgentIdentity } from '../access/permissions.ts';
import { currentTestRun } from '#test/stack/testRun.ts';
import { addContactNote } from '../commands/contactNotes.ts';
import { mergeContacts } from '../commands/mergeContacts.ts';
import { requestPrivacyJob } from '../commands/requestPrivacyJob.ts';
import { sendMessage } from '../commands/sendMessage.ts';
import { adminOf, contactOf } from '../testing/contacts.ts';
import { refusals as codes } from '../testing/people.ts';
import { openFiles } from '../testing/files.ts';
import { openInbox, picture, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { createPrivacyWorker } from './worker.ts';

const run = promisify(execFile);

describe('the export of a contact', () => {
  let inbox: TestInbox;
  let store: FileStore;
  let acme: TestCompany;
  let admin: AgentIdentity;
  let contactId: string;
  let conversationId: string;

  beforeAll(async () => {
    [inbox, store] = [await openInbox(), await openFiles()];
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    admin = await adminOf(inbox, acme);
    conversationId = await write(inbox, acme, { text: 'Where is my order?' });
    contactId = await contactOf(inbox, acme);
  });
  afterAll(() => inbox.close());

  const ask = (identity: Identity = admin, id = contactId) =>
    requestPrivacyJob(inbox.database, identity, { contactId: id, kind: 'EXPORT' });
  async function asked(): Promise<string> {
    const outcome = await ask();
    if ('userErrors' in outcome) throw new Error(outcome.userErrors[0]?.message);
    return outcome.jobId;
  }
  const jobs = () =>
    inbox.rows<{ id: string; status: string; file_key: string | null }>(
      'select * from conversations.privacy_jobs where company_id = $1 order by requested_at',
      [acme.companyId],
    );

  /** Lets a worker work until what is asked for has happened. */
  async function withWorker(until: () => Promise<void>, files = store): Promise<void> {
    const metrics = createMetrics({ service: 'conversations' });
    const worker = createPrivacyWorker({ database: inbox.database, store: files, pollMs: 20, logger, metrics });
    await worker.start();
    try {
      await eventually(until);
    } finally {
      await worker.stop();
    }
  }
  const done = async () => expect((await jobs()).map(({ status }) => status)).toEqual(['DONE']);

  /** The archive as anybody's tar unpacks it: the contents by name. */
  async function unpacked(): Promise<Map<string, Buffer>> {
    const [job] = await jobs();
    const opened = await store.get(job?.file_key ?? '');
    if (!opened) throw new Error('there is no archive');
    const directory = await mkdtemp(join(currentTestRun().directory, 'unpacked-'));
    await writeFile(join(directory, 'archive.tar.gz'), await buffer(opened.stream));
    const { stdout } = await run('tar', ['-xvzf', 'archive.tar.gz'], { cwd: directory });
    const names = stdout.trim().split('\n');
    return new Map(
      await Promise.all(names.map(async (name) => [name, await readFile(join(directory, name))] as const)),
    );
  }
  const lines = (file: Buffer | undefined) =>
    String(file)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  test('has everything that is kept of the person, files included', async () => {
    const fileKey = `${acme.companyId}/${v7()}`;
    const bytes = Buffer.alloc(700_001, 'x');
    await store.put(fileKey, bytes, { contentType: 'image/png' });
    await write(inbox, acme, { text: null, attachments: [picture({ fileKey, name: 'receipt.PNG' })] });
    await sendMessage(inbox.database, acme.ada, { conversationId, text: 'On its way', idempotencyKey: v7() });
    await addContactNote(inbox.database, acme.ada, { contactId, text: 'Likes tea' });
    await write(inbox, acme, { from: 'other' });
    await asked();
    await withWorker(done);

    const files = await unpacked();
    const inArchive = `files/${fileKey.split('/')[1]}.png`;
    expect([...files.keys()]).toEqual([
      'contact.json',
      'conversations/00001.ndjson',
      'messages/1-00001.ndjson',
      inArchive,
    ]);
    expect(JSON.parse(String(files.get('contact.json')))).toMatchObject({
      name: 'Name of customer-1',
      identities: [{ platform: 'TELEGRAM', externalId: 'customer-1' }],
      notes: [{ text: 'Likes tea', author: 'Ada' }],
    });
    expect(lines(files.get('messages/1-00001.ndjson'))).toMatchObject([
      { text: 'Where is my order?', authorKind: 'CONTACT' },
      { text: null, attachments: [{ file: inArchive, name: 'receipt.PNG' }] },
      { text: 'On its way', authorKind: 'AGENT', author: 'Ada' },
    ]);
    expect(files.get(inArchive)?.equals(bytes)).toBe(true);
  });

  test('goes page by page over conversations of any length, and over all that were merged', async () => {
    await inbox.rows(
      `insert into conversations.messages (company_id, id, conversation_id, channel_id, direction, author_kind, author_id,
         text, status, inbound_ordinal, created_at)
       select company_id, gen_random_uuid(), id, channel_id, 'INBOUND', 'CONTACT', contact_id, 'Message ' || n, 'RECEIVED', 1,
         now() + (n / 10) * interval '1 second'
       from conversations.conversations, generate_series(1, 1200) n where id = $1`,
      [conversationId],
    );
    await write(inbox, acme, { from: 'other', text: 'Me again' });
    const fromId = await contactOf(inbox, acme, 'other');
    await mergeContacts(inbox.database, acme.ada, { fromId, intoId: contactId });
    await asked();
    await withWorker(done);
    const files = await unpacked();
    const pages = [...files.keys()].filter((name) => name.startsWith('messages/1-'));
    expect(pages).toHaveLength(3);
    const texts = pages.flatMap((name) => lines(files.get(name)).map(({ text }) => text));
    expect(texts).toHaveLength(1_201);
    expect(new Set(texts).size).toBe(1_201);
    expect(lines(files.get('messages/2-00001.ndjson'))).toMatchObject([{ text: 'Me again' }]);
  });

  test('is made once while it is under way, and anew when it is asked for again', async () => {
    const [first, second] = await Promise.all([asked(), asked()]);
    expect(second).toBe(first);
    await withWorker(done);
    expect(await asked()).not.toBe(first);
    expect(
      await inbox.rows('select action from conversations.audit_entries where company_id = $1', [acme.companyId]),
    ).toEqual([{ action: 'contact.export.requested' }, { action: 'contact.export.requested' }]);
  });

  test('is gone on with when the process that made it died', async () => {
    await asked();
    await inbox.rows(
      `update conversations.privacy_jobs set status = 'RUNNING', due_at = now() - interval '1 second' where company_id = $1`,
      [acme.companyId],
    );
    await withWorker(done);
    expect((await unpacked()).has('contact.json')).toBe(true);
  });

  test('is tried again while files cannot be kept', async () => {
    await asked();
    const attempts = async () =>
      expect(await jobs()).toMatchObject([{ status: 'RUNNING', attempts: 1, file_key: null }]);
    const away = { ...store, putFile: () => Promise.reject(new Error('the disk is full')) };
    await withWorker(attempts, away);
    await inbox.rows(
      'update conversations.privacy_jobs set due_at = now() - make_interval(secs => 1) where company_id = $1',
      [acme.companyId],
    );
    await withWorker(done);
  });

  test('is deleted when its time is over', async () => {
    await asked();
    await withWorker(done);
    const [job] = await jobs();
    await inbox.rows(
      'update conversations.privacy_jobs set expires_at = now() - make_interval(secs => 1) where company_id = $1',
      [acme.companyId],
    );
    await withWorker(async () => expect(await jobs()).toMatchObject([{ status: 'EXPIRED', file_key: null }]));
    expect(await store.get(job?.file_key ?? '')).toBeUndefined();
  });

  test('is for admins, and of the company’s own contacts', async () => {
    const globex = await adminOf(inbox, await inbox.addCompany());
    for (const id of [contactId, v7(), 'nonsense']) {
      expect(codes(await ask(globex, id))).toEqual(['NOT_FOUND input.contactId']);
    }
    const others = [acme.ada, acme.supervisor, acme.partner];
    for (const identity of others) {
      const asking = requestPrivacyJob(inbox.database, identity, { contactId, kind: 'EXPORT' });
      await expect(asking).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    }
    expect(await jobs()).toEqual([]);
  });
});
