import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Poison } from '#platform/events/errors.ts';
import { mutated } from '../../testing/mutations.ts';
import { readFixtures } from '../../testing/platformFixtures.ts';
import { splitWebhook } from './splitWebhook.ts';

const PAGE = '104921837264518';
const PERSON = '6523418907754321';
const OTHER = '7012345678901234';
const INSTAGRAM = '17841405822304914';
const TIME = 1_764_100_245_400;

function message(from: string, to: string, text = 'hi') {
  return { sender: { id: from }, recipient: { id: to }, timestamp: TIME - 277, message: { mid: `m_${text}`, text } };
}

function webhook(object: string, ...entry: unknown[]) {
  return { object, entry };
}

describe('a webhook of a page', () => {
  it('with many entries becomes as many events as they hold, in their order', () => {
    const first = message(PERSON, PAGE, 'one');
    const second = message(OTHER, PAGE, 'two');
    const third = message(PERSON, '2', 'three');
    const events = splitWebhook(
      webhook(
        'page',
        { id: PAGE, time: TIME, messaging: [first, second] },
        { id: '2', time: TIME, messaging: [third] },
      ),
    );
    expect(events).toEqual([
      { platform: 'MESSENGER', accountId: PAGE, event: first },
      { platform: 'MESSENGER', accountId: PAGE, event: second },
      { platform: 'MESSENGER', accountId: '2', event: third },
    ]);
  });

  it('marks what came on standby', () => {
    const event = message(PERSON, PAGE);
    expect(splitWebhook(webhook('page', { id: PAGE, standby: [event] }))).toEqual([
      { platform: 'MESSENGER', accountId: PAGE, event: { ...event, standby: true } },
    ]);
  });

  it('passes on what is no messaging, for its adapter to park', () => {
    const change = { field: 'feed', value: { item: 'comment', message: 'Nice!' } };
    expect(splitWebhook(webhook('page', { id: PAGE, changes: [change] }))).toEqual([
      { platform: 'MESSENGER', accountId: PAGE, event: change },
    ]);
  });

  it('passes on a broken event of a known account, for its adapter to park', () => {
    expect(splitWebhook(webhook('page', { id: PAGE, messaging: [null, message(PERSON, PAGE)] }))).toMatchObject([
      { platform: 'MESSENGER', accountId: PAGE, event: null },
      { platform: 'MESSENGER', accountId: PAGE },
    ]);
  });
});

describe('a webhook of Instagram', () => {
  it('holds events of messaging', () => {
    const event = message(PERSON, INSTAGRAM);
    expect(splitWebhook(webhook('instagram', { id: INSTAGRAM, time: TIME, messaging: [event] }))).toEqual([
      { platform: 'INSTAGRAM', accountId: INSTAGRAM, event },
    ]);
  });

  it('sent by the dashboard is of the account that its event names', () => {
    const value = message('12334', INSTAGRAM);
    expect(
      splitWebhook(webhook('instagram', { id: '0', time: TIME, changes: [{ field: 'messages', value }] })),
    ).toEqual([{ platform: 'INSTAGRAM', accountId: INSTAGRAM, event: value }]);
  });

  it('sent by the dashboard that names no account is to be parked', () => {
    const change = { field: 'comments', value: { id: '1', text: 'Nice!' } };
    expect(splitWebhook(webhook('instagram', { id: '0', time: TIME, changes: [change] }))).toMatchObject([
      { platform: null, reason: 'no rule for an event that names no account' },
    ]);
  });
});

