import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { threadKeyOf } from './threadKey.ts';

const message = { id: 'wamid.1', timestamp: '1764061200', type: 'text' };

describe('the order of changes', () => {
  it.each([
    ['a group', { messages: [{ ...message, group_id: 'G', from_user_id: 'DE.1' }] }, 'G'],
    ['a person', { messages: [{ ...message, from_user_id: 'DE.1', from: '49151' }] }, 'DE.1'],
    ['a number', { messages: [{ ...message, from: '49151' }] }, '49151'],
    ['whom the company wrote to', { message_echoes: [{ ...message, to: '49151', to_user_id: 'DE.1' }] }, 'DE.1'],
    ['whom a status is about', { statuses: [{ ...message, status: 'sent', recipient_id: '49151' }] }, '49151'],
  ])('is kept for %s', (_who, value, key) => {
    expect(threadKeyOf({ field: 'messages', value })).toBe(key);
  });

  it('does not matter for what names nobody', () => {
    fc.assert(fc.property(fc.jsonValue(), (event) => expect(threadKeyOf(event)).toBeUndefined()));
  });
});
