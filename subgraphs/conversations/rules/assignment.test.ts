import { describe, expect, test } from '@jest/globals';
import { reasonOf, whyNotStay, type Holder } from './assignment.ts';

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

describe('the reason of an assignment', () => {
  test('is the one that was kept, whoever did it', () => {
    expect(reasonOf('REOPENED', { kind: 'contact', id: 'x' })).toBe('REOPENED');
    expect(reasonOf('AGENT_DEACTIVATED', { kind: 'agent', id: 'x' })).toBe('AGENT_DEACTIVATED');
  });

  test.each([
    ['agent', 'ada', 'BY_HAND'],
    ['partner', 'crm', 'BY_HAND'],
    ['contact', 'kim', 'REOPENED_UNASSIGNED'],
    ['system', 'TEAM_DELETED', 'TEAM_DELETED'],
    ['system', 'AGENT_LEFT', 'AGENT_DEACTIVATED'],
  ] as const)('of before reasons were kept is told by who did it: %s %s', (kind, id, reason) => {
    expect(reasonOf(undefined, { kind, id })).toBe(reason);
  });
});
