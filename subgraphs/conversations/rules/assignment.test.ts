import { describe, expect, test } from '@jest/globals';
import { whyNotStay, type Holder } from './assignment.ts';

const at = new Date('2026-03-01T10:00:00.000Z');
const secondsAgo = (seconds: number) => new Date(at.getTime() - seconds * 1_000);
const holder = (overrides: Partial<Holder> = {}): Holder => ({
  presence: 'ONLINE',
  since: secondsAgo(1_000),
  hasRoom: true,
  graceSeconds: 300,
  ...overrides,
});

describe('a conversation that the contact writes into', () => {
  test('stays with its agent while it is open, also above the limit', () => {
    for (const presence of ['ONLINE', 'AWAY'] as const) {
      expect(whyNotStay(holder({ presence, hasRoom: false }), { reopened: false, at })).toBeUndefined();
    }
  });

  test('leaves an agent who is gone for as long as the policy allows, and not before', () => {
    const gone = (seconds: number) =>
      whyNotStay(holder({ presence: 'OFFLINE', since: secondsAgo(seconds) }), { reopened: false, at });
    expect([gone(0), gone(299), gone(300), gone(10_000)]).toEqual([undefined, undefined, 'AGENT_LEFT', 'AGENT_LEFT']);
  });

  test('goes back to its agent when it is opened again only if they are online and have room', () => {
    const again = (overrides: Partial<Holder>) => whyNotStay(holder(overrides), { reopened: true, at });
    expect(again({})).toBeUndefined();
    for (const cannot of [{ presence: 'AWAY' }, { presence: 'OFFLINE', since: at }, { hasRoom: false }] as const) {
      expect(again(cannot)).toBe('REOPENED');
    }
  });
});
