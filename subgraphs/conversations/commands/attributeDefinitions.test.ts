import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { listDefinitions } from '../queries/attributeDefinitions.ts';
import { adminOf, codes, define } from '../testing/contacts.ts';
import { openInbox, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import {
  createAttributeDefinition,
  deleteAttributeDefinition,
  updateAttributeDefinition,
} from './attributeDefinitions.ts';

describe('definitions of attributes', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let admin: ReturnType<typeof adminOf>;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    admin = adminOf(acme);
  });
  afterAll(() => inbox.close());

  type Input = Parameters<typeof createAttributeDefinition>[2];
  const create = (input: Partial<Input>) =>
    createAttributeDefinition(inbox.database, admin, { key: 'tier', name: 'Tier', type: 'TEXT', ...input });

  async function all() {
    const session = inbox.database.session(acme.companyId);
    try {
      return await session.read((sql) => listDefinitions(sql, acme.companyId));
    } finally {
      await session.close();
    }
  }

  test('are made once for each key, however many make one at once', async () => {
    const outcomes = await Promise.all([create({}), create({}), create({ type: 'NUMBER' })]);
    expect(outcomes.flatMap(codes)).toEqual(['TAKEN input.key', 'TAKEN input.key']);
    expect(await all()).toHaveLength(1);
    await define(inbox, await inbox.addCompany(), { key: 'tier' });
    expect(await all()).toHaveLength(1);
  });

  test('are refused when they make no sense', async () => {
    for (const key of ['', 'Tier', '1st', 'a b', '_x', 'x'.repeat(51), 'größe']) {
      expect(codes(await create({ key }))).toEqual(['INVALID input.key']);
    }
    for (const name of ['', '  ', 'x'.repeat(101)]) {
      expect(codes(await create({ name }))).toEqual(['INVALID input.name']);
    }
    for (const choices of [[], [''], Array.from({ length: 101 }, (_, index) => String(index))]) {
      expect(codes(await create({ type: 'LIST', choices }))).toEqual(['INVALID input.choices']);
    }
    expect(codes(await create({ choices: ['gold'] }))).toEqual(['INVALID input.choices']);
    expect(await all()).toEqual([]);
  });

  test('change their name and choices and nothing else', async () => {
    const definitionId = await define(inbox, acme, { key: 'tier', type: 'LIST', choices: ['gold', 'gold', 'silver'] });
    const change = (input: object) => updateAttributeDefinition(inbox.database, admin, { definitionId, ...input });
    await change({ name: 'Level' });
    await change({ choices: ['bronze'] });
    expect(await all()).toMatchObject([{ key: 'tier', type: 'LIST', name: 'Level', choices: ['bronze'] }]);
    expect(codes(await change({ choices: [] }))).toEqual(['INVALID input.choices']);
  });

  test('are a hundred at the most', async () => {
    await inbox.rows(
      `insert into conversations.attribute_definitions (company_id, id, key, name, type)
       select $1, gen_random_uuid(), 'key_' || n, 'Key', 'TEXT' from generate_series(1, 100) n`,
      [acme.companyId],
    );
    expect(codes(await create({}))).toEqual(['TOO_MANY input.key']);
  });

  test('are for admins, and of one’s own company', async () => {
    const definitionId = await define(inbox, acme, { key: 'tier' });
    const globex = adminOf(await inbox.addCompany());
    for (const id of [definitionId, v7(), 'nonsense']) {
      const input = { definitionId: id, name: 'x' };
      expect(codes(await updateAttributeDefinition(inbox.database, globex, input))).toEqual([
        'NOT_FOUND input.definitionId',
      ]);
      expect(codes(await deleteAttributeDefinition(inbox.database, globex, input))).toEqual([
        'NOT_FOUND input.definitionId',
      ]);
    }
    for (const identity of [acme.ada, { ...acme.ada, role: 'SUPERVISOR' } as const, acme.partner]) {
      const forbidden = { extensions: { code: 'FORBIDDEN' } };
      await expect(deleteAttributeDefinition(inbox.database, identity, { definitionId })).rejects.toMatchObject(
        forbidden,
      );
    }
    expect(await all()).toMatchObject([{ id: definitionId, name: 'tier' }]);
  });
});
