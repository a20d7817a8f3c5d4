import { describe, expect, it } from '@jest/globals';
import { createRateLimiter, telegramLimits } from './rateLimits.ts';

describe('the limits that the Telegram stand-in holds bots to', () => {
  it('hold in any stretch of time, and tell when the next message passes', () => {
    let now = 0;
    const limiter = createRateLimiter({ privateChat: { most: 2, windowMs: 1_000 } }, () => now);
    expect(limiter.take('bot', '1')).toBe(0);
    now = 900;
    expect([limiter.take('bot', '1'), limiter.take('bot', '1')]).toEqual([0, 100]);
    now = 1_000;
    expect([limiter.take('bot', '1'), limiter.take('bot', '1')]).toEqual([0, 900]);
    expect(limiter.violations()).toBe(2);
  });

  it.each([
    ['a person', '1', 15],
    ['a group', '-1', 20],
  ])('are those of %s', (_whom, chatId, most) => {
    const limiter = createRateLimiter(telegramLimits, () => 0);
    const taken = Array.from({ length: 40 }, () => limiter.take('bot', chatId));
    expect(taken.filter((waitMs) => waitMs === 0)).toHaveLength(most);
    expect(limiter.take('bot', '2')).toBe(0);
  });

  it('are those of a bot over all of its chats, and of each bot', () => {
    const limiter = createRateLimiter(telegramLimits, () => 0);
    const taken = Array.from({ length: 40 }, (_, chat) => limiter.take('bot', String(chat)));
    expect(taken.filter((waitMs) => waitMs === 0)).toHaveLength(30);
    expect(limiter.take('other bot', '1')).toBe(0);
  });
});
