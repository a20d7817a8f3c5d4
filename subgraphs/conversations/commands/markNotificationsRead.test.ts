import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { openInbox, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import { markNotificationsRead } from './markNotificationsRead.ts';
import { sendMessage } from './sendMessage.ts';
import { updateNotificationSettings } from './updateNotificationSettings.ts';

describe('notifications', () => {
  let inbox: TestInbox;
  let acme: TestCompany;
  let ids: string[];

  beforeAll(async () => {
    inbox = await openInbox();
  });
  beforeEach(async () => {
    acme = await inbox.addCompany();
    const conversationId = await write(inbox, acme);
    for (let times = 0; times < 4; times++) {
      const mentions = [{ teamId: acme.teamId }];
      const content = { text: 'Look', isPrivate: true, mentions, idempotencyKey: v7() };
      await sendMessage(inbox.database, acme.ada, { conversationId, ...content });
    }
    const rows = await inbox.rows<{ id: string }>(
      'select id from conversations.notifications where company_id = $1 order by created_at, id',
      [acme.companyId],
    );
    ids = rows.map(({ id }) => id);
    await inbox.told();
  });
  afterAll(() => inbox.close());

  type Input = Parameters<typeof markNotificationsRead>[2];
  const mark = (input: Input, by = acme.ben) => markNotificationsRead(inbox.database, by, input);
  const codes = (outcome: Awaited<ReturnType<typeof mark>>) =>
    'userErrors' in outcome ? outcome.userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`) : [];
  const read = async () =>
    (
      await inbox.rows<{ read: boolean }>(
        'select read_at is not null as read from conversations.notifications where company_id = $1 order by created_at, id',
        [acme.companyId],
      )
    ).map((row) => row.read);

  test('are read one by one, and told to the agent’s other devices', async () => {
    expect(await mark({ ids: [ids[1] ?? '', ids[3] ?? ''] })).toEqual({ unread: 2 });
    expect(await read()).toEqual([false, true, false, true]);
    expect(await inbox.told()).toMatchObject([
      { type: 'conversation.notification.read', data: { agentId: acme.ben.agentId, unreadCount: 2 } },
    ]);
  });

  test('are read up to one, itself included', async () => {
    expect(await mark({ upToId: ids[2] ?? '' })).toEqual({ unread: 1 });
    expect(await read()).toEqual([true, true, true, false]);
  });

  test('that were read, are gone or never were change and tell nothing', async () => {
    await mark({ ids });
    await inbox.told();
    expect(await mark({ ids })).toEqual({ unread: 0 });
    expect(await mark({ upToId: ids[3] ?? '' })).toEqual({ unread: 0 });
    expect(await mark({ ids: [v7(), 'nonsense'] })).toEqual({ unread: 0 });
    expect(await mark({ ids: [] })).toEqual({ unread: 0 });
    expect(await inbox.told()).toEqual([]);
  });

  test('that are marked on several devices at once are each read once', async () => {
    const outcomes = await Promise.all([
      ...ids.map((id) => mark({ ids: [id] })),
      mark({ ids: ids.toReversed() }),
      mark({ upToId: ids[3] ?? '' }),
    ]);
    expect(outcomes.flatMap(codes)).toEqual([]);
    expect(await mark({ ids })).toEqual({ unread: 0 });
  });

  test('of others are none: of a colleague, of another company', async () => {
    const globex = await inbox.addCompany();
    for (const stranger of [acme.ada, globex.ben]) {
      expect(await mark({ ids }, stranger)).toEqual({ unread: 0 });
      expect(codes(await mark({ upToId: ids[0] ?? '' }, stranger))).toEqual(['NOT_FOUND input.upToId']);
    }
    expect(await read()).toEqual([false, false, false, false]);
  });

  test.each<[string, Input, string]>([
    ['neither', {}, 'INVALID input.ids'],
    ['both', { ids: [], upToId: v7() }, 'INVALID input.ids'],
    ['too many', { ids: Array.from({ length: 101 }, () => v7()) }, 'INVALID input.ids'],
    ['up to nonsense', { upToId: 'nonsense' }, 'NOT_FOUND input.upToId'],
  ])('are not marked by %s', async (_what, input, code) => {
    expect(codes(await mark(input))).toEqual([code]);
    expect(await read()).toEqual([false, false, false, false]);
  });

  test('and their settings are for agents only', async () => {
    const { partner } = acme;
    await expect(markNotificationsRead(inbox.database, partner, { ids })).rejects.toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
    await expect(updateNotificationSettings(inbox.database, partner, { kinds: [] })).rejects.toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
  });
});
