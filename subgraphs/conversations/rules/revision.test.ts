import { describe, expect, test } from '@jest/globals';
import type { Platform } from '#schema/events/values.ts';
import { placeOfRevision } from './revision.ts';

const HOUR_MS = 60 * 60 * 1_000;
const now = new Date();
const unconfirmed = { code: 'SEND_UNCONFIRMED', message: '', retryable: true };

const message = {
  direction: 'OUTBOUND',
  authorKind: 'AGENT',
  isPrivate: false,
  status: 'SENT',
  failure: null,
  externalId: '1',
  createdAt: now,
} as const;
const sent = (hoursAgo: number) => ({ ...message, createdAt: new Date(now.getTime() - hoursAgo * HOUR_MS) });
const place = (platform: Platform, of: Partial<Parameters<typeof placeOfRevision>[1]>, kind: 'EDIT' | 'DELETE') =>
  placeOfRevision(platform, { ...message, ...of }, kind, now).kind;

describe('a message is changed', () => {
  test.each(['MESSENGER', 'INSTAGRAM', 'WHATSAPP'] as const)('on %s only while it has not gone out', (platform) => {
    for (const kind of ['EDIT', 'DELETE'] as const) {
      expect(place(platform, {}, kind)).toBe('nowhere');
      expect(place(platform, { status: 'READ' }, kind)).toBe('nowhere');
      expect(place(platform, { status: 'QUEUED', externalId: null }, kind)).toBe('platform');
      expect(place(platform, { status: 'FAILED', externalId: null }, kind)).toBe('here');
      expect(place(platform, { status: 'FAILED', externalId: null, failure: unconfirmed }, kind)).toBe('nowhere');
      expect(place(platform, { isPrivate: true }, kind)).toBe('here');
    }
  });

  test('on Telegram for ever, and deleted for two days', () => {
    expect(place('TELEGRAM', sent(1_000), 'EDIT')).toBe('platform');
    expect(place('TELEGRAM', sent(47), 'DELETE')).toBe('platform');
    expect(place('TELEGRAM', sent(48), 'DELETE')).toBe('nowhere');
    expect(place('TELEGRAM', { ...sent(48), isPrivate: true }, 'DELETE')).toBe('here');
  });

  test('in a web chat always, where the visitor reads it here', () => {
    for (const kind of ['EDIT', 'DELETE'] as const) expect(place('WEB_CHAT', sent(1_000), kind)).toBe('here');
  });

  test('by nobody when the contact wrote it', () => {
    for (const kind of ['EDIT', 'DELETE'] as const) {
      expect(place('WEB_CHAT', { direction: 'INBOUND' }, kind)).toBe('nowhere');
    }
  });

  test('where it was written, when that was past the inbox; deleting is the same everywhere', () => {
    expect(place('TELEGRAM', { authorKind: 'CHANNEL' }, 'EDIT')).toBe('nowhere');
    expect(place('TELEGRAM', { authorKind: 'CHANNEL' }, 'DELETE')).toBe('platform');
  });
});
