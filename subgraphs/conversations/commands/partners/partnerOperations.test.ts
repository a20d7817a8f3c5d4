import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { PublishedOperation } from '#schema/partners.ts';
import { operationCallers, partnerOperations, publishedOperation } from '../../queries/partnerOperations.ts';
import { openInbox, type TestCompany, type TestInbox } from '../../testing/inbox.ts';
import { issueKey, type KeyTransaction } from './issueKey.ts';
import { noteKeysUsed } from './noteKeysUsed.ts';
import { publishOperations } from './publishOperations.ts';
import { retireOperation } from './retireOperation.ts';

const partner = 'zenith';
const operation = (id: string, overrides: Partial<PublishedOperation> = {}): PublishedOperation => ({
  id,
  name: 'Counts',
  type: 'query',
  body: `query Counts { inboxCounts { open } } # ${id}`,
  cost: 1,
  ...overrides,
});

describe('operations published for a partner', () => {
  let inbox: TestInbox;
  let acme: TestCompany;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
  });
  afterAll(() => inbox.close());

  function within<T>(companyId: string, work: (transaction: KeyTransaction) => Promise<T>): Promise<T> {
    const actor = { kind: 'system', id: 'operator' } as const;
    return inbox.database.write(companyId, ({ sql }) => work({ sql, companyId, actor }));
  }
  const publish = (operations: readonly PublishedOperation[], as = partner, { companyId } = acme) =>
    within(companyId, (transaction) => publishOperations(transaction, { partner: as, operations }));
  const retire = (id: string, as = partner, { companyId } = acme) =>
    within(companyId, (transaction) => retireOperation(transaction, { partner: as, id }));
  const find = (id: string, as = partner, { companyId } = acme) =>
    within(companyId, ({ sql }) => publishedOperation(sql, { companyId, partner: as, id }));
  const list = ({ companyId } = acme) => within(companyId, ({ sql }) => partnerOperations(sql, companyId, partner));
  const codes = (outcome: object) => ('userErrors' in outcome ? outcome.userErrors : []);

  test('mean what they say, for that partner of that company', async () => {
    const globex = await inbox.addCompany();
    expect(await publish([operation('a')])).toEqual({ published: ['a'] });
    expect(await find('a')).toEqual({ name: 'Counts', body: operation('a').body });
    for (const found of [await find('b'), await find('a', 'another'), await find('a', partner, globex)]) {
      expect(found).toBeUndefined();
    }
  });

  test('are kept when newer versions come, until they are retired', async () => {
    await publish([operation('a')]);
    await publish([operation('b')]);
    expect((await list()).map(({ id }) => id).toSorted()).toEqual(['a', 'b']);
    expect(await retire('a')).toEqual({ id: 'a' });
    expect(await find('a')).toBeUndefined();
    expect(await find('b')).toBeDefined();
    expect((await list()).find(({ id }) => id === 'a')).toMatchObject({ retiredAt: expect.any(Date) });
  });

  test('are published once, also by two at once', async () => {
    const both = await Promise.all([publish([operation('a')]), publish([operation('a')])]);
    expect(both).toEqual(expect.arrayContaining([{ published: ['a'] }, { published: [] }]));
  });

  test('never mean something else: none of a file is published then', async () => {
    await publish([operation('a')]);
    const outcome = await publish([
      operation('b'),
      operation('a', { body: 'query Counts { inboxCounts { unread } }' }),
    ]);
    expect(codes(outcome)).toMatchObject([{ code: 'ID_TAKEN', message: expect.stringContaining('Counts (a)') }]);
    expect(await find('b')).toBeUndefined();
    await retire('a');
    expect(codes(await publish([operation('a', { body: 'query Counts { a }' })]))).toMatchObject([
      { code: 'ID_TAKEN' },
    ]);
  });

  test('come back after they were retired', async () => {
    await publish([operation('a')]);
    await retire('a');
    expect(await publish([operation('a')])).toEqual({ published: ['a'] });
    expect(await find('a')).toBeDefined();
  });

  test('are not published for a partner that could not have a key, nor without number', async () => {
    expect(codes(await publish([operation('a')], 'No Such'))).toMatchObject([{ code: 'INVALID' }]);
    const many = Array.from({ length: 2_001 }, (_, n) => operation(String(n)));
    expect(codes(await publish(many))).toMatchObject([{ code: 'TOO_MANY' }]);
  });

  test('are retired by their own company only, and only what there is', async () => {
    const globex = await inbox.addCompany();
    await publish([operation('a')]);
    for (const outcome of [await retire('b'), await retire('a', 'another'), await retire('a', partner, globex)]) {
      expect(codes(outcome)).toMatchObject([{ code: 'NOT_FOUND' }]);
    }
    expect(await find('a')).toBeDefined();
    expect(await retire('a')).toEqual(await retire('a'));
  });

  test('say with which keys they are still called, and how often', async () => {
    await publish([operation('a'), operation('b')]);
    const terms = { partner, name: 'production', scopes: ['conversations:read'] };
    const issued = await within(acme.companyId, (transaction) => issueKey(transaction, terms));
    const keyId = 'keyId' in issued ? issued.keyId : '';
    const calls = [
      { operationId: 'a', calls: 3 },
      { operationId: 'unheard-of', calls: 1 },
    ];
    const [early, late] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'];
    await noteKeysUsed(inbox.database, acme.companyId, [{ keyId, at: late, calls }]);
    await noteKeysUsed(inbox.database, acme.companyId, [{ keyId, at: early, calls }]);
    await noteKeysUsed(inbox.database, acme.companyId, [{ keyId: v7(), at: late, calls }]);
    const globex = await inbox.addCompany();
    await noteKeysUsed(inbox.database, globex.companyId, [{ keyId, at: late, calls }]);

    const callers = (id: string, since: Date) =>
      within(acme.companyId, ({ sql, companyId }) => operationCallers(sql, { companyId, partner, id, since }));
    expect(await callers('a', new Date(0))).toEqual([
      { keyId, name: 'production', hint: expect.any(String), calls: 6, lastCalledAt: new Date(late) },
    ]);
    expect(await callers('a', new Date('2026-01-03'))).toEqual([]);
    expect(await callers('b', new Date(0))).toEqual([]);
    expect((await list()).map(({ id, calls: all }) => [id, all])).toEqual(
      expect.arrayContaining([
        ['a', 6],
        ['b', 0],
      ]),
    );
  });

  test('are audited, in the name of the installation', async () => {
    await publish([operation('a')]);
    await retire('a');
    expect(
      await inbox.rows('select action, actor_kind, subject_id from conversations.audit_entries where company_id = $1', [
        acme.companyId,
      ]),
    ).toEqual([
      { action: 'partnerOperations.published', actor_kind: 'system', subject_id: partner },
      { action: 'partnerOperations.retired', actor_kind: 'system', subject_id: partner },
    ]);
  });
});
