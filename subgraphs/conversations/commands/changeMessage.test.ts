import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { v7 } from 'uuid';
import type { Attachment } from '#schema/events/values.ts';
import { FactError } from '../errors.ts';
import { listConversations } from '../queries/listConversations.ts';
import { openInbox, picture, viewer, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { editMessage } from './editMessage.ts';
import { extendMessage } from './extendMessage.ts';
import { reactToMessage } from './reactToMessage.ts';
import { removeMessage } from './removeMessage.ts';
import { storeAttachment } from './storeAttachment.ts';

const start = Date.parse('2026-03-01T12:00:00.000Z');
const at = (seconds: number) => new Date(start + seconds * 1_000).toISOString();

describe('a message of a platform', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  const externalMessageId = 'm-1';

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
  });
  afterAll(() => inbox.close());

  const about = <T extends object>(data: T, { companyId, channelId } = acme) => ({
    companyId,
    data: { channelId, threadExternalId: 'thread-customer-1', externalMessageId, ...data },
  });
  const edit = (text: string | null, editedAt: string, attachments: Attachment[] | null = null, company = acme) =>
    editMessage(inbox.database, about({ text, attachments, editedAt }, company));
  const extend = (attachments: Attachment[], text: string | null = 'Hello') =>
    extendMessage(inbox.database, about({ text, attachments }));
  const remove = (company = acme) => removeMessage(inbox.database, about({ removedAt: at(100) }, company));
  const react = (emoji: string | null, reactedAt: string, byExternalId = 'customer-1', company = acme) =>
    reactToMessage(inbox.database, about({ byExternalId, emoji, reactedAt }, company));
  const store = (attachment: Attachment, failure: string | null = null, company = acme) =>
    storeAttachment(inbox.database, about({ attachment, failure }, company));

  const said = (fields: Parameters<typeof write>[2] = {}) => write(inbox, acme, { externalMessageId, ...fields });
  const message = async () => {
    const [row] = await inbox.rows<{ text: string | null; attachments: Attachment[]; [column: string]: unknown }>(
      'select * from conversations.messages where company_id = $1 and external_id = $2',
      [acme.companyId, externalMessageId],
    );
    return row;
  };
  const reactions = () =>
    inbox.rows<{ by: string; emoji: string }>(
      `select by_external_id as by, emoji from conversations.message_reactions
       where company_id = $1 and emoji is not null order by by_external_id`,
      [acme.companyId],
    );
  const changes = async () =>
    (await inbox.told()).map((event) =>
      event.type === 'conversation.message.changed' ? event.data.change : event.type,
    );
  async function found(search: string): Promise<number> {
    const session = inbox.database.session(acme.companyId);
    try {
      const page = { direction: 'forward', limit: 10 } as const;
      const asked = { filter: { search }, order: 'NEWEST' } as const;
      return (await session.read((sql) => listConversations(sql, viewer(acme.ada), asked, page))).edges.length;
    } finally {
      await session.close();
    }
  }

  test('says what its author made of it, is found by that, and tells it once', async () => {
    const id = await said({ text: 'The blue one' });
    await inbox.told();
    await edit('The green one', at(1));
    await edit('The green one', at(1));
    expect(await message()).toMatchObject({ text: 'The green one', edited_at: new Date(at(1)), deleted_at: null });
    expect([await found('blue'), await found('green')]).toEqual([0, 1]);
    expect(await inbox.told()).toMatchObject([
      {
        type: 'conversation.message.changed',
        data: { change: 'EDITED', conversation: { id }, message: { text: 'The green one' } },
      },
    ]);
  });

  test('ends with its last edit, in whatever order and however often the edits come', async () => {
    const edits = ['first', 'second', 'third', 'fourth'].map((text, index) => ({ text, editedAt: at(index) }));
    const orders = fc.shuffledSubarray([...edits, ...edits], { minLength: edits.length * 2 });
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        acme = await inbox.addCompany();
        await said();
        for (const { text, editedAt } of order) await edit(text, editedAt);
        expect(await message()).toMatchObject({ text: 'fourth', edited_at: new Date(at(3)) });
      }),
      { numRuns: 10 },
    );
  });

  test('takes the later of two edits within one second', async () => {
    await said();
    await edit('first', at(1));
    await edit('second', at(1));
    expect(await message()).toMatchObject({ text: 'second' });
  });

  test('keeps its files when an edit says nothing of them, and gets others when it does', async () => {
    const [first, second] = [picture(), picture()];
    await said({ attachments: [first] });
    await edit('Look', at(1));
    expect((await message())?.attachments).toEqual([first]);
    await edit('Look', at(2), [second]);
    expect((await message())?.attachments).toEqual([second]);
  });

  test('grows with its album, without losing what is stored and without being called edited', async () => {
    const [first, second, third] = [picture(), picture(), picture()];
    await said({ attachments: [first] });
    const stored = { ...first, fileKey: 'acme/first' };
    await store(stored);
    await inbox.told();
    await extend([first, second, third]);
    await extend([first, second]);
    await extend([first, second, third]);
    expect(await message()).toMatchObject({ attachments: [stored, second, third], edited_at: null });
    expect(await changes()).toEqual(['ATTACHMENTS']);
  });

  test('keeps the text of an edit when its album grows afterwards', async () => {
    const [first, second] = [picture(), picture()];
    await said({ attachments: [first], text: 'Holidays' });
    await edit('Holidays at sea', at(1));
    await extend([first, second], 'Holidays');
    expect(await message()).toMatchObject({ text: 'Holidays at sea', attachments: [first, second] });
  });

  test('keeps a copy of a file once there is one, whatever else is told of it', async () => {
    const file = picture();
    await said({ attachments: [picture(), file] });
    await inbox.told();
    await store(file, 'TOO_LARGE');
    await store({ ...file, fileKey: 'acme/file' });
    await store({ ...file, fileKey: 'acme/file' });
    await store(file, 'TOO_LARGE');
    expect((await message())?.attachments[1]).toEqual({ ...file, fileKey: 'acme/file' });
    expect(await changes()).toEqual(['ATTACHMENTS']);
  });

  test('waits for a file that it does not have yet, and lets go of one that was edited away', async () => {
    const [old, late] = [picture(), picture()];
    await said({ attachments: [old] });
    await expect(store(late)).rejects.toBeInstanceOf(FactError);
    await edit('Another one', at(1), [late]);
    await store({ ...old, fileKey: 'acme/old' });
    expect((await message())?.attachments).toEqual([late]);
  });

  test('that was taken back is a tombstone: nobody finds it, and nothing changes it any more', async () => {
    const file = picture();
    const id = await said({ text: 'A secret', attachments: [file] });
    await react('👍', at(1));
    await inbox.told();
    await Promise.all([remove(), remove(), remove()]);
    await edit('Another secret', at(200));
    await extend([file, picture()]);
    await store({ ...file, fileKey: 'acme/file' });
    await react('😢', at(200));
    expect(await message()).toMatchObject({ text: null, attachments: [], deleted_at: new Date(at(100)) });
    expect(await found('secret')).toBe(0);
    expect(await changes()).toEqual(['REMOVED']);
    const [conversation] = await inbox.rows(
      'select message_count, last_message_id from conversations.conversations where id = $1',
      [id],
    );
    expect(conversation).toEqual({ message_count: 1, last_message_id: (await message())?.['id'] });
  });

  test('shows one reaction of each person, the newest', async () => {
    await said();
    await inbox.told();
    await react('👍', at(1));
    await react('👍', at(1));
    await react('❤️', at(3));
    await react('😢', at(2));
    await react('🎉', at(1), 'somebody else');
    expect(await reactions()).toEqual([
      { by: 'customer-1', emoji: '❤️' },
      { by: 'somebody else', emoji: '🎉' },
    ]);
    expect(await changes()).toEqual(['REACTED', 'REACTED', 'REACTED']);
  });

  test('does not get back a reaction that was taken away, however late that comes', async () => {
    await said();
    await react(null, at(2));
    await react('👍', at(1));
    expect(await reactions()).toEqual([]);
    await react('👍', at(3));
    expect(await reactions()).toEqual([{ by: 'customer-1', emoji: '👍' }]);
  });

  test('that is not there yet is waited for, also when another company has one of the same id', async () => {
    const globex = { ...(await inbox.addCompany()), channelId: acme.channelId };
    await said({ text: 'Ours' });
    await inbox.told();
    for (const change of [
      () => edit('Theirs', at(1), null, globex),
      () => remove(globex),
      () => react('👍', at(1), 'x', globex),
      () => store(picture(), null, globex),
      () =>
        editMessage(inbox.database, about({ externalMessageId: v7(), text: '', attachments: null, editedAt: at(1) })),
    ]) {
      await expect(change()).rejects.toBeInstanceOf(FactError);
    }
    expect(await message()).toMatchObject({ text: 'Ours', deleted_at: null, edited_at: null });
    expect(await inbox.told()).toEqual([]);
  });
});
