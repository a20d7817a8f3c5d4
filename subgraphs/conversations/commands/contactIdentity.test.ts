import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { FactError } from '../errors.ts';
import { searchQuery } from '../text/searchWords.ts';
import { openInbox, received, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { profileContact } from './profileContact.ts';
import { recordActivity } from './recordActivity.ts';

type Profile = Parameters<typeof profileContact>[1]['data'];
type Activity = Parameters<typeof recordActivity>[1]['data'];

const start = Date.now() - 60_000;
const at = (seconds: number) => new Date(start + seconds * 1_000).toISOString();

describe('a contact on a platform', () => {
  let inbox: TestInbox;
  let acme: TestCompany;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    await write(inbox, acme, { sentAt: at(0) });
  });
  afterAll(() => inbox.close());

  const place = (company: TestCompany, from = 'customer-1') => {
    const { channelId, threadExternalId, contact } = received(company, { from }).data;
    return { channelId, threadExternalId, contact };
  };
  const profile = (known: Partial<Profile['contact']>, pictureFileKey: string | null = null, company = acme) => {
    const nothing = { externalId: 'customer-1', name: null, username: null, languageCode: null, phone: null };
    const { companyId } = company;
    const data = { ...place(company), contact: { ...nothing, ...known }, pictureFileKey };
    return profileContact(inbox.database, { companyId, data });
  };
  const happens = (activity: Partial<Activity>, { from = 'customer-1', company = acme } = {}) =>
    recordActivity(inbox.database, {
      companyId: company.companyId,
      data: { ...place(company, from), kind: 'BLOCKED', detail: {}, occurredAt: at(10), ...activity },
    });

  const contact = async () => {
    const rows = await inbox.rows(
      'select name, phone, picture_file_key as picture from conversations.contacts where company_id = $1',
      [acme.companyId],
    );
    return rows[0];
  };
  const identities = (company = acme) =>
    inbox.rows<{ [column: string]: unknown }>(
      'select * from conversations.contact_identities where company_id = $1 order by id',
      [company.companyId],
    );
  const blockedAt = async () => (await identities())[0]?.['blocked_at'];

  describe('that is looked up', () => {
    test('gets name, picture and phone, and keeps what the platform does not know this time', async () => {
      await profile({ name: 'Grace Hopper', username: 'grace', phone: '+491511' }, 'acme/1');
      await profile({});
      expect(await contact()).toEqual({ name: 'Grace Hopper', phone: '+491511', picture: 'acme/1' });
      expect(await identities()).toMatchObject([
        { display_name: 'Grace Hopper', username: 'grace', language_code: 'en' },
      ]);
      await profile({ name: 'Grace H.' }, 'acme/2');
      expect(await contact()).toEqual({ name: 'Grace H.', phone: '+491511', picture: 'acme/2' });
    });

    test('is found by the new name', async () => {
      await profile({ name: 'Grace Hopper' });
      const [found] = await inbox.rows<{ hit: boolean }>(
        'select search @@ $2::tsquery as hit from conversations.contacts where company_id = $1',
        [acme.companyId, searchQuery(acme.companyId, 'hopper')?.exact],
      );
      expect(found).toEqual({ hit: true });
    });

    test('keeps what somebody here has given', async () => {
      await inbox.rows(
        `update conversations.contacts set name = 'Rear Admiral', picture_file_key = 'ours', phone = '1'
         where company_id = $1`,
        [acme.companyId],
      );
      await profile({ name: 'Grace Hopper', phone: '2' }, 'acme/1');
      await profile({ name: 'Grace H.' }, 'acme/2');
      expect(await contact()).toEqual({ name: 'Rear Admiral', phone: '1', picture: 'ours' });
      expect(await identities()).toMatchObject([{ display_name: 'Grace H.', picture_file_key: 'acme/2' }]);
    });

    test('is waited for when nobody of that id has written yet, here or at this company', async () => {
      await expect(profile({ externalId: 'stranger' })).rejects.toBeInstanceOf(FactError);
      const globex = { ...(await inbox.addCompany()), channelId: acme.channelId };
      await expect(profile({ name: 'Theirs' }, null, globex)).rejects.toBeInstanceOf(FactError);
      expect(await contact()).toMatchObject({ name: 'Name of customer-1' });
    });
  });

  describe('that blocks the channel', () => {
    test('is blocked until it unblocks, in whatever order and however often that is told', async () => {
      await happens({ kind: 'BLOCKED', occurredAt: at(10) });
      await happens({ kind: 'BLOCKED', occurredAt: at(10) });
      expect(await blockedAt()).toEqual(new Date(at(10)));
      await happens({ kind: 'UNBLOCKED', occurredAt: at(20) });
      await happens({ kind: 'BLOCKED', occurredAt: at(15) });
      expect(await blockedAt()).toBeNull();
      await happens({ kind: 'BLOCKED', occurredAt: at(30) });
      await happens({ kind: 'UNBLOCKED', occurredAt: at(20) });
      expect(await blockedAt()).toEqual(new Date(at(30)));
    });

    test('is not blocked any more when it writes', async () => {
      await happens({ kind: 'BLOCKED', occurredAt: at(10) });
      await write(inbox, acme, { sentAt: at(5) });
      expect(await blockedAt()).toEqual(new Date(at(10)));
      await write(inbox, acme, { sentAt: at(20) });
      expect(await blockedAt()).toBeNull();
      await happens({ kind: 'BLOCKED', occurredAt: at(15) });
      expect(await blockedAt()).toBeNull();
    });

    test('at another company is not blocked here', async () => {
      const globex = { ...(await inbox.addCompany()), channelId: acme.channelId };
      await happens({ kind: 'BLOCKED' }, { company: globex });
      expect(await blockedAt()).toBeNull();
      expect(await identities(globex)).toEqual([]);
    });
  });

  describe('that moves to another id', () => {
    const move = { kind: 'MOVED', detail: { to: '-1007' } } as const;

    test('goes on there in its conversation', async () => {
      expect(await happens(move)).toBe('done');
      expect(await happens(move)).toBe('done');
      expect(await identities()).toMatchObject([{ external_id: '-1007', thread_external_id: '-1007' }]);
      await inbox.told();
      const { contact: moved } = place(acme);
      await write(inbox, acme, { contact: { ...moved, externalId: '-1007' }, threadExternalId: '-1007' });
      expect((await inbox.told()).map(({ type }) => type)).toEqual(['conversation.message.created']);
    });

    test('that somebody has already stays as it is, and so does the other', async () => {
      await write(inbox, acme, { from: '-1007' });
      expect(await happens(move)).toBe('occupied');
      expect((await identities()).map((identity) => identity['external_id'])).toEqual(['customer-1', '-1007']);
    });

    test('in parallel with a message from there ends with both or with one, and never with an error that stays', async () => {
      const { contact: moved } = place(acme);
      const message = received(acme, { contact: { ...moved, externalId: '-1007' }, threadExternalId: '-1007' });
      await Promise.allSettled([happens(move), write(inbox, acme, message.data)]);
      await happens(move);
      const ids = (await identities()).map((identity) => identity['external_id']);
      expect([['-1007'], ['customer-1', '-1007']]).toContainEqual(ids);
    });

    test('that is not told stays', async () => {
      await happens({ kind: 'MOVED', detail: {} });
      expect(await identities()).toMatchObject([{ external_id: 'customer-1' }]);
    });
  });

  test.each(['REFERRED', 'OPTED_IN', 'CONTROL_CHANGED', 'JOINED', 'POLICY'] as const)(
    'of whom %s is told stays as it is',
    async (kind) => {
      const before = await identities();
      expect(await happens({ kind })).toBe('done');
      expect(await identities()).toEqual(before);
    },
  );
});
