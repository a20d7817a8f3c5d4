import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import type { AgentIdentity } from '../../access/permissions.ts';
import { openInbox, write, type TestCompany, type TestInbox } from '../../testing/inbox.ts';
import { sendMessage } from '../sendMessage.ts';
import { createCannedResponse } from './createCannedResponse.ts';
import { deleteCannedResponse } from './deleteCannedResponse.ts';
import { updateCannedResponse } from './updateCannedResponse.ts';

describe('a canned response', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let lead: AgentIdentity;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    lead = { ...acme.ada, role: 'SUPERVISOR' };
  });
  afterAll(() => inbox.close());

  type Create = Parameters<typeof createCannedResponse>[2];
  type Update = Parameters<typeof updateCannedResponse>[2];
  const create = (input: Partial<Create> = {}, by = acme.ben) =>
    createCannedResponse(inbox.database, by, { shortcode: 'hi', content: 'Hello {{contact.name}}', ...input });
  const update = (input: Update, by = acme.ben) => updateCannedResponse(inbox.database, by, input);
  const remove = (input: { id: string; expectedVersion?: number }, by = acme.ben) =>
    deleteCannedResponse(inbox.database, by, input);
  const codes = (outcome: Awaited<ReturnType<typeof create>>) =>
    'userErrors' in outcome ? outcome.userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`) : [];
  async function idOf(outcome: ReturnType<typeof create>): Promise<string> {
    const created = await outcome;
    if ('userErrors' in created) throw new Error(JSON.stringify(created.userErrors));
    return created.id;
  }
  const rows = () =>
    inbox.rows<{ shortcode: string; content: string; version: number; usage_count: number }>(
      `select shortcode, content, version, usage_count from conversations.canned_responses
       where company_id = $1 order by shortcode_key, created_at, id`,
      [acme.companyId],
    );

  test('is one’s own, or by a supervisor everybody’s', async () => {
    await create();
    await create({ isShared: true }, lead);
    await create({}, acme.ada);
    expect(await rows()).toHaveLength(3);
    await expect(create({ isShared: true, shortcode: 'all' })).rejects.toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
    await expect(
      createCannedResponse(inbox.database, acme.partner, { shortcode: 'x', content: 'x' }),
    ).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  });

  test('has a shortcode that no other of the same people has, in upper or lower case', async () => {
    const taken = ['SHORTCODE_TAKEN input.shortcode'];
    await create({ isShared: true }, lead);
    expect(codes(await create({ isShared: true, shortcode: '/HI' }, lead))).toEqual(taken);
    await create({ shortcode: 'Straße' });
    expect(codes(await create({ shortcode: 'STRAẞE' }))).toEqual(taken);
    const other = await idOf(create({ shortcode: 'bye' }));
    expect(codes(await update({ id: other, shortcode: 'straße' }))).toEqual(taken);
    expect(codes(await update({ id: other, shortcode: 'hi' }))).toEqual([]);
    expect(codes(await create({ shortcode: 'straße' }, acme.ada))).toEqual([]);
  });

  test('that two make at once under one shortcode is made once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => create()));
    expect(outcomes.flatMap(codes)).toEqual(Array(9).fill('SHORTCODE_TAKEN input.shortcode'));
    expect(await rows()).toHaveLength(1);
  });

  test.each<[string, Partial<Create>, string[]]>([
    ['without a shortcode', { shortcode: '/' }, ['INVALID input.shortcode']],
    ['with a space in its shortcode', { shortcode: 'say hi' }, ['INVALID input.shortcode']],
    ['with a NUL in its shortcode', { shortcode: 'h\0i' }, ['INVALID input.shortcode']],
    ['with a long shortcode', { shortcode: 'x'.repeat(51) }, ['INVALID input.shortcode']],
    ['without a text', { content: ' \0\n' }, ['INVALID input.content']],
    ['too long', { content: 'x'.repeat(10_001) }, ['INVALID input.content']],
    ['with an unknown variable', { content: '{{contact.password}}' }, ['INVALID input.content']],
    ['with a file of this server', { attachmentUrls: ['file:///etc/passwd'] }, ['INVALID input.attachmentUrls']],
    ['with everything wrong', { shortcode: '', content: '{{' }, ['INVALID input.shortcode', 'INVALID input.content']],
  ])('%s is refused', async (_what, input, expected) => {
    expect(codes(await create(input))).toEqual(expected);
    const id = await idOf(create({ shortcode: 'before', content: 'Before' }));
    expect(codes(await update({ id, ...input }))).toEqual(expected);
    expect(await rows()).toMatchObject([{ shortcode: 'before', content: 'Before', version: 1 }]);
  });

  test('changes what is given and leaves the rest; what is so already makes no new version', async () => {
    const id = await idOf(create({ attachmentUrls: ['https://example.com/a.pdf'] }));
    expect(codes(await update({ id, content: 'Good day' }))).toEqual([]);
    expect(codes(await update({ id, content: ' Good day ', shortcode: 'hi' }))).toEqual([]);
    expect(await rows()).toMatchObject([{ shortcode: 'hi', content: 'Good day', version: 2 }]);
  });

  test('that was changed since one saw it is neither changed nor deleted', async () => {
    const id = await idOf(create({ isShared: true }, lead));
    const outcomes = await Promise.all(
      ['One', 'Two', 'Three'].map((content) => update({ id, content, expectedVersion: 1 }, lead)),
    );
    expect(outcomes.flatMap(codes)).toEqual(Array(2).fill('CONFLICT input.expectedVersion'));
    expect(codes(await remove({ id, expectedVersion: 1 }, lead))).toEqual(['CONFLICT input.expectedVersion']);
    expect(await remove({ id, expectedVersion: 2 }, lead)).toEqual({ id });
    expect(await rows()).toEqual([]);
  });

  test('of everybody is changed by supervisors only', async () => {
    const id = await idOf(create({ isShared: true }, lead));
    const forbidden = { extensions: { code: 'FORBIDDEN' } };
    await expect(update({ id, content: 'Mine now' })).rejects.toMatchObject(forbidden);
    await expect(remove({ id })).rejects.toMatchObject(forbidden);
    expect(await rows()).toMatchObject([{ content: 'Hello {{contact.name}}' }]);
  });

  test('of a colleague or of another company is not there, not even for an admin', async () => {
    const globex = await inbox.addCompany();
    const id = await idOf(create());
    const shared = await idOf(create({ isShared: true, shortcode: 'all' }, lead));
    for (const [which, who] of [
      [id, { ...acme.ada, role: 'ADMIN' as const }],
      [shared, { ...globex.ada, role: 'ADMIN' as const }],
      [v7(), acme.ben],
      ['nonsense', acme.ben],
    ] as const) {
      expect(codes(await update({ id: which, content: 'Mine now' }, who))).toEqual(['NOT_FOUND input.id']);
      expect(codes(await remove({ id: which }, who))).toEqual(['NOT_FOUND input.id']);
    }
    expect(await rows()).toHaveLength(2);
  });

  test('counts the messages that were sent with it, each once', async () => {
    const conversationId = await write(inbox, acme);
    const id = await idOf(create({}, acme.ada));
    const send = (input: { idempotencyKey?: string; cannedResponseId?: string } = {}, by = acme.ada) =>
      sendMessage(inbox.database, by, {
        conversationId,
        text: 'Hello',
        idempotencyKey: v7(),
        cannedResponseId: id,
        ...input,
      });
    const idempotencyKey = v7();
    await Promise.all(Array.from({ length: 5 }, () => send({ idempotencyKey })));
    expect(await rows()).toMatchObject([{ usage_count: 1 }]);
    await Promise.all(Array.from({ length: 5 }, () => send()));
    expect(await rows()).toMatchObject([{ usage_count: 6 }]);
    // What is gone, or somebody else's, counts nothing and holds nothing up.
    expect(await send({ cannedResponseId: v7() })).toHaveProperty('messageId');
    expect(await send({ cannedResponseId: 'nonsense' })).toHaveProperty('messageId');
    expect(await send({}, acme.ben)).toHaveProperty('messageId');
    expect(await rows()).toMatchObject([{ usage_count: 6, version: 1 }]);
  });
});
