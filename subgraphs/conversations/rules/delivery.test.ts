import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DeliveryStatus } from '#schema/events/values.ts';
import { advances } from './delivery.ts';

const reports: DeliveryStatus[] = ['SENT', 'DELIVERED', 'READ', 'FAILED'];

describe('reports on a delivery', () => {
  test.each([
    ['QUEUED', 'SENT', true],
    ['QUEUED', 'READ', true],
    ['QUEUED', 'FAILED', true],
    ['SENT', 'SENT', false],
    ['READ', 'DELIVERED', false],
    ['SENT', 'FAILED', false],
    ['FAILED', 'SENT', false],
    ['RECEIVED', 'READ', false],
  ] as const)('from %s to %s: %s', (from, to, moves) => {
    expect(advances(from, to)).toBe(moves);
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
