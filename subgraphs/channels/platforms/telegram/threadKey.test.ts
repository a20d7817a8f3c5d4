import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { platformFixtures } from '../../testing/platformFixtures.ts';
import { threadKeyOf } from './threadKey.ts';

describe('the order of updates', () => {
  it('is kept by thread, whatever the update tells', () => {
    const told = platformFixtures('telegram').flatMap(({ event, facts = [] }) =>
      (facts as { data?: { threadExternalId: string } }[]).flatMap(({ data }) => (data ? [{ event, data }] : [])),
    );
    expect(told.map(({ event }) => threadKeyOf(event))).toEqual(told.map(({ data }) => data.threadExternalId));
  });

  it('is kept for updates that have no rule, too', () => {
    const chat = { id: -100, type: 'supergroup' };
    expect(threadKeyOf({ update_id: 1, chat_boost: { chat, boost: {} } })).toBe('-100');
  });

  it('does not matter for what is of no chat', () => {
    fc.assert(fc.property(fc.jsonValue(), (event) => expect(threadKeyOf(event)).toBeUndefined()));
    expect(threadKeyOf({ update_id: 1, poll: { id: '7' } })).toBeUndefined();
  });
});
