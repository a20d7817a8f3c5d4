import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { recordActivity } from './recordActivity.ts';
import { openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';

type Said = NonNullable<Parameters<typeof write>[2]>;

const number = '4917012345';
const id = 'DE.1234abcd';

describe('somebody on WhatsApp', () => {
  let inbox: TestInbox;
  let acme: TestCompany;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
  });
  afterAll(() => inbox.close());

  /** Writes, named as WhatsApp names them this time. Gives the conversation. */
  function writes(by: { readonly number?: string; readonly id?: string }, company = acme, said: Said = {}) {
    const externalId = by.id ?? by.number ?? '';
    const phone = by.number === undefined ? null : `+${by.number}`;
    const contact = { externalId, name: 'Ada', username: null, languageCode: null, phone };
    return write(inbox, company, { platform: 'WHATSAPP', contact, threadExternalId: externalId, ...said });
  }
  const byNumber = (company = acme) => writes({ number }, company);
  const byId = () => writes({ id });
  const byBoth = () => writes({ number, id });

  const identities = (company = acme) =>
    inbox.rows<{ externalId: string; thread: string }>(
      `select external_id as "externalId", thread_external_id as thread
       from conversations.contact_identities where company_id = $1 order by external_id`,
      [company.companyId],
    );
  const one = [{ externalId: id, thread: id }];

  test('who was known by number goes on in the same conversation under the id that comes with it', async () => {
    const before = await byNumber();
    expect(await byBoth()).toBe(before);
    expect(await identities()).toEqual(one);
    expect(await byId()).toBe(before);
    expect(await byNumber()).toBe(before);
    expect(await identities()).toEqual(one);
  });

  test.each([
    ['both, number', [byBoth, byNumber]],
    ['id, both, number', [byId, byBoth, byNumber]],
    ['number, both, id', [byNumber, byBoth, byId]],
    ['both, id, number, both', [byBoth, byId, byNumber, byBoth]],
  ])('is one person, named in turn by %s', async (_order, turns) => {
    const conversations = new Set<string>();
    for (const turn of turns) conversations.add(await turn());
    expect(conversations.size).toBe(1);
    expect(await identities()).toEqual(one);
  });

  test('is one person when the names come all at once', async () => {
    const turns = Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? byNumber() : byBoth()));
    expect(new Set(await Promise.all(turns)).size).toBe(1);
    expect(await identities()).toEqual(one);
  });

  test('of whom both names were there before they came together stays as they are, and goes on under the id', async () => {
    const [old, current] = [await byNumber(), await byId()];
    expect(await byBoth()).toBe(current);
    expect(await byNumber()).toBe(current);
    expect(old).not.toBe(current);
    expect((await identities()).map(({ externalId }) => externalId)).toEqual([number, id].toSorted());
  });

  test('who gets the number of somebody else is somebody else', async () => {
    const before = await byBoth();
    const other = await writes({ number, id: 'DE.another' });
    expect(other).not.toBe(before);
    expect(await byNumber()).toBe(other);
    expect(await byId()).toBe(before);
  });

  test('whose number changed is found by the new one', async () => {
    const before = await byBoth();
    const { companyId, channelId } = acme;
    const contact = { externalId: id, name: null, username: null, languageCode: null, phone: `+${number}` };
    const detail = { to: 'DE.moved', phone: '+491511' };
    const happened = { kind: 'MOVED', detail, occurredAt: new Date().toISOString() } as const;
    const data = { channelId, threadExternalId: id, contact, ...happened };
    expect(await recordActivity(inbox.database, { companyId, data })).toBe('done');
    expect(await writes({ number: '491511' })).toBe(before);
    expect(await writes({ id: 'DE.moved' })).toBe(before);
  });

  test('of another company, or on another channel, is not found by the number', async () => {
    const globex = await inbox.addCompany();
    const here = await byBoth();
    expect(await byNumber(globex)).not.toBe(here);
    expect(await identities(globex)).toEqual([{ externalId: number, thread: number }]);
    expect(await byNumber({ ...acme, channelId: globex.channelId })).not.toBe(here);
  });

  test('is no other than on Telegram, where a phone number names nobody', async () => {
    const here = await byBoth();
    expect(await writes({ number }, acme, { platform: 'TELEGRAM' })).not.toBe(here);
  });
});
