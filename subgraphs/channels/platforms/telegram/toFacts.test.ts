import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Poison } from '#platform/events/errors.ts';
import { describeFixtures } from '../../testing/describeFixtures.ts';
import { checkFact, readFixtures } from '../../testing/platformFixtures.ts';
import { telegramToFacts } from './toFacts.ts';

const channel = { id: '01890a5d-ac96-774b-bcce-b302099a8057', externalId: '4242' };
const from = { id: 77, is_bot: false, first_name: 'Mina', last_name: 'Şahin', username: 'mina', language_code: 'tr' };
const group = { id: -100123, type: 'supergroup', title: 'Friends' };
const chat = { id: 77, type: 'private', first_name: 'Mina' };
const file = { file_id: 'F1', file_unique_id: 'U1', file_size: 2048 };

function factsOf(content: object) {
  const message = { message_id: 5, date: 1_760_000_000, chat, from, ...content };
  return telegramToFacts(channel, { update_id: 1, message });
}

function received(content: object) {
  const [fact] = factsOf(content);
  return fact?.kind === 'message' ? fact.data : undefined;
}

describe('a message of Telegram', () => {
  it('becomes the event that the catalogue describes', () => {
    const [fact] = factsOf({ text: 'Merhaba', reply_to_message: { message_id: 3, chat, date: 1 } });
    expect(fact).toEqual({
      kind: 'message',
      data: {
        channelId: channel.id,
        platform: 'TELEGRAM',
        externalMessageId: '77:5',
        threadExternalId: '77',
        contact: { externalId: '77', name: 'Mina Şahin', username: 'mina', languageCode: 'tr', phone: null },
        senderName: null,
        payload: null,
        story: null,
        referral: null,
        standby: false,
        sentAt: '2025-10-09T08:53:20.000Z',
        text: 'Merhaba',
        attachments: [],
        replyToExternalId: '77:3',
      },
    });
  });

  it.each([
    ['document', { ...file, file_name: 'a.pdf', mime_type: 'application/pdf' }, 'FILE', 'application/pdf', 'a.pdf'],
    ['audio', { ...file, mime_type: 'audio/mpeg' }, 'AUDIO', 'audio/mpeg', null],
    ['voice', file, 'AUDIO', 'audio/ogg', null],
    ['video', { ...file, mime_type: 'video/mp4' }, 'VIDEO', 'video/mp4', null],
    ['video_note', file, 'VIDEO', 'video/mp4', null],
    ['sticker', { ...file, emoji: '🎉' }, 'STICKER', null, null],
    ['animation', { ...file, mime_type: 'image/gif' }, 'IMAGE', 'image/gif', null],
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
        id: expect.any(String),
        fileKey: null,
      },
    ]);
  });

  it('names a file the same each time, and another one otherwise', () => {
    const ids = ['U1', 'U1', 'U2'].map(
      (file_unique_id) => received({ voice: { ...file, file_unique_id } })?.attachments[0]?.id,
    );
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('that is written in the name of a group is the group’s, as all that its members write', () => {
    const contact = { externalId: '-100123', name: 'Friends', username: null, languageCode: null, phone: null };
    expect(received({ chat: group, from: undefined, text: 'hi' })).toMatchObject({ contact, senderName: null });
    expect(received({ chat: group, text: 'hi' })).toMatchObject({ contact, senderName: 'Mina Şahin' });
  });

  it.each([
    ['the bot itself', { from: { id: 4242, is_bot: true, first_name: 'Bot' }, chat: group }, '4242'],
    ['the company in its channel', { from: undefined, chat: { ...group, type: 'channel' } }, null],
  ])('by %s is an echo', (_who, wrote, appId) => {
    expect(factsOf({ text: 'hello', ...wrote })).toMatchObject([{ kind: 'echo', appId, reference: null }]);
  });

  it('that Telegram wrote about other people says nothing', () => {
    expect(factsOf({ chat: group, new_chat_members: [from] })).toEqual([]);
  });

  it.each([
    ['/start', null],
    ['/start spring-sale', 'spring-sale'],
    ['/start@acme_bot spring_sale', 'spring_sale'],
    ['please /start spring', null],
  ])('that says "%s" came by the link %s', (text, ref) => {
    expect(received({ text })?.referral?.ref ?? null).toBe(ref);
  });

  it('gives the phone number of the one who shares it, and of nobody else', () => {
    const contact = { phone_number: '+49 170 1234567', first_name: 'Mina' };
    expect(received({ contact: { ...contact, user_id: 77 } })?.contact.phone).toBe('+491701234567');
    expect(received({ contact: { ...contact, user_id: 78 } })?.contact.phone).toBeNull();
    expect(received({ contact })?.contact.phone).toBeNull();
    expect(received({ chat: group, contact: { ...contact, user_id: 77 } })?.contact.phone).toBeNull();
  });

  it('loses what PostgreSQL could not keep, and nothing else', () => {
    const data = received({ text: 'a\0b\ud800c👍', from: { id: 77, first_name: '\0' } });
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
    ['a chat of no known type', { chat: { id: 1, type: 'planet' } }],
    ['a place that is nowhere', { location: { latitude: 91, longitude: 0 } }],
  ])('is parked with %s', (_what, wrong) => {
    expect(() => factsOf({ text: 'x', ...wrong })).toThrow(Poison);
    expect(() => factsOf({ text: 'x', ...wrong })).toThrow(/not an update of Telegram/);
  });

  it.each([{}, { text: '' }, { text: '\0', caption: '' }])('of nothing that could be read is parked: %j', (content) => {
    expect(() => factsOf(content)).toThrow(/no rule for a message of/);
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
        const written = `${content.text ?? ''}${content.caption ?? ''}`.replaceAll('\0', '');
        fc.pre(written !== '');
        expect(() => factsOf(content).forEach(checkFact)).not.toThrow();
      }),
    );
  });
});

describe('an update of Telegram', () => {
  it('says the same under every update_id, since the ids begin anew after a quiet week', () => {
    for (const { event, facts } of readFixtures('telegram')) {
      if (!facts) continue;
      const kinds = [999_999_999, 5].map((update_id) =>
        telegramToFacts(channel, { ...(event as object), update_id }).map(({ kind }) => kind),
      );
      expect(kinds[0]).toEqual(kinds[1]);
      expect(kinds[0]).toEqual(facts.map((fact) => (fact as { kind: string }).kind));
    }
  });

  it.each(['constructor', '__proto__', 'toString', 'nothing'])('of the kind "%s" is parked', (kind) => {
    const event = JSON.parse(`{"update_id": 1, "${kind}": {}}`) as unknown;
    expect(() => telegramToFacts(channel, event)).toThrow(/no rule for updates of kind/);
  });
});

describeFixtures('telegram', telegramToFacts, channel);
