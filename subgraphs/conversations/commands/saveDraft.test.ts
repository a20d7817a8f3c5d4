import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import type { SaveDraftInput } from './draftContent.ts';
import type { SendMessageInput } from './messageContent.ts';
import { saveDraft } from './saveDraft.ts';
import { sendMessage } from './sendMessage.ts';

describe('a draft', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let conversationId: string;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    conversationId = await write(inbox, acme);
    await inbox.told();
  });
  afterAll(() => inbox.close());

  const save = (input: Partial<SaveDraftInput> & { revision: number }, by = acme.ada) =>
    saveDraft(inbox.database, by, { conversationId, ...input });
  const send = (input: Partial<SendMessageInput> = {}, by = acme.ada) =>
    sendMessage(inbox.database, by, { conversationId, text: 'Sent', idempotencyKey: v7(), ...input });
  const codes = ({ userErrors }: Awaited<ReturnType<typeof save>>) =>
    userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
  const drafts = () =>
    inbox.rows<{ who: string; kind: string; text: string | null; revision: number }>(
      `select a.name as who, d.kind, d.content->>'text' as text, d.revision from conversations.drafts d
       join conversations.agents a on a.company_id = d.company_id and a.id = d.agent_id
       where d.company_id = $1 order by a.name, d.kind`,
      [acme.companyId],
    );
  const told = async () =>
    (await inbox.told()).flatMap((event) => (event.type === 'conversation.draft.changed' ? [event.data] : []));

  test('is one of each kind for each agent in each conversation, as it was typed', async () => {
    await save({ text: ' Hello\n', revision: 1 });
    await save({ text: 'A regular', kind: 'NOTE', revision: 1 });
    await save({ text: 'From Ben\0', revision: 1 }, acme.ben);
    expect(await drafts()).toEqual([
      { who: 'Ada', kind: 'NOTE', text: 'A regular', revision: 1 },
      { who: 'Ada', kind: 'REPLY', text: ' Hello\n', revision: 1 },
      { who: 'Ben', kind: 'REPLY', text: 'From Ben', revision: 1 },
    ]);
  });

  test('is told to the agent’s other devices, without what it says', async () => {
    const { draftId } = await save({ text: 'Between us', revision: 1 });
    const [event] = await inbox.told();
    expect(event?.data).toEqual({ agentId: acme.ada.agentId, conversationId, kind: 'REPLY', draftId });
    expect(JSON.stringify(event)).not.toContain('Between us');
  });

  test('is the newer edit of several devices: one that was typed before, and comes late, changes nothing', async () => {
    await save({ text: 'Hell', revision: 2 });
    const { draftId } = await save({ text: 'Hello', revision: 3 });
    await told();
    const late = await save({ text: 'Hel', revision: 1 });
    expect(codes(late)).toEqual(['CONFLICT input.revision']);
    expect(late).toMatchObject({ draftId, revision: 3 });
    expect(await drafts()).toMatchObject([{ text: 'Hello', revision: 3 }]);
    expect(await told()).toEqual([]);
  });

  test('that two devices went on with from the same state is the first’s, and the second is told', async () => {
    const outcomes = await Promise.all(['phone', 'laptop', 'tablet'].map((text) => save({ text, revision: 5 })));
    expect(outcomes.flatMap(codes)).toEqual(Array(2).fill('CONFLICT input.revision'));
    expect(new Set(outcomes.map(({ draftId }) => draftId)).size).toBe(1);
    expect(await told()).toHaveLength(1);
  });

  test('that is saved twice is saved once', async () => {
    const first = await save({ text: 'Hello', attachmentUrls: ['https://example.com/a.pdf'], revision: 1 });
    expect(await save({ text: 'Hello', attachmentUrls: ['https://example.com/a.pdf'], revision: 1 })).toEqual(first);
    expect(await told()).toHaveLength(1);
  });

  test('without content is thrown away, and no older edit brings it back', async () => {
    await save({ text: 'Hello', revision: 2 });
    expect(await save({ text: ' \n', revision: 3 })).toEqual({ draftId: null, revision: 3, userErrors: [] });
    expect(await save({ text: ' \n', revision: 3 })).toEqual({ draftId: null, revision: 3, userErrors: [] });
    const late = await save({ text: 'Hello', revision: 2 });
    expect(codes(late)).toEqual(['CONFLICT input.revision']);
    expect(late).toMatchObject({ draftId: null, revision: 3 });
    expect(await drafts()).toEqual([{ who: 'Ada', kind: 'REPLY', text: null, revision: 3 }]);
    expect(await told()).toMatchObject([{ draftId: expect.any(String) }, { draftId: null }]);
  });

  test('goes with the message that it became, and only its own kind, and nobody else’s', async () => {
    await save({ text: 'Hello', revision: 1 });
    await save({ text: 'A regular', kind: 'NOTE', revision: 1 });
    await save({ text: 'From Ben', revision: 1 }, acme.ben);
    await inbox.told();
    await send();
    expect(await drafts()).toMatchObject([{ text: 'A regular' }, { text: null, revision: 2 }, { text: 'From Ben' }]);
    expect((await inbox.told()).map(({ type }) => type)).toEqual([
      'conversation.draft.changed',
      'conversation.message.created',
    ]);
    await send({ isPrivate: true });
    expect(await drafts()).toMatchObject([{ text: null }, { text: null }, { text: 'From Ben' }]);
  });

  test('that was sent does not come back by an edit that was on its way', async () => {
    await save({ text: 'Hell', revision: 1 });
    await send({ draftRevision: 2 });
    expect(codes(await save({ text: 'Hello', revision: 2 }))).toEqual(['CONFLICT input.revision']);
    expect(await drafts()).toMatchObject([{ text: null, revision: 2 }]);
    // Not even when the send was quicker than the first edit of all.
    await send({ isPrivate: true, draftRevision: 1 });
    expect(codes(await save({ text: 'A regular', kind: 'NOTE', revision: 1 }))).toEqual(['CONFLICT input.revision']);
    expect(codes(await save({ text: 'Something new', kind: 'NOTE', revision: 2 }))).toEqual([]);
  });

  test('that goes on on another device meanwhile stays', async () => {
    await save({ text: 'Hello', revision: 7 });
    await save({ text: 'Hello, and one more thing', revision: 9 });
    await told();
    await send({ text: 'Hello', draftRevision: 7 });
    expect(await drafts()).toMatchObject([{ text: 'Hello, and one more thing', revision: 9 }]);
    expect(await told()).toEqual([]);
  });

  test('stays when the send is refused', async () => {
    await save({ text: 'Hello', revision: 1 });
    await send({ text: ' ' });
    await send({ replyToId: v7(), draftRevision: 1 });
    expect(await drafts()).toMatchObject([{ text: 'Hello', revision: 1 }]);
  });

  test('is not cleared again by a send that is repeated', async () => {
    const idempotencyKey = v7();
    await send({ idempotencyKey, draftRevision: 1 });
    await save({ text: 'The next one', revision: 2 });
    await send({ idempotencyKey, draftRevision: 9 });
    expect(await drafts()).toMatchObject([{ text: 'The next one', revision: 2 }]);
  });

  test.each<[string, Partial<SaveDraftInput>, string]>([
    ['a long text', { text: 'x'.repeat(10_001) }, 'INVALID input.text'],
    ['too many files', { attachmentUrls: Array(11).fill('https://example.com/a') }, 'INVALID input.attachmentUrls'],
    ['a file of this server', { attachmentUrls: ['file:///etc/passwd'] }, 'INVALID input.attachmentUrls'],
    ['nonsense to reply to', { replyToId: 'nonsense' }, 'INVALID input.replyToId'],
    ['mentions in a reply', { mentions: [{ agentId: v7() }] }, 'INVALID input.mentions'],
    ['a mention of nobody', { kind: 'NOTE', mentions: [{}] }, 'INVALID input.mentions'],
    ['no revision', { revision: 0 }, 'INVALID input.revision'],
    ['no conversation', { conversationId: v7() }, 'NOT_FOUND input.conversationId'],
    ['nonsense for one', { conversationId: 'nonsense' }, 'NOT_FOUND input.conversationId'],
  ])('with %s is refused', async (_what, input, code) => {
    expect(codes(await save({ text: 'Hello', revision: 1, ...input }))).toEqual([code]);
    expect(await drafts()).toEqual([]);
  });

  test('in another company’s conversation is refused, and partners have none', async () => {
    const globex = await inbox.addCompany();
    expect(codes(await save({ text: 'Hello', revision: 1 }, globex.ada))).toEqual(['NOT_FOUND input.conversationId']);
    await expect(
      saveDraft(inbox.database, acme.partner, { conversationId, text: 'Hello', revision: 1 }),
    ).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  });
});