describe('a webhook of WhatsApp', () => {
  const metadata = { display_phone_number: '4915112345678', phone_number_id: '106540352242922' };
  const head = { messaging_product: 'whatsapp', metadata };
  const ada = { profile: { name: 'Ada' }, wa_id: '49170111' };
  const bob = { profile: { name: 'Bob' }, user_id: 'DE.1349', username: 'bob' };

  function split(...values: unknown[]) {
    const changes = values.map((value) => ({ field: 'messages', value }));
    return splitWebhook(webhook('whatsapp_business_account', { id: '102290129340398', changes }));
  }

  function routed(value: object, field = 'messages') {
    return { platform: 'WHATSAPP', accountId: '106540352242922', event: { field, value } };
  }

  it('gives each message an event of its own, with its own contact and no other', () => {
    const fromAda = { from: '49170111', id: 'wamid.1', timestamp: '1764100245', type: 'text', text: { body: 'a' } };
    const fromBob = {
      from_user_id: 'DE.1349',
      id: 'wamid.2',
      timestamp: '1764100246',
      type: 'text',
      text: { body: 'b' },
    };
    expect(split({ ...head, contacts: [ada, bob], messages: [fromAda, fromBob] })).toEqual([
      routed({ ...head, contacts: [ada], messages: [fromAda] }),
      routed({ ...head, contacts: [bob], messages: [fromBob] }),
    ]);
  });

  it('keeps the contact of an only message, however its number is written', () => {
    const value = { ...head, contacts: [ada], messages: [{ from: '+49 170 111', id: 'wamid.1' }] };
    expect(split(value)).toEqual([routed(value)]);
  });

  it('gives each status, echo and error an event of its own', () => {
    const sent = { id: 'wamid.1', status: 'sent', timestamp: '1764100245', recipient_id: '49170111' };
    const read = { id: 'wamid.2', status: 'read', timestamp: '1764100246', recipient_user_id: 'DE.1349' };
    const echo = { from: '4915112345678', to: '49170111', id: 'wamid.3', type: 'text', text: { body: 'hi' } };
    const errors = [{ code: 130429 }, { code: 131000 }];
    expect(
      split({ ...head, statuses: [sent, read] }, { ...head, message_echoes: [echo] }, { ...head, errors }),
    ).toEqual([
      routed({ ...head, statuses: [sent] }),
      routed({ ...head, statuses: [read] }),
      routed({ ...head, message_echoes: [echo] }),
      routed({ ...head, errors: [errors[0]] }),
      routed({ ...head, errors: [errors[1]] }),
    ]);
  });

  it('passes on a change with none of these as a whole', () => {
    const value = { ...head, messages: [], calls: [{ id: 'wacid.1' }] };
    expect(split(value)).toEqual([routed(value)]);
  });

  it('that names no phone number is to be parked, alone', () => {
    const update = { field: 'account_update', value: { event: 'VERIFIED_ACCOUNT' } };
    const statuses = [{ id: 'wamid.1', status: 'sent', recipient_id: '49170111' }];
    const changes = [update, { field: 'messages', value: { ...head, statuses } }];
    expect(splitWebhook(webhook('whatsapp_business_account', { id: '1', time: 2, changes }))).toEqual([
      {
        platform: null,
        reason: "no rule for 'account_update' of WhatsApp without a phone number",
        event: webhook('whatsapp_business_account', { id: '1', time: 2, changes: [update] }),
      },
      routed({ ...head, statuses }),
    ]);
  });
});

describe('a webhook of Meta', () => {
  it('of another object is to be parked, entry by entry', () => {
    const body = webhook('user', { id: '1', changes: [] }, { id: '2', changes: [] });
    expect(splitWebhook(body)).toEqual([
      { platform: null, reason: "no rule for webhooks of 'user'", event: webhook('user', { id: '1', changes: [] }) },
      { platform: null, reason: "no rule for webhooks of 'user'", event: webhook('user', { id: '2', changes: [] }) },
    ]);
  });

  it.each<[string, unknown]>([
    ['is null', null],
    ['is a text', 'page'],
    ['holds nothing', { id: PAGE, time: TIME }],
    ['has lists that are none', { id: PAGE, messaging: 'hi' }],
    ['is of no account', { time: TIME, messaging: [message(PERSON, PAGE)] }],
    ['is of an account that no subject may name', { id: 'a.>', messaging: [message(PERSON, PAGE)] }],
  ])('loses no good entry because of one that %s', (_what, bad) => {
    expect(splitWebhook(webhook('page', bad, { id: PAGE, messaging: [message(PERSON, PAGE)] }))).toMatchObject([
      { platform: null, event: webhook('page', bad) },
      { platform: 'MESSENGER', accountId: PAGE },
    ]);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a list', []],
    ['no object', { entry: [{}] }],
    ['no entries', { object: 'page', entry: [] }],
  ])('that is none, but %s, is refused', (_what, body) => {
    expect(() => splitWebhook(body)).toThrow(Poison);
  });

  it('never loses an event and never fails in another way, whatever stands in it', () => {
    const metadata = { phone_number_id: '106540352242922' };
    const messages = [
      { from: '49170111', id: 'wamid.1' },
      { from_user_id: 'DE.1349', id: 'wamid.2' },
    ];
    const value = { metadata, contacts: [{ wa_id: '49170111' }], messages };
    const bodies = [
      ...readFixtures('messenger').map(({ event }) => webhook('page', { id: PAGE, messaging: [event, event] })),
      ...readFixtures('instagram').map(({ event }) => webhook('instagram', { id: '0', changes: [{ value: event }] })),
      webhook('whatsapp_business_account', { id: '1', changes: [{ field: 'messages', value }] }),
    ];
    function eventsOrPoison(body: unknown) {
      try {
        return splitWebhook(body);
      } catch (error) {
        if (error instanceof Poison) return error;
        throw error;
      }
    }
    fc.assert(
      fc.property(mutated(bodies), (body) => {
        expect(eventsOrPoison(body)).not.toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});
