import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import type { Platform } from '#schema/events/values.ts';
import { searchQuery } from '../text/searchWords.ts';
import { openInbox, received, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { retryMessage } from './retryMessage.ts';
import { deleteMessage, editMessage } from './reviseMessage.ts';
import { sendMessage } from './sendMessage.ts';
import { settleRevision } from './settleRevision.ts';
import { updateDelivery } from './updateDelivery.ts';

type Revised = Parameters<typeof settleRevision>[1]['data'];

describe('an agent changes a message', () => {
  let inbox: TestInbox;
  let acme: TestCompany;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
  });
  afterAll(() => inbox.close());

  const supervisor = (): Identity => acme.supervisor;

  /** A message of Ada's that is with the contact, or a note of hers. */
  async function sent({
    platform = 'TELEGRAM' as Platform,
    status = 'SENT' as 'SENT' | 'FAILED' | 'QUEUED',
    isPrivate = false,
    code = 'PLATFORM_REFUSED',
  } = {}) {
    const conversationId = await write(inbox, acme, { platform, from: v7() });
    const input = { conversationId, text: 'Helo wrold', isPrivate, idempotencyKey: v7() };
    const outcome = await sendMessage(inbox.database, acme.ada, input);
    const messageId = 'messageId' in outcome ? outcome.messageId : '';
    if (status !== 'QUEUED' && !isPrivate) {
      const failure = status === 'FAILED' ? { code, message: 'no', retryable: true } : null;
      const externalMessageId = status === 'FAILED' ? null : v7();
      const place = { channelId: acme.channelId, threadExternalId: null, conversationId };
      await updateDelivery(inbox.database, {
        companyId: acme.companyId,
        occurredAt: new Date().toISOString(),
        data: { ...place, messageId, status, externalMessageId, failure },
      });
    }
    await inbox.told();
    return { messageId, conversationId, input };
  }
  type Sent = Awaited<ReturnType<typeof sent>>;

  const edit = (
    { messageId }: Pick<Sent, 'messageId'>,
    text = 'Hello world',
    { by = acme.ada, ...more }: { by?: Identity; expectedVersion?: number } = {},
  ) => editMessage(inbox.database, by, { messageId, text, ...more });
  const remove = ({ messageId }: Pick<Sent, 'messageId'>, by: Identity = acme.ada) =>
    deleteMessage(inbox.database, by, { messageId });
  const codes = (outcome: Awaited<ReturnType<typeof edit>>) =>
    'userErrors' in outcome ? outcome.userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`) : [];

  async function message({ messageId }: Sent) {
    const [row] = await inbox.rows<{ [column: string]: unknown }>(
      `select text, attachments, version, edited_at is not null as edited, deleted_at is not null as deleted,
        revision->>'kind' as kind, revision->>'status' as status, revision->>'id' as "revisionId",
        coalesce(search @@ $2::tsquery, false) as "isFoundByOld",
        coalesce(search @@ $3::tsquery, false) as "isFoundByNew"
       from conversations.messages where id = $1`,
      [messageId, ...['wrold', 'world'].map((word) => searchQuery(acme.companyId, word)?.exact)],
    );
    return row;
  }

  /** The channels tell what became of the change that was asked for last. */
  async function settle(of: Sent, told: Partial<Revised>, occurredAt = new Date().toISOString()): Promise<void> {
    const asked = (await message(of))?.['revisionId'];
    const place = { channelId: acme.channelId, threadExternalId: '1', ...of };
    const data = {
      ...place,
      revisionId: String(asked),
      kind: 'EDIT',
      text: 'Hello world',
      status: 'DONE',
      failure: null,
    } as const;
    await settleRevision(inbox.database, { companyId: acme.companyId, occurredAt, data: { ...data, ...told } });
  }

  test.each([
    ['a note', { isPrivate: true, platform: 'WHATSAPP' }],
    ['what a visitor of a web chat reads', { platform: 'WEB_CHAT' }],
    ['what never went out', { status: 'FAILED', platform: 'MESSENGER' }],
  ] as const)('at once, where nobody else has it: %s', async (_what, how) => {
    const note = await sent(how);
    expect(await edit(note)).toEqual({ messageId: note.messageId });
    const said = {
      text: 'Hello world',
      version: 2,
      edited: true,
      deleted: false,
      isFoundByOld: false,
      isFoundByNew: true,
    };
    expect(await message(note)).toMatchObject(said);
    expect(await inbox.told()).toMatchObject([
      { type: 'conversation.message.changed', actor: { id: acme.ada.agentId }, data: { change: 'EDITED' } },
    ]);
    expect(await remove(note)).toEqual({ messageId: note.messageId });
    expect(await message(note)).toMatchObject({
      text: null,
      attachments: [],
      version: 3,
      deleted: true,
      isFoundByNew: false,
    });
    expect(await inbox.told()).toMatchObject([{ type: 'conversation.message.changed', data: { change: 'REMOVED' } }]);
  });

  test.each(['SENT', 'QUEUED'] as const)('where the contact has it, once the platform has: %s', async (status) => {
    const of = await sent({ status });
    await edit(of);
    expect(await message(of)).toMatchObject({ text: 'Helo wrold', edited: false, kind: 'EDIT', status: 'PENDING' });
    expect(await inbox.told()).toMatchObject([
      {
        type: 'conversation.message.revised',
        actor: { kind: 'agent', id: acme.ada.agentId },
        data: { message: { id: of.messageId, text: 'Helo wrold' }, revision: { kind: 'EDIT', text: 'Hello world' } },
      },
    ]);
    await settle(of, {});
    await settle(of, {});
    expect(await message(of)).toMatchObject({ text: 'Hello world', version: 2, edited: true, status: 'DONE' });
    expect(await inbox.told()).toMatchObject([{ type: 'conversation.message.changed', data: { change: 'EDITED' } }]);

    await remove(of);
    await remove(of);
    expect(await message(of)).toMatchObject({ text: 'Hello world', kind: 'DELETE', status: 'PENDING' });
    expect((await inbox.told()).map(({ type }) => type)).toEqual(['conversation.message.revised']);
    expect(codes(await edit(of, 'too late'))).toEqual(['DELETED input.messageId']);
    await settle(of, { kind: 'DELETE', text: null });
    expect(await message(of)).toMatchObject({ text: null, deleted: true, status: 'DONE' });
    expect(codes(await edit(of, 'too late'))).toEqual(['DELETED input.messageId']);
    expect(await remove(of)).toEqual({ messageId: of.messageId });
  });

  test('and sees why the platform did not', async () => {
    const of = await sent();
    await edit(of);
    await inbox.told();
    const failure = { code: 'NOT_SUPPORTED', message: 'too old', retryable: false };
    await settle(of, { status: 'REFUSED', failure });
    expect(await message(of)).toMatchObject({ text: 'Helo wrold', edited: false, status: 'REFUSED' });
    expect(await inbox.told()).toMatchObject([{ data: { change: 'REVISION_REFUSED' } }]);
    await edit(of);
    expect(await message(of)).toMatchObject({ status: 'PENDING' });
  });

  test('again before the first change is made: what was made counts, and the last one is waited for', async () => {
    const of = await sent();
    await edit(of, 'first');
    const first = String((await message(of))?.['revisionId']);
    await edit(of, 'second');
    await settle(of, { revisionId: first, text: 'first' });
    expect(await message(of)).toMatchObject({ text: 'first', status: 'PENDING' });
    await settle(of, { text: 'second' });
    expect(await message(of)).toMatchObject({ text: 'second', status: 'DONE' });
    await settle(of, { revisionId: first, text: 'first' }, new Date(Date.now() - 60_000).toISOString());
    expect(await message(of)).toMatchObject({ text: 'second' });
  });

  test.each(['MESSENGER', 'INSTAGRAM', 'WHATSAPP'] as const)(
    'not where %s has it, and is told why',
    async (platform) => {
      const of = await sent({ platform });
      for (const outcome of [await edit(of), await remove(of)]) {
        expect(outcome).toMatchObject({
          userErrors: [{ code: 'NOT_SUPPORTED', message: expect.stringMatching(/once it was sent/) }],
        });
      }
      expect(await message(of)).toMatchObject({ text: 'Helo wrold', status: null });
      expect(await inbox.told()).toEqual([]);
    },
  );

  test('on Telegram, deletes only within 48 hours', async () => {
    const of = await sent();
    const age = `update conversations.messages set created_at = now() - interval '49 hours' where id = $1`;
    await inbox.rows(age, [of.messageId]);
    expect(codes(await remove(of))).toEqual(['NOT_SUPPORTED input.messageId']);
    expect(await edit(of)).toEqual({ messageId: of.messageId });
  });

  test('not when the contact wrote it', async () => {
    const conversationId = await write(inbox, acme, { platform: 'WEB_CHAT' });
    const [row] = await inbox.rows<{ id: string }>('select id from conversations.messages where conversation_id = $1', [
      conversationId,
    ]);
    const theirs = { messageId: row?.id ?? '' };
    expect(codes(await edit(theirs, 'x', { by: supervisor() }))).toEqual(['NOT_SUPPORTED input.messageId']);
    expect(codes(await remove(theirs, supervisor()))).toEqual(['NOT_SUPPORTED input.messageId']);
  });

  test('of another only as a supervisor, and of another company never', async () => {
    const [of, note] = [await sent(), await sent({ isPrivate: true })];
    for (const one of [of, note]) {
      await expect(edit(one, 'x', { by: acme.ben })).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
      await expect(remove(one, acme.ben)).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
      await expect(remove(one, acme.partner)).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    }
    const globex = await inbox.addCompany();
    expect(codes(await edit(of, 'x', { by: globex.admin }))).toEqual(['NOT_FOUND input.messageId']);
    expect(codes(await remove(of, globex.admin))).toEqual(['NOT_FOUND input.messageId']);
    expect(codes(await edit({ messageId: 'nonsense' }))).toEqual(['NOT_FOUND input.messageId']);
    expect(await message(of)).toMatchObject({ text: 'Helo wrold', status: null });
    expect(await edit(note, 'from above', { by: supervisor() })).toEqual({ messageId: note.messageId });
    expect(await message(note)).toMatchObject({ text: 'from above' });
  });

  test.each([
    ['', 'INVALID input.text'],
    [' \n ', 'INVALID input.text'],
    ['x'.repeat(10_001), 'INVALID input.text'],
  ])('to nothing that is no message: %j', async (text, code) => {
    expect(codes(await edit(await sent(), text))).toEqual([code]);
  });

  test('to what it says already changes nothing', async () => {
    const note = await sent({ isPrivate: true });
    await edit(note, ' Helo wrold ');
    expect(await message(note)).toMatchObject({ version: 1, edited: false });
    expect(await inbox.told()).toEqual([]);
  });

  test('only as it was seen, where that is wanted: of two at once one is told to look again', async () => {
    const note = await sent({ isPrivate: true });
    const outcomes = await Promise.all(['one', 'two', 'three'].map((text) => edit(note, text, { expectedVersion: 1 })));
    expect(outcomes.flatMap(codes)).toEqual(['CONFLICT input.expectedVersion', 'CONFLICT input.expectedVersion']);
    expect(await message(note)).toMatchObject({ version: 2 });
  });

  test('that was deleted is not sent again, and one that was changed stays what its key has sent', async () => {
    const failed = await sent({ status: 'FAILED' });
    await edit(failed);
    expect(await sendMessage(inbox.database, acme.ada, failed.input)).toEqual({ messageId: failed.messageId });
    await remove(failed);
    expect(codes(await retryMessage(inbox.database, acme.ada, failed))).toEqual(['DELETED input.messageId']);
    expect(await sendMessage(inbox.database, acme.ada, failed.input)).toEqual({ messageId: failed.messageId });
  });

  test('that is not there cannot be settled, and another company’s channels change nothing', async () => {
    const of = await sent();
    await edit(of);
    const globex = await inbox.addCompany();
    const { channelId, threadExternalId } = received(globex).data;
    const change = { revisionId: v7(), kind: 'EDIT', text: 'theirs', status: 'DONE', failure: null } as const;
    const data = { channelId, threadExternalId, ...of, ...change };
    const occurredAt = new Date().toISOString();
    await expect(settleRevision(inbox.database, { companyId: globex.companyId, occurredAt, data })).rejects.toThrow(
      /no message/,
    );
    expect(await message(of)).toMatchObject({ text: 'Helo wrold' });
  });
});
