import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { contactsByIds } from '../queries/contacts.ts';
import { contactOf, define } from '../testing/contacts.ts';
import { refusals as codes } from '../testing/people.ts';
import { openInbox, write, type TestCompany, type TestInbox, viewer } from '../testing/inbox.ts';
import { deleteAttributeDefinition } from './attributeDefinitions.ts';
import { adminOf } from '../testing/contacts.ts';
import { updateContact, type UpdateContactInput } from './updateContact.ts';

describe('a change of a contact', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let contactId: string;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    await write(inbox, acme);
    contactId = await contactOf(inbox, acme);
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const update = (input: Partial<UpdateContactInput>, identity = acme.ada) =>
    updateContact(inbox.database, identity, { contactId, ...input });

  async function contact() {
    const session = inbox.database.session(acme.companyId);
    try {
      return (await session.read((sql) => contactsByIds(sql, viewer(acme.ada), [contactId])))[0];
    } finally {
      await session.close();
    }
  }

  test('keeps e-mail and phone in one writing, counts a version and is told', async () => {
    await update({ name: '  Ada Lovelace ', email: ' Ada@Example.COM', phone: '0043 (660) 123-45.67' });
    expect(await contact()).toMatchObject({
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      phone: '+436601234567',
      version: 2,
    });
    expect(await inbox.told()).toMatchObject([
      {
        type: 'conversation.contact.changed',
        actor: { kind: 'agent', id: acme.ada.agentId },
        data: { contactId, change: 'DETAILS' },
      },
    ]);
  });

  test('leaves what is left out, takes away what is null or blank, and tells nothing when it changes nothing', async () => {
    await update({ email: 'ada@example.com', phone: '+436601234567' });
    await inbox.told();
    await update({ email: null });
    await update({ phone: '  ' });
    expect(await contact()).toMatchObject({ name: 'Name of customer-1', email: null, phone: null, version: 4 });
    await inbox.told();
    await update({});
    await update({ name: 'Name of customer-1' });
    expect(await contact()).toMatchObject({ version: 4 });
    expect(await inbox.told()).toEqual([]);
  });

  test('says everything that is wrong at once, and keeps nothing of it', async () => {
    const wrong = { name: 'x'.repeat(201), email: 'nobody', phone: '0660 1234567', attributes: [] };
    expect(codes(await update(wrong))).toEqual([
      'INVALID input.name',
      'INVALID input.email',
      'INVALID input.phone',
      'INVALID input.attributes',
    ]);
    expect(await contact()).toMatchObject({ name: 'Name of customer-1', version: 1 });
    expect(await inbox.told()).toEqual([]);
  });

  test('of somebody who saw an older version is refused: of two at once one is kept', async () => {
    const outcomes = await Promise.all([
      update({ name: 'One', expectedVersion: 1 }),
      update({ name: 'Two', expectedVersion: 1 }),
    ]);
    expect(outcomes.flatMap(codes)).toEqual(['CONFLICT input.expectedVersion']);
    expect(await contact()).toMatchObject({ version: 2 });
  });

  test.each([
    ['TEXT', ' gold ', 'gold', [7, true, 'x'.repeat(2_001)]],
    ['NUMBER', 12.5, 12.5, ['12', true]],
    ['BOOLEAN', false, false, ['false', 0]],
    ['DATE', '2026-02-28', '2026-02-28', ['2026-02-30', '28.2.2026', 20260228]],
    ['LIST', 'gold', 'gold', ['Gold', '', 1]],
    ['URL', 'https://example.com/a', 'https://example.com/a', ['javascript:alert(1)', 'example', 'ftp://example.com']],
  ] as const)('takes for a %s attribute what is one', async (type, good, kept, bad) => {
    await define(inbox, acme, { key: 'tier', type, ...(type === 'LIST' && { choices: ['gold', 'silver'] }) });
    await update({ attributes: { tier: good } });
    expect(await contact()).toMatchObject({ attributes: { tier: kept } });
    for (const tier of [...bad, {}, []]) {
      expect(codes(await update({ attributes: { tier } }))).toEqual(['INVALID input.attributes.tier']);
    }
    expect(await contact()).toMatchObject({ attributes: { tier: kept } });
    await update({ attributes: { tier: null } });
    expect(await contact()).toMatchObject({ attributes: {} });
  });

  test('of an attribute that the company does not have is refused, also of another company’s', async () => {
    await define(inbox, await inbox.addCompany(), { key: 'theirs' });
    await define(inbox, acme, { key: 'ours' });
    expect(codes(await update({ attributes: { theirs: 'x', ours: 'y', constructor: 'z' } }))).toEqual([
      'UNKNOWN_ATTRIBUTE input.attributes.theirs',
      'UNKNOWN_ATTRIBUTE input.attributes.constructor',
    ]);
    expect(await contact()).toMatchObject({ attributes: {} });
  });

  test('of an attribute leaves the others, and those of a deleted definition are not shown again', async () => {
    const definitionId = await define(inbox, acme, { key: 'tier' });
    await define(inbox, acme, { key: 'city' });
    await update({ attributes: { tier: 'gold' } });
    await update({ attributes: { city: 'Vienna' } });
    expect(await contact()).toMatchObject({ attributes: { tier: 'gold', city: 'Vienna' } });
    await deleteAttributeDefinition(inbox.database, await adminOf(inbox, acme), { definitionId });
    expect(await contact()).toMatchObject({ attributes: { city: 'Vienna' } });
    await define(inbox, acme, { key: 'tier', type: 'NUMBER' });
    expect((await contact())?.attributes).toEqual({ city: 'Vienna' });
  });

  test('is for agents of the company, and of contacts of the company', async () => {
    const globex = await inbox.addCompany();
    for (const id of [v7(), 'nonsense', '']) {
      expect(codes(await update({ contactId: id, name: 'x' }))).toEqual(['NOT_FOUND input.contactId']);
    }
    expect(codes(await update({ name: 'x' }, globex.ada))).toEqual(['NOT_FOUND input.contactId']);
    await expect(updateContact(inbox.database, acme.partner, { contactId, name: 'x' })).rejects.toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
  });
});
