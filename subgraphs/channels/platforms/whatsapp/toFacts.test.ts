import { describe, expect, it } from '@jest/globals';
import { Poison } from '#platform/events/errors.ts';
import { describeFixtures } from '../../testing/describeFixtures.ts';
import { whatsappToFacts } from './toFacts.ts';

const channel = { id: '01890a5d-ac96-774b-bcce-b302099a8057', externalId: '106540352242922' };
const base = { id: 'wamid.1', timestamp: '1764061200', type: 'text', text: { body: 'Hello' } };
const ada = { wa_id: '4915112345678', user_id: 'DE.1', profile: { name: 'Ada' } };
const ben = { wa_id: '4915187654321', user_id: 'DE.2', profile: { name: 'Ben' } };

function factsOf(message: object, contacts: object[] = [ada]) {
  const value = { messaging_product: 'whatsapp', contacts, messages: [{ ...base, from: ada.wa_id, ...message }] };
  return whatsappToFacts(channel, { field: 'messages', value });
}

describe('a message of WhatsApp', () => {
  it.each([
    ['number', { from: ben.wa_id }],
    ['id', { from: undefined, from_user_id: ben.user_id }],
  ])('is of the one whose %s it bears, whoever else is told along', (_what, who) => {
    expect(factsOf(who, [ada, ben])).toMatchObject([
      {
        data: {
          threadExternalId: 'DE.2',
          contact: { externalId: 'DE.2', name: 'Ben', phone: '+4915187654321' },
        },
      },
    ]);
  });

  it('is of its number when nobody is told along', () => {
    const contact = { externalId: ada.wa_id, name: null, phone: `+${ada.wa_id}` };
    expect(factsOf({}, [])).toMatchObject([{ data: { threadExternalId: ada.wa_id, contact } }]);
  });

  it('of nobody is parked', () => {
    expect(() => factsOf({ from: '' }, [])).toThrow(/names nobody/);
    expect(() => factsOf({ from: '' }, [ada, ben])).toThrow(/names nobody/);
  });

  it('gives no phone number that is none', () => {
    expect(factsOf({ from: 'DE.77' }, [])).toMatchObject([{ data: { contact: { phone: null } } }]);
  });

  it.each([
    ['a time that is a number', { timestamp: 1_764_061_200 }],
    ['a time after the last year', { timestamp: '999999999999' }],
    ['a time in milliseconds', { timestamp: '1764061200000' }],
    ['no id', { id: undefined }],
    ['no content', { text: undefined }],
    ['an empty text', { text: { body: '' } }],
    ['a place that is nowhere', { type: 'location', location: { latitude: '91', longitude: 0 } }],
  ])('is parked with %s', (_what, wrong) => {
    expect(() => factsOf(wrong)).toThrow(Poison);
  });

  it('takes a place that is told in texts', () => {
    expect(factsOf({ type: 'location', location: { latitude: '52.5', longitude: '-13.4' } })).toMatchObject([
      { data: { attachments: [{ kind: 'LOCATION', latitude: 52.5, longitude: -13.4 }] } },
    ]);
  });

  it('loses what PostgreSQL could not keep, also in the JSON of a flow', () => {
    const nfm_reply = { body: 'Sent\0', response_json: '{"a\\u0000":"\\ud800","flow_token":"t"}' };
    expect(factsOf({ type: 'interactive', interactive: { type: 'nfm_reply', nfm_reply } })).toMatchObject([
      { data: { text: 'Sent\na: \ufffd' } },
    ]);
  });

  it.each(['[1,2]', 'null', '"yes"', ''])('that answers a flow with %s shows what there is', (response_json) => {
    const nfm_reply = { body: 'Sent', response_json };
    expect(factsOf({ type: 'interactive', interactive: { type: 'nfm_reply', nfm_reply } })).toMatchObject([
      { data: { text: 'Sent', payload: response_json } },
    ]);
  });
});

describe('a change of WhatsApp', () => {
  it.each([
    ['that is none', [], /not a change of WhatsApp/],
    ['without anything in it', { field: 'messages', value: { metadata: {} } }, /no rule for a change of metadata/],
    ['of another field', { field: 'security', value: {} }, /no rule for field security/],
  ])('%s is parked', (_what, event, reason) => {
    expect(() => whatsappToFacts(channel, event)).toThrow(Poison);
    expect(() => whatsappToFacts(channel, event)).toThrow(reason);
  });
});

describeFixtures('whatsapp', whatsappToFacts, channel);
