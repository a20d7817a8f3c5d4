import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { settleHolding } from './holding.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 9, minute));
type Held = Parameters<typeof settleHolding>[0];
const fresh = (): Held => ({ status: 'OPEN', assigneeId: null, holderId: null, heldSince: null });

describe('holding a conversation', () => {
  test('measures how long it waited in the queue, and then how long its agent had it', () => {
    const held = fresh();
    expect(settleHolding(held, at(0))).toEqual({ handled: null, queuedSince: null });
    held.assigneeId = 'ada';
    expect(settleHolding(held, at(5))).toEqual({ handled: null, queuedSince: at(0) });
    held.assigneeId = 'ben';
    expect(settleHolding(held, at(9))).toEqual({ handled: { agentId: 'ada', seconds: 240 }, queuedSince: null });
    held.status = 'RESOLVED';
    expect(settleHolding(held, at(10))).toEqual({ handled: { agentId: 'ben', seconds: 60 }, queuedSince: null });
    expect(held).toMatchObject({ holderId: null, heldSince: null });
  });

  test('leaves out of the queue what sleeps, and what nobody ever got', () => {
    const held = fresh();
    settleHolding(held, at(0));
    held.status = 'SNOOZED';
    expect(settleHolding(held, at(5))).toEqual({ handled: null, queuedSince: null });
    held.status = 'OPEN';
    settleHolding(held, at(50));
    held.assigneeId = 'ada';
    expect(settleHolding(held, at(51)).queuedSince).toEqual(at(50));
  });

  test('measures nothing twice and leaves out nothing, whatever happens in whatever order', () => {
    const step = fc.record({
      status: fc.constantFrom('OPEN' as const, 'PENDING' as const, 'SNOOZED' as const, 'RESOLVED' as const),
      assigneeId: fc.constantFrom(null, 'ada', 'ben'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const held = fresh();
        settleHolding(held, at(0));
        let measured = 0;
        let expected = 0;
        for (const [index, next] of steps.entries()) {
          // A minute from each step to the next, of whoever had it open.
          if (held.status === 'OPEN' && held.assigneeId !== null) expected += 60;
          Object.assign(held, next);
          measured += settleHolding(held, at(index + 1)).handled?.seconds ?? 0;
        }
        Object.assign(held, { status: 'RESOLVED' });
        measured += settleHolding(held, at(steps.length)).handled?.seconds ?? 0;
        expect(measured).toBe(expected);
      }),
    );
  });
});
