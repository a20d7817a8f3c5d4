import { describe, expect, it } from '@jest/globals';
import { externalMessageId, messageNumber, threadOf } from './externalId.ts';

describe('the id of a message of Telegram', () => {
  it.each([threadOf(77, undefined), threadOf(-100123, undefined), threadOf(77, 'aZ9:k')])(
    'in the thread %s is found again by it',
    (thread) => {
      expect(messageNumber(externalMessageId(thread, 12), thread)).toBe(12);
    },
  );

  it.each(['78:12', 'business:c:77:12', '77:', '77:1.5', 'callback:12', ''])('%s names none of the chat 77', (id) => {
    expect(messageNumber(id, '77')).toBeUndefined();
  });
});
