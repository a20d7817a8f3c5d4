import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  emptyConversation,
  inOrder,
  newestOfCompany,
  withMessages,
  withPending,
  withoutPending,
} from './widget/conversation.ts';
import type { ChatMessage } from './widget/protocol.ts';

const at = (second: number) => new Date(1_760_000_000_000 + second * 1_000).toISOString();

function message(id: string, second: number, overrides: Partial<ChatMessage> = {}): ChatMessage {
  return {
    id,
    clientId: null,
    author: { kind: 'AGENT', name: 'Mia' },
    text: `text of ${id}`,
    attachments: [],
    createdAt: at(second),
    editedAt: null,
    deletedAt: null,
    status: 'SENT',
    ...overrides,
  };
}
const own = (clientId: string, second: number) =>
  message(`m-${clientId}`, second, { clientId, author: { kind: 'VISITOR', name: null } });
const pending = (clientId: string) => ({ clientId, text: 'hi', files: [], createdAt: at(0), failure: null });
const counting = { countUnread: true };

describe('a visitor’s conversation', () => {
  it('has a message once, in the order of time, however often and in whatever order it comes', () => {
    const messages = Array.from({ length: 6 }, (_, index) => message(`m${String(index)}`, Math.floor(index / 2)));
    const batches = fc.array(fc.subarray(messages), { maxLength: 5 });
    fc.assert(
      fc.property(batches, (some) => {
        const all = [...some, messages];
        const state = all.reduce(
          (before, batch) => withMessages(before, batch.toReversed(), counting),
          emptyConversation,
        );
        expect(inOrder(state)).toEqual(messages);
        expect(state.unread).toBe(messages.length);
      }),
    );
  });

  it('takes the later state of a message', () => {
    const state = withMessages(emptyConversation, [message('a', 1)], counting);
    const edited = message('a', 1, { text: 'better', editedAt: at(2) });
    expect(inOrder(withMessages(state, [edited], counting))).toEqual([edited]);
  });

  it('forgets what was pending when it arrives, by history or live', () => {
    const state = withPending(withPending(emptyConversation, pending('c1')), pending('c2'));
    expect(withMessages(state, [own('c1', 1)], counting).pending).toEqual([pending('c2')]);
  });

  it('takes nothing for pending that has arrived', () => {
    const state = withMessages(emptyConversation, [own('c1', 1)], counting);
    expect(withPending(state, pending('c1'))).toBe(state);
  });

  it('keeps one entry for a message that was refused and is tried again', () => {
    const failed = { ...pending('c1'), failure: 'too long' };
    const state = withPending(withPending(emptyConversation, pending('c1')), failed);
    expect(state.pending).toEqual([failed]);
    expect(withoutPending(state, 'c1').pending).toEqual([]);
  });

  it('counts as unread what the company wrote, and nothing that was read from history', () => {
    const state = withMessages(emptyConversation, [message('old', 1)], { countUnread: false });
    expect(withMessages(state, [message('new', 2), own('c1', 3)], counting).unread).toBe(1);
  });

  it('is read up to the company’s newest message', () => {
    expect(newestOfCompany(emptyConversation)).toBeUndefined();
    const state = withMessages(emptyConversation, [message('a', 1), message('b', 2), own('c1', 3)], counting);
    expect(newestOfCompany(state)?.id).toBe('b');
  });
});
