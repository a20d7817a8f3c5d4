import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { messageReceived } from '#schema/events/channels.ts';
import { toMessageReceived } from './toMessageReceived.ts';
import { updateSchema } from './update.ts';

const channelId = '01890a5d-ac96-774b-bcce-b302099a8057';
const from = { id: 77, is_bot: false, first_name: 'Mina', last_name: 'Şahin', username: 'mina', language_code: 'tr' };
const base = { message_id: 5, date: 1_760_000_000, chat: { id: -100123, type: 'supergroup', title: 'Friends' }, from };
const file = { file_id: 'F1', file_unique_id: 'U1', file_size: 2048 };

function received(content: object) {
  const { message } = updateSchema.parse({ update_id: 1, message: { ...base, ...content } });
  return message && toMessageReceived(channelId, message);
}

describe('a message of Telegram', () => {
  it('becomes the event that the catalogue describes', () => {
    const data = received({ text: 'Merhaba', reply_to_message: { message_id: 3, chat: base.chat, date: 1 } });
    expect(messageReceived.data.parse(data)).toEqual({
      channelId,
      platform: 'TELEGRAM',
      externalMessageId: '-100123:5',
      threadExternalId: '-100123',
      contact: { externalId: '77', name: 'Mina Şahin', username: 'mina', languageCode: 'tr', phone: null },
      senderName: null,
      payload: null,
      story: null,
      referral: null,
      standby: false,
      sentAt: '2025-10-09T08:53:20.000Z',
      text: 'Merhaba',
      attachments: [],
      replyToExternalId: '-100123:3',
    });
  });

  it.each([
    ['document', { ...file, file_name: 'a.pdf', mime_type: 'application/pdf' }, 'FILE', 'application/pdf', 'a.pdf'],
    ['audio', { ...file, mime_type: 'audio/mpeg' }, 'AUDIO', 'audio/mpeg', null],
    ['voice', file, 'AUDIO', 'audio/ogg', null],
    ['video', { ...file, mime_type: 'video/mp4' }, 'VIDEO', 'video/mp4', null],
    ['video_note', file, 'VIDEO', 'video/mp4', null],
    ['sticker', { ...file, emoji: '🎉' }, 'STICKER', null, null],
  ])('with a %s has it as attachment', (field, value, kind, mimeType, name) => {
    const data = received({ [field]: value, caption: 'look' });
    expect(data).toMatchObject({ text: 'look' });
    expect(data?.attachments).toEqual([
      {
        kind,
        platformFileId: 'F1',
        mimeType,
        name,
        size: 2048,
        url: null,
        latitude: null,
        longitude: null,
        id: null,
        fileKey: null,
      },
    ]);
  });

  it('with a photo has the largest of its sizes', () => {
    const data = received({
      photo: [
        { ...file, file_id: 'small' },
        { ...file, file_id: 'large' },
      ],
    });
    expect(data?.attachments).toMatchObject([{ kind: 'IMAGE', platformFileId: 'large', mimeType: 'image/jpeg' }]);
  });

  it('with a location has the place', () => {
    const data = received({ location: { latitude: 52.5, longitude: 13.4 } });
    expect(data?.attachments).toMatchObject([{ kind: 'LOCATION', latitude: 52.5, longitude: 13.4 }]);
  });

  it('that is written in the name of a group is the group’s', () => {
    expect(received({ from: undefined, text: 'hi' })?.contact).toEqual({
      externalId: '-100123',
      name: 'Friends',
      username: null,
      languageCode: null,
      phone: null,
    });
  });

  it('that holds nothing to read is not one', () => {
    expect(received({ new_chat_members: [from] })).toBeUndefined();
  });

  it('loses what PostgreSQL could not keep, and nothing else', () => {
    const data = received({ text: 'a\0b\ud800c👍', from: { id: 1, first_name: '\0' } });
    expect(data).toMatchObject({ text: 'ab\ufffdc👍', contact: { name: null } });
    const everywhere = received({
      from: { ...from, language_code: 'e\0n' },
      document: { file_id: 'F\0', mime_type: 'a/\ud800', file_name: '\0b' },
    });
    expect(everywhere).toMatchObject({
      contact: { languageCode: 'en' },
      attachments: [{ platformFileId: 'F', mimeType: 'a/\ufffd', name: 'b' }],
    });
  });

  it.each([
    ['a time after the last year', { date: 1e15 }],
    ['no id', { message_id: undefined }],
    ['an id that is a text', { message_id: '5' }],
    ['no chat', { chat: undefined }],
    ['a place that is nowhere', { location: { latitude: 91, longitude: 0 } }],
  ])('is refused with %s', (_what, wrong) => {
    expect(updateSchema.safeParse({ update_id: 1, message: { ...base, text: 'x', ...wrong } }).success).toBe(false);
  });

  it('fits the catalogue whatever was written, and whoever wrote it', () => {
    const anything = fc.record({
      text: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
      caption: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
      date: fc.integer({ min: 0, max: 253_402_300_799 }),
      message_id: fc.integer({ min: 1 }),
      from: fc.option(fc.record({ id: fc.integer(), first_name: fc.string({ unit: 'binary' }) }), { nil: undefined }),
    });
    fc.assert(
      fc.property(anything, (content) => {
        const data = received(content);
        const written = `${content.text ?? ''}${content.caption ?? ''}`.replaceAll('\0', '');
        expect(data !== undefined).toBe(written !== '');
        expect(data === undefined || messageReceived.data.safeParse(data).success).toBe(true);
      }),
    );
  });
});
