import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import type { FileStore } from '#platform/files/fileStore.ts';
import { eventually } from '#test/stack/eventually.ts';
import type { AgentIdentity } from '../access/permissions.ts';
import { addContactNote } from '../commands/contactNotes.ts';
import { mergeContacts } from '../commands/mergeContacts.ts';
import { reportErased } from '../commands/reportErased.ts';
import { requestPrivacyJob } from '../commands/requestPrivacyJob.ts';
import { saveDraft } from '../commands/saveDraft.ts';
import { sendMessage } from '../commands/sendMessage.ts';
import { undoMerge } from '../commands/undoMerge.ts';
import { updateContact } from '../commands/updateContact.ts';
import { reportsOfJobs } from '../queries/privacyJobs.ts';
import { adminOf, contactOf, define } from '../testing/contacts.ts';
import { refusals as codes } from '../testing/people.ts';
import { openFiles } from '../testing/files.ts';
import { openInbox, picture, received, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { eraseContact } from './eraseContact.ts';
import type { PrivacyJob } from './job.ts';
import { createPrivacyWorker } from './worker.ts';

const SECRET = 'heron';

describe('the erasure of a contact', () => {
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
    const contact = { ...received(acme).data.contact, name: `Ms ${SECRET}`, username: SECRET };
    conversationId = await write(inbox, acme, { text: `I am ${SECRET}`, contact });
    contactId = await contactOf(inbox, acme);
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const ask = (kind: PrivacyJob['kind'] = 'ERASURE', identity: Identity = admin) =>
    requestPrivacyJob(inbox.database, identity, { contactId, kind });
  /** A job as a worker has it that has taken it. */
  async function taken(): Promise<PrivacyJob> {
    const outcome = await ask();
    if ('userErrors' in outcome) throw new Error(outcome.userErrors[0]?.message);
    await inbox.rows(`update conversations.privacy_jobs set status = 'RUNNING' where id = $1`, [outcome.jobId]);
    return { companyId: acme.companyId, id: outcome.jobId, kind: 'ERASURE', contactId, attempts: 1 };
  }
  const goOn = () => Promise.resolve();
  const erase = async () => {
    const job = await taken();
    await eraseContact(inbox.database, job, goOn);
    return job;
  };
  const answer = (job: PrivacyJob, context: 'channels' | 'analytics' | 'knowledge', last = true, partId = v7()) =>
    inbox.database.write(job.companyId, (transaction) =>
      reportErased(transaction, {
        companyId: job.companyId,
        jobId: job.id,
        partId,
        context,
        counts: { files: 2 },
        last,
      }),
    );
  const status = async ({ id }: PrivacyJob) =>
    (await inbox.rows<{ status: string }>('select status from conversations.privacy_jobs where id = $1', [id]))[0]
      ?.status;
  async function reports({ companyId, id }: PrivacyJob) {
    const session = inbox.database.session(companyId);
    try {
      return await session.read((sql) => reportsOfJobs(sql, companyId, [id]));
    } finally {
      await session.close();
    }
  }
  /** Every table of the context in which a word stands, the outbox left out: it is on its way to those who erase. */
  async function tablesWith(word: string): Promise<string[]> {
    const tables = await inbox.rows<{ name: string }>(
      `select table_name as name from information_schema.tables
       where table_schema = 'conversations' and table_name not in ('outbox', 'migrations')`,
    );
    const found = await Promise.all(
      tables.map(async ({ name }) => {
        const rows = await inbox.rows(`select 1 from conversations.${name} t where t::text ilike $1 limit 1`, [
          `%${word}%`,
        ]);
        return rows.length > 0 ? [name] : [];
      }),
    );
    return found.flat();
  }

  test('leaves the person’s words and names in no table, and every figure as it was', async () => {
    await define(inbox, acme, { key: 'tier' });
    await updateContact(inbox.database, acme.ada, {
      contactId,
      email: `${SECRET}@example.com`,
      attributes: { tier: SECRET },
    });
    await addContactNote(inbox.database, acme.ada, { contactId, text: `Knows ${SECRET}` });
    await sendMessage(inbox.database, acme.ada, { conversationId, text: `Hello ${SECRET}`, idempotencyKey: v7() });
    await sendMessage(inbox.database, acme.ada, {
      conversationId,
      text: `Beware of ${SECRET}`,
      idempotencyKey: v7(),
      isPrivate: true,
    });
    await write(inbox, acme, { from: SECRET, text: 'Me again', senderName: SECRET, payload: SECRET });
    await mergeContacts(inbox.database, acme.ada, { intoId: contactId, fromId: await contactOf(inbox, acme, SECRET) });
    await inbox.rows('update conversations.messages set external_id = $2 || id where company_id = $1', [
      acme.companyId,
      SECRET,
    ]);
    await saveDraft(inbox.database, acme.ada, {
      conversationId,
      text: `Dear ${SECRET}`,
      revision: 1,
    });
    expect(await tablesWith(SECRET)).not.toEqual([]);
    const figures = () =>
      inbox.rows(
        `select number, message_count, inbound_count, created_at, last_activity_at from conversations.conversations
         where company_id = $1 order by number`,
        [acme.companyId],
      );
    const before = await figures();
    await erase();
    expect(await tablesWith(SECRET)).toEqual([]);
    expect(await figures()).toEqual(before);
    expect(
      await inbox.rows('select count(*)::int as n from conversations.messages where company_id = $1', [acme.companyId]),
    ).toEqual([{ n: 4 }]);
  });

  test('tells the other contexts what to erase, and is done when all have answered', async () => {
    const fileKey = `${acme.companyId}/${v7()}`;
    await write(inbox, acme, { attachments: [picture({ fileKey })] });
    await inbox.told();
    const job = await erase();
    const told = (await inbox.told()).filter(({ type }) => type === 'conversation.erased');
    expect(told).toMatchObject([
      {
        data: {
          jobId: job.id,
          contactIds: [contactId],
          identities: [{ externalId: 'customer-1', threadExternalId: 'thread-customer-1' }],
          last: false,
        },
      },
      { data: { messages: [{ externalId: expect.any(String) }, {}], fileKeys: [fileKey], last: false } },
      { data: { messages: [], last: true } },
    ]);
    expect(await status(job)).toBe('RUNNING');
    const partId = v7();
    await answer(job, 'channels', false, partId);
    await answer(job, 'channels', false, partId);
    await answer(job, 'channels');
    expect(await status(job)).toBe('RUNNING');
    await answer(job, 'analytics');
    await answer(job, 'knowledge');
    expect(await status(job)).toBe('DONE');
    expect(await reports(job)).toMatchObject([
      { context: 'analytics', counts: { files: 2 }, completedAt: expect.any(Date) },
      { context: 'channels', counts: { files: 4 } },
      { context: 'conversations', counts: { contacts: 1, identities: 1, messages: 2, files: 1, notes: 0 } },
      { context: 'knowledge', counts: { files: 2 } },
    ]);
  });

  test('is done as well when the last answers come at the same moment', async () => {
    const job = await erase();
    await Promise.all([answer(job, 'channels'), answer(job, 'analytics'), answer(job, 'knowledge')]);
    expect(await status(job)).toBe('DONE');
  });

  test('goes on where it was interrupted, and erases nothing twice', async () => {
    await inbox.rows(
      `insert into conversations.messages (company_id, id, conversation_id, channel_id, direction, author_kind, author_id,
         text, status, inbound_ordinal, created_at)
       select company_id, gen_random_uuid(), id, channel_id, 'INBOUND', 'CONTACT', contact_id, $2 || n, 'RECEIVED', 1, now()
       from conversations.conversations, generate_series(1, 1000) n where id = $1`,
      [conversationId, SECRET],
    );
    const job = await taken();
    let steps = 0;
    const dies = async () => {
      steps += 1;
      if (steps === 3) throw new Error('the process was killed');
    };
    await expect(eraseContact(inbox.database, job, dies)).rejects.toThrow('killed');
    expect(await tablesWith(SECRET)).toEqual(['messages']);
    await eraseContact(inbox.database, job, goOn);
    await eraseContact(inbox.database, job, goOn);
    expect(await tablesWith(SECRET)).toEqual([]);
    const told = (await inbox.told()).flatMap((event) => (event.type === 'conversation.erased' ? [event.data] : []));
    expect(told.flatMap(({ messages }) => messages)).toHaveLength(1_001);
    expect(told.filter(({ last }) => last)).toHaveLength(1);
    expect(told.filter(({ identities }) => identities.length > 0)).toHaveLength(1);
  });

  test('lets the person begin as somebody new', async () => {
    const job = await taken();
    await Promise.all([
      eraseContact(inbox.database, job, goOn),
      ...Array.from({ length: 6 }, () => write(inbox, acme, { text: 'Hello again' })),
    ]);
    const conversation = await write(inbox, acme, { text: 'Hello again' });
    expect(conversation).not.toBe(conversationId);
    expect(await contactOf(inbox, acme)).not.toBe(contactId);
    const texts = await inbox.rows(
      `select text from conversations.messages m join conversations.conversations c on c.id = m.conversation_id
       where c.contact_id = $1 and text is not null`,
      [contactId],
    );
    expect(texts).toEqual([]);
  });

  test('resolves what goes on, and lets nobody write, change or merge any more', async () => {
    await erase();
    expect(await inbox.rows('select status from conversations.conversations where id = $1', [conversationId])).toEqual([
      { status: 'RESOLVED' },
    ]);
    const message = { conversationId, text: 'x', idempotencyKey: v7() };
    expect(codes(await sendMessage(inbox.database, acme.ada, message))).toEqual([
      'CONTACT_ERASED input.conversationId',
    ]);
    expect(codes(await updateContact(inbox.database, acme.ada, { contactId, name: 'x' }))).toEqual([
      'CONTACT_ERASED input.contactId',
    ]);
    expect(codes(await addContactNote(inbox.database, acme.ada, { contactId, text: 'x' }))).toEqual([
      'CONTACT_ERASED input.contactId',
    ]);
    expect(codes(await ask('EXPORT'))).toEqual(['CONTACT_ERASED input.contactId']);
    await write(inbox, acme, { from: 'other' });
    const other = await contactOf(inbox, acme, 'other');
    const into = await mergeContacts(inbox.database, acme.ada, { intoId: contactId, fromId: other });
    expect(codes(into)).toEqual(['CONTACT_ERASED input.intoId']);
  });

  test('that is asked for keeps the contact from being merged or parted', async () => {
    await write(inbox, acme, { from: 'other' });
    const other = await contactOf(inbox, acme, 'other');
    const merge = await mergeContacts(inbox.database, acme.ada, { intoId: contactId, fromId: other });
    await ask();
    const mergeId = 'mergeId' in merge ? merge.mergeId : '';
    expect(codes(await undoMerge(inbox.database, acme.ada, { mergeId }))).toEqual(['CONTACT_ERASED input.mergeId']);
  });

  test('takes archives along that were made of the person', async () => {
    await ask('EXPORT');
    const metrics = createMetrics({ service: 'conversations' });
    const worker = createPrivacyWorker({ database: inbox.database, store, pollMs: 20, logger, metrics });
    const exported = () =>
      inbox.rows<{ status: string; fileKey: string }>(
        `select status, file_key as "fileKey" from conversations.privacy_jobs where company_id = $1 and kind = 'EXPORT'`,
        [acme.companyId],
      );
    await worker.start();
    const [archive] = await eventually(async () => {
      const rows = await exported();
      expect(rows).toMatchObject([{ status: 'DONE' }]);
      return rows;
    });
    await ask();
    await eventually(async () => expect(await exported()).toMatchObject([{ status: 'EXPIRED' }]));
    await worker.stop();
    expect(await store.get(archive?.fileKey ?? '')).toBeUndefined();
  });

  test('is for admins', async () => {
    for (const identity of [acme.ada, acme.supervisor, acme.partner]) {
      const asking = requestPrivacyJob(inbox.database, identity, { contactId, kind: 'ERASURE' });
      await expect(asking).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    }
    expect(codes(await ask('ERASURE', await adminOf(inbox, await inbox.addCompany())))).toEqual([
      'NOT_FOUND input.contactId',
    ]);
    expect(await tablesWith(`am ${SECRET}`)).toEqual(['messages']);
  });
});
