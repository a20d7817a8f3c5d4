import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ConversationFacts } from '#schema/events/conversations.ts';
import { facts } from '../testing/world.ts';
import { checkFilter, matches, type ConversationFilter } from './conversationFilter.ts';

const ids = ['a', 'b', 'c'];
const id = fc.constantFrom(...ids);
const status = fc.constantFrom('PENDING', 'OPEN', 'SNOOZED', 'RESOLVED');
const platform = fc.constantFrom('MESSENGER', 'TELEGRAM', 'WHATSAPP');
const priority = fc.constantFrom('LOW', 'NORMAL', 'URGENT');
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const conversation: fc.Arbitrary<ConversationFacts> = fc
  .record({
    status,
    platform,
    priority,
    channelId: id,
    assigneeId: maybe(id),
    teamId: maybe(id),
    labelIds: fc.uniqueArray(id),
  })
  .map((differences) => facts(differences as Partial<ConversationFacts>));

const conditions = {
  status: fc.array(status),
  channelIds: fc.array(id),
  platforms: fc.array(platform),
  priority: fc.array(priority),
  assigneeId: id,
  unassigned: fc.boolean(),
  teamId: id,
  labelIds: fc.array(id),
};
const filter: fc.Arbitrary<ConversationFilter> = fc.record(
  Object.fromEntries(
    Object.entries(conditions).map(([name, arbitrary]) => [name, maybe(arbitrary as fc.Arbitrary<unknown>)]),
  ),
  { requiredKeys: [] },
);

describe('a filter', () => {
  it('without conditions takes every conversation', () => {
    fc.assert(fc.property(conversation, (one) => expect(matches({}, one)).toBe(true)));
  });

  it('takes what each of its conditions takes by itself, and nothing else', () => {
    fc.assert(
      fc.property(filter, conversation, (all, one) => {
        const each = Object.entries(all).map(([name, value]) => matches({ [name]: value }, one));
        expect(matches(all, one)).toBe(each.every(Boolean));
      }),
    );
  });

  it.each<[ConversationFilter, Partial<ConversationFacts>, boolean]>([
    [{ status: ['OPEN', 'PENDING'] }, { status: 'OPEN' }, true],
    [{ status: ['PENDING'] }, { status: 'OPEN' }, false],
    [{ status: [] }, { status: 'OPEN' }, false],
    [{ platforms: ['TELEGRAM'] }, { platform: 'WHATSAPP' }, false],
    [{ channelIds: ['a'] }, { channelId: 'a' }, true],
    [{ priority: ['URGENT'] }, { priority: 'LOW' }, false],
    [{ assigneeId: 'a' }, { assigneeId: 'a' }, true],
    [{ assigneeId: 'a' }, { assigneeId: null }, false],
    [{ unassigned: true }, { assigneeId: null }, true],
    [{ unassigned: true }, { assigneeId: 'a' }, false],
    [{ unassigned: false }, { assigneeId: null }, false],
    [{ teamId: 'a' }, { teamId: 'b' }, false],
    [{ labelIds: ['a', 'b'] }, { labelIds: ['b', 'c'] }, true],
    [{ labelIds: ['a'] }, { labelIds: [] }, false],
  ])('%j of a conversation with %j: %s', (wanted, differences, expected) => {
    expect(matches(wanted, facts(differences))).toBe(expected);
  });

  it.each([{ unread: true }, { unread: false }, { search: 'x' }])('refuses %j', (refused) => {
    expect(() => checkFilter(refused)).toThrow(
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }) }),
    );
  });

  it('allows null where it would refuse a value', () => {
    expect(() => checkFilter({ unread: null, search: null })).not.toThrow();
  });
});
