import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countAnswer, countMessage } from './messages.ts';

const start = new Date('2026-03-01T12:00:00.000Z');
const after = (seconds: number) => new Date(start.getTime() + seconds * 1_000);

describe('the list row', () => {
  test('shows the newest message, in whatever order they come', () => {
    const messages = fc.uniqueArray(
      fc.record({ id: fc.uuid({ version: 7 }), createdAt: fc.integer({ min: 0, max: 3 }).map(after) }),
      { minLength: 1, selector: ({ id }) => id },
    );
    fc.assert(
      fc.property(messages, (written) => {
        const row = { messageCount: 0, lastActivityAt: start, lastMessageId: null as string | null };
        for (const message of written) {
          const before = row.lastActivityAt;
          countMessage(row, message);
          expect(row.lastActivityAt.getTime()).toBeGreaterThanOrEqual(before.getTime());
        }
        const newest = written.toSorted((a, b) => +a.createdAt - +b.createdAt || (a.id < b.id ? -1 : 1)).at(-1);
        expect(row).toEqual({
          messageCount: written.length,
          lastActivityAt: newest?.createdAt,
          lastMessageId: newest?.id,
        });
      }),
    );
  });
});

describe('an answer', () => {
  test('is the first response when the contact waits and nobody has answered since the opening', () => {
    const row = { waitingSince: start as Date | null, firstRepliedAt: null as Date | null, touchedByAgent: false };
    expect(countAnswer(row, after(90))).toEqual({ isFirst: true, since: start, at: after(90), seconds: 90 });
    expect(row).toEqual({ waitingSince: null, firstRepliedAt: after(90), touchedByAgent: true });
  });

  test('is a later one when somebody has answered already', () => {
    const row = { waitingSince: after(100), firstRepliedAt: after(90), touchedByAgent: true };
    expect(countAnswer(row, after(120))).toEqual({ isFirst: false, since: after(100), at: after(120), seconds: 20 });
    expect(row).toEqual({ waitingSince: null, firstRepliedAt: after(90), touchedByAgent: true });
  });

  test('to nobody who waits leaves the first response to come', () => {
    const row = { waitingSince: null, firstRepliedAt: null, touchedByAgent: false };
    expect(countAnswer(row, start)).toBeNull();
    expect(row.firstRepliedAt).toBeNull();
  });
});
