import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { eventually } from '#test/stack/eventually.ts';
import type { AgentIdentity } from '../access/permissions.ts';
import { changeStatus } from '../commands/changeStatus.ts';
import { eraseExpired } from '../commands/eraseExpired.ts';
import { sendMessage } from '../commands/sendMessage.ts';
import { updateRetention } from '../commands/updateRetention.ts';
import { adminOf } from '../testing/contacts.ts';
import { refusals as codes } from '../testing/people.ts';
import { DAY_MS, openInbox, picture, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { createRetentionClock } from './retentionClock.ts';

const days = (count: number) => new Date(Date.now() + count * DAY_MS);

describe('contents that a company keeps for 30 days', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let admin: AgentIdentity;
  let conversationId: string;
  let fileKey: string;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    admin = await adminOf(inbox, acme);
    fileKey = `${acme.companyId}/${v7()}`;
    conversationId = await write(inbox, acme, { text: 'Secret', attachments: [picture({ fileKey })] });
    await changeStatus(inbox.database, acme.ada, { conversationId, status: 'RESOLVED' });
    await keep(30);
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const keep = (count: number | null, identity: Identity = admin) =>
    updateRetention(inbox.database, identity, { days: count });
  const texts = async (id = conversationId) =>
    (
      await inbox.rows<{ text: string | null }>(
        'select text from conversations.messages where conversation_id = $1 order by created_at',
        [id],
      )
    ).map(({ text }) => text);

  /** Lets the clock work at that time, until what is waited for has happened. */
  async function at(time: Date, until: () => Promise<void>): Promise<void> {
    const { database } = inbox;
    const clocks = [1, 2].map(() =>
      createRetentionClock({ database, pollMs: 20, now: () => time, logger, metrics: createMetrics({ service: 'c' }) }),
    );
    for (const clock of clocks) await clock.start();
    try {
      await eventually(until);
    } finally {
      for (const clock of clocks) await clock.stop();
    }
  }
  /** Something else that is due at that time, to know when the clock has looked at everything. */
  async function settled(time: Date): Promise<void> {
    const other = await inbox.addCompany();
    const id = await write(inbox, other);
    await changeStatus(inbox.database, other.ada, { conversationId: id, status: 'RESOLVED' });
    await updateRetention(inbox.database, await adminOf(inbox, other), { days: 1 });
    await at(time, async () => expect(await texts(id)).toEqual([null]));
  }

  test('are erased after that, files by who has them, and the figures stay', async () => {
    await at(days(31), async () => expect(await texts()).toEqual([null]));
    const told = (await inbox.told()).filter(({ type }) => type === 'conversation.erased');
    expect(told).toMatchObject([{ data: { jobId: null, fileKeys: [fileKey], messages: [{}], identities: [] } }]);
    expect(
      await inbox.rows('select message_count, inbound_count from conversations.conversations where id = $1', [
        conversationId,
      ]),
    ).toEqual([{ message_count: 1, inbound_count: 1 }]);
  });

  test('are kept until then, and for as long as the conversation goes on', async () => {
    await settled(days(29));
    expect(await texts()).toEqual(['Secret']);
    await changeStatus(inbox.database, acme.ada, { conversationId, status: 'OPEN' });
    await settled(days(400));
    expect(await texts()).toEqual(['Secret']);
  });

  test('are kept for ever when the company says so', async () => {
    await keep(null);
    await settled(days(4_000));
    expect(await texts()).toEqual(['Secret']);
  });

  test('are erased anew when the conversation was opened again since', async () => {
    await at(days(31), async () => expect(await texts()).toEqual([null]));
    await inbox.rows('update conversations.conversations set contents_erased_at = now() where id = $1', [
      conversationId,
    ]);
    await sendMessage(inbox.database, acme.ada, { conversationId, text: 'Once more', idempotencyKey: v7() });
    await changeStatus(inbox.database, acme.ada, { conversationId, status: 'RESOLVED' });
    await at(days(32), async () => expect(await texts()).toEqual([null, null]));
  });

  test('of a conversation of any length go in short steps, and are not waited for by who opens it', async () => {
    await inbox.rows(
      `insert into conversations.messages (company_id, id, conversation_id, channel_id, direction, author_kind, author_id,
         text, status, inbound_ordinal, created_at)
       select company_id, gen_random_uuid(), id, channel_id, 'INBOUND', 'CONTACT', contact_id, 'Secret', 'RECEIVED', 1, now()
       from conversations.conversations, generate_series(1, 450) n where id = $1`,
      [conversationId],
    );
    const conversation = { companyId: acme.companyId, id: conversationId };
    expect(await eraseExpired(inbox.database, conversation, days(31))).toEqual({ messages: 200, isDone: false });
    await inbox.database.write(acme.companyId, async ({ sql }) => {
      await sql`select id from conversations.conversations where id = ${conversationId} for update`;
      expect(await eraseExpired(inbox.database, conversation, days(31))).toBeUndefined();
    });
    expect(await eraseExpired(inbox.database, conversation, days(29))).toBeUndefined();
    await at(days(31), async () => expect((await texts()).every((text) => text === null)).toBe(true));
    const told = (await inbox.told()).flatMap((event) => (event.type === 'conversation.erased' ? [event.data] : []));
    expect(told.flatMap(({ messages }) => messages.map(({ messageId }) => messageId))).toHaveLength(451);
  });

  test('are a matter of admins, who are entered in the audit log, and of a sensible number', async () => {
    for (const count of [0, -1, 3_651]) {
      expect(codes(await keep(count))).toEqual(['INVALID input.days']);
    }
    await keep(30);
    for (const identity of [acme.ada, acme.supervisor, acme.partner]) {
      const forbidden = { extensions: { code: 'FORBIDDEN' } };
      await expect(updateRetention(inbox.database, identity, { days: 1 })).rejects.toMatchObject(forbidden);
    }
    expect(
      await inbox.rows('select action, before, after from conversations.audit_entries where company_id = $1', [
        acme.companyId,
      ]),
    ).toEqual([{ action: 'retention.updated', before: { retentionDays: null }, after: { retentionDays: 30 } }]);
  });
});
