import { describe, expect, it } from '@jest/globals';
import { Poison } from '#platform/events/errors.ts';
import { instagramToFacts } from '../instagram/toFacts.ts';
import { messengerToFacts } from '../messenger/toFacts.ts';

const channel = { id: '01890a5d-ac96-774b-bcce-b302099a8057', externalId: '104921837264518' };
const PERSON = '6523418907754321';
const AT = 1_764_100_245_123;
const frame = { sender: { id: PERSON }, recipient: { id: channel.externalId }, timestamp: AT };

function withMessage(message: object, around: object = {}) {
  return { ...frame, ...around, message: { mid: 'm_1', text: 'x', ...message } };
}

describe.each([
  ['Messenger', messengerToFacts],
  ['Instagram', instagramToFacts],
])('an odd event of %s', (_platform, toFacts) => {
  it('loses what PostgreSQL could not keep, and nothing else', () => {
    const attachments = [{ type: 'share', title: 'a\0\ud800', payload: { url: 'https://shop.example/\0a' } }];
    expect(toFacts(channel, withMessage({ text: 'a\0b\ud800c👍', attachments }))).toMatchObject([
      { data: { text: 'ab\ufffdc👍', attachments: [{ name: 'a\ufffd', url: 'https://shop.example/a' }] } },
    ]);
  });

  it('keeps no address that a browser would run', () => {
    const attachments = [{ type: 'fallback', payload: { url: 'javascript:alert(1)' } }];
    expect(toFacts(channel, withMessage({ attachments }))).toMatchObject([{ data: { attachments: [{ url: null }] } }]);
  });

  it('is from a person whose id came as a number', () => {
    const event = withMessage({}, { sender: { id: Number(PERSON) } });
    expect(toFacts(channel, event)).toMatchObject([{ data: { threadExternalId: PERSON } }]);
  });

  it('of two things says both', () => {
    const event = withMessage({}, { referral: { ref: 'autumn' } });
    expect(toFacts(channel, event)).toMatchObject([{ kind: 'message' }, { data: { kind: 'REFERRED' } }]);
  });

  it('is the account’s own by its sender, also where no echo is said', () => {
    const turned = { sender: frame.recipient, recipient: frame.sender };
    const reaction = { mid: 'm_1', action: 'react', emoji: '👍' };
    expect(toFacts(channel, { ...frame, ...turned, reaction })).toMatchObject([
      { data: { threadExternalId: PERSON, byExternalId: channel.externalId } },
    ]);
  });

  it('has the same id each time that a postback without one comes, and another for another', () => {
    function idOf(postback: object, timestamp = AT) {
      return toFacts(channel, { ...frame, timestamp, postback }).map((fact) =>
        fact.kind === 'message' ? fact.data.externalMessageId : undefined,
      )[0];
    }
    const postback = { title: 'Yes', payload: 'YES' };
    expect(idOf(postback)).toMatch(/^postback:/);
    expect(idOf({ ...postback })).toBe(idOf(postback));
    expect(idOf({ ...postback, payload: 'NO' })).not.toBe(idOf(postback));
    expect(idOf(postback, AT + 1)).not.toBe(idOf(postback));
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'message'],
    ['a list', [withMessage({})]],
    ['nothing that happened', frame],
    ['no sender', { ...withMessage({}), sender: undefined }],
    ['a sender who is known by a reference only', withMessage({}, { sender: { user_ref: 'f8a1' } })],
    ['a sender with a broken id', withMessage({}, { sender: { id: '6\0' } })],
    ['an echo to nobody', { ...withMessage({ is_echo: true }), recipient: undefined }],
    ['no time', { ...withMessage({}), timestamp: undefined }],
    ['a time before all', withMessage({}, { timestamp: -1 })],
    ['a time after the last year', withMessage({}, { timestamp: 253_402_300_800_000 })],
    ['a time that is no number', withMessage({}, { timestamp: 'yesterday' })],
    ['half a millisecond', withMessage({}, { timestamp: AT + 0.5 })],
    ['no message id', withMessage({ mid: undefined })],
    ['a message id that no index takes', withMessage({ mid: 'm'.repeat(513) })],
    ['a message id with a line break', withMessage({ mid: 'm_1\r\nNats-Msg-Id: x' })],
    ['a text that is an object', withMessage({ text: {} })],
    ['a text of nothing but NUL', withMessage({ text: '\0' })],
    ['attachments that are no list', withMessage({ attachments: { type: 'image' } })],
    ['an attachment that is null', withMessage({ attachments: [null] })],
    [
      'a place that is nowhere',
      withMessage({ attachments: [{ type: 'location', payload: { coordinates: { lat: 91, long: 0 } } }] }),
    ],
    ['an echo that is maybe one', withMessage({ is_echo: 'yes' })],
    ['an edit without its text', { ...frame, message_edit: { mid: 'm_1', num_edit: 1 } }],
    ['an edit that does not say which', { ...frame, message_edit: { mid: 'm_1', text: 'x' } }],
    [
      'a reaction that is neither given nor taken back',
      { ...frame, reaction: { mid: 'm_1', action: 'like', emoji: '👍' } },
    ],
    ['roles of what is no app', { ...frame, app_roles: { primary: ['receiver'] } }],
  ])('is parked when it has %s', (_what, event) => {
    expect(() => toFacts(channel, event)).toThrow(Poison);
  });
});

describe('a receipt of Messenger', () => {
  it.each([
    ['messages and no time at all', { delivery: { mids: ['m_1'] } }],
    ['a broken watermark', { delivery: { watermark: '1e3' } }],
    ['a message without id', { delivery: { mids: [''], watermark: AT } }],
    ['a read of a broken time', { read: { watermark: {} } }],
  ])('is parked when it has %s', (_what, said) => {
    expect(() => messengerToFacts(channel, { ...frame, timestamp: undefined, ...said })).toThrow(Poison);
  });
});
