import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DeliveryStatus } from '#schema/events/values.ts';
import { advances, isOutdated } from './delivery.ts';

const reports: DeliveryStatus[] = ['SENT', 'DELIVERED', 'READ', 'FAILED'];

describe('reports on a delivery', () => {
  test.each([
    ['QUEUED', 'SENT', true],
    ['QUEUED', 'READ', true],
    ['QUEUED', 'FAILED', true],
    ['SENT', 'SENT', false],
    ['READ', 'DELIVERED', false],
    ['SENT', 'FAILED', true],
    ['DELIVERED', 'FAILED', false],
    ['FAILED', 'SENT', true],
    ['FAILED', 'READ', true],
    ['FAILED', 'FAILED', false],
    ['FAILED', 'QUEUED', false],
    ['RECEIVED', 'READ', false],
  ] as const)('from %s to %s: %s', (from, to, moves) => {
    expect(advances(from, to)).toBe(moves);
  });

  test.each([
    ['a failure that was heard already', 'QUEUED', 'FAILED', 0, true],
    ['a failure from before what is known', 'SENT', 'FAILED', -1, true],
    ['a new failure', 'QUEUED', 'FAILED', 1, false],
    ['a success from before the failure', 'FAILED', 'SENT', -1, true],
    ['a success that turns out after the failure', 'FAILED', 'SENT', 1, false],
    ['progress, by a clock that is behind', 'SENT', 'DELIVERED', -1, false],
  ] as const)('%s', (_what, status, told, later, outdated) => {
    const statusAt = new Date('2026-03-01T12:00:00.000Z');
    const at = new Date(statusAt.getTime() + later * 1_000);
    expect(isOutdated({ status, statusAt }, { status: told, at })).toBe(outdated);
    expect(isOutdated({ status, statusAt: null }, { status: told, at })).toBe(false);
  });

  test('lead to the same end in whatever order and however often they come, unless one of them is a failure', () => {
    const sets = fc.array(fc.constantFrom(...reports.slice(0, 3)), { minLength: 1 });
    const end = (order: readonly DeliveryStatus[]) =>
      order.reduce<DeliveryStatus>((status, report) => (advances(status, report) ? report : status), 'QUEUED');
    fc.assert(
      fc.property(
        sets.chain((set) =>
          fc.tuple(fc.constant(set), fc.shuffledSubarray([...set, ...set], { minLength: set.length * 2 })),
        ),
        ([once, again]) => {
          expect(end(again)).toBe(end(once));
        },
      ),
    );
  });
});
