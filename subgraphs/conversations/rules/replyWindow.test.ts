import { describe, expect, test } from '@jest/globals';
import type { Platform } from '#schema/events/values.ts';
import { replyWindow } from './replyWindow.ts';

const HOUR_MS = 3_600_000;
const lastInboundAt = new Date('2026-03-01T12:00:00.000Z');
const hoursLater = (hours: number) => new Date(lastInboundAt.getTime() + hours * HOUR_MS);

describe('the reply window', () => {
  test.each<[Platform, boolean | null, number, string, number | null]>([
    ['MESSENGER', false, 24, 'STANDARD', 24],
    ['MESSENGER', false, 24.1, 'CLOSED', 24],
    ['MESSENGER', true, 1, 'STANDARD', 7 * 24],
    ['MESSENGER', true, 24.1, 'HUMAN_AGENT', 7 * 24],
    ['INSTAGRAM', null, 24.1, 'HUMAN_AGENT', 7 * 24],
    ['INSTAGRAM', true, 7 * 24 + 1, 'CLOSED', 7 * 24],
    ['WHATSAPP', true, 24.1, 'CLOSED', 24],
    ['TELEGRAM', false, 10_000, 'STANDARD', null],
    ['WEB_CHAT', null, 10_000, 'STANDARD', null],
  ])('of %s, human agent %s, after %d hours is %s until %s', (platform, humanAgent, hours, state, closesAfter) => {
    const closesAt = closesAfter === null ? null : hoursLater(closesAfter);
    expect(replyWindow(platform, { lastInboundAt, humanAgent }, hoursLater(hours))).toEqual({ state, closesAt });
  });

  test('is left to the platform while nothing is known of when the contact wrote', () => {
    const unknown = replyWindow('WHATSAPP', { lastInboundAt: null, humanAgent: null }, lastInboundAt);
    expect(unknown).toEqual({ state: 'STANDARD', closesAt: null });
  });
});
