import { describe, expect, it } from '@jest/globals';
import { telegramLimits } from '#test/standins/telegram/rateLimits.ts';
import { testAccount } from '../../testing/testAccount.ts';
import { platformConnections } from '../http/sendRequest.ts';
import { createTelegramApi } from './api.ts';
import { createTelegramSender } from './sender.ts';

const sender = createTelegramSender(
  createTelegramApi({ apiUrl: 'http://telegram.invalid', connections: platformConnections() }),
  () => Promise.reject(new Error('nothing is sent')),
);
const account = testAccount('TELEGRAM');

describe('the paces of Telegram', () => {
  it.each([
    ['a private chat', '77', telegramLimits.privateChat],
    ['a group', '-77', telegramLimits.group],
  ])('are such that what goes to %s stays within the limits, in any stretch of time', (_what, thread, ofChat) => {
    const [bot, chat] = sender.paces(account, thread, { text: 'x' });
    for (const [pace, limit] of [
      [bot, telegramLimits.bot],
      [chat, ofChat],
    ] as const) {
      // The most that a pace lets go within a time: all that was saved up, and what is added meanwhile.
      const most = (pace?.burst ?? Infinity) + ((pace?.perSecond ?? Infinity) * limit.windowMs) / 1_000;
      expect(most).toBeLessThanOrEqual(limit.most);
    }
  });

  it('are of a bot, and of each of its chats by itself', () => {
    const keys = (thread: string) => sender.paces(account, thread, { text: 'x' }).map(({ key }) => key);
    expect(keys('1')[0]).toBe(keys('2')[0]);
    expect(keys('1')[1]).not.toBe(keys('2')[1]);
  });
});
