import { describe, expect, test } from '@jest/globals';
import type { ConversationStatus } from '#schema/events/values.ts';
import { applyStatus, mayChange, type StatusFields } from './status.ts';

const at = new Date('2026-03-01T12:00:00.000Z');
const earlier = new Date('2026-03-01T11:00:00.000Z');
const later = new Date('2026-03-02T09:00:00.000Z');

function conversation(fields: Partial<StatusFields> = {}): StatusFields {
  return {
    status: 'OPEN',
    snoozedUntil: null,
    resolvedAt: null,
    waitingSince: earlier,
    openedAt: earlier,
    firstRepliedAt: null,
    touchedByAgent: true,
    botDueAt: null,
    ...fields,
  };
}

describe('a person', () => {
  const statuses: ConversationStatus[] = ['PENDING', 'OPEN', 'SNOOZED', 'RESOLVED'];
  const allowed = [
    'PENDING>OPEN',
    'PENDING>SNOOZED',
    'PENDING>RESOLVED',
    'OPEN>PENDING',
    'OPEN>SNOOZED',
    'OPEN>RESOLVED',
    'SNOOZED>PENDING',
    'SNOOZED>OPEN',
    'SNOOZED>SNOOZED',
    'SNOOZED>RESOLVED',
    'RESOLVED>OPEN',
  ];

  test.each(statuses.flatMap((from) => statuses.map((to) => [from, to] as const)))('%s to %s', (from, to) => {
    expect(mayChange(from, to)).toBe(allowed.includes(`${from}>${to}`));
  });
});

describe('a status', () => {
  test('RESOLVED ends the waiting and says how long it took', () => {
    const resolved = conversation();
    expect(applyStatus(resolved, 'RESOLVED', { at })).toEqual({
      kind: 'STATUS',
      from: 'OPEN',
      to: 'RESOLVED',
      resolutionSeconds: 3_600,
      touchedByAgent: true,
      snoozedUntil: null,
    });
    expect(resolved).toMatchObject({ status: 'RESOLVED', resolvedAt: at, waitingSince: null });
  });

  test('RESOLVED takes no negative time when the opening has the clock of a platform', () => {
    expect(applyStatus(conversation({ openedAt: later }), 'RESOLVED', { at }).resolutionSeconds).toBe(0);
  });

  test('OPEN after RESOLVED begins anew', () => {
    const opened = conversation({ status: 'RESOLVED', resolvedAt: earlier, firstRepliedAt: earlier });
    expect(applyStatus(opened, 'OPEN', { at })).toMatchObject({ from: 'RESOLVED', resolutionSeconds: null });
    expect(opened).toMatchObject({ openedAt: at, firstRepliedAt: null, touchedByAgent: false, resolvedAt: null });
  });

  test('SNOOZED has an end, or none; every other status forgets it', () => {
    const snoozed = conversation();
    applyStatus(snoozed, 'SNOOZED', { at, snoozedUntil: later });
    expect(snoozed.snoozedUntil).toBe(later);
    applyStatus(snoozed, 'SNOOZED', { at });
    expect(snoozed.snoozedUntil).toBeNull();
    applyStatus(snoozed, 'OPEN', { at, snoozedUntil: later });
    expect(snoozed).toMatchObject({ status: 'OPEN', snoozedUntil: null, openedAt: earlier, waitingSince: earlier });
  });
});
