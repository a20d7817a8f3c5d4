import { describe, expect, test } from '@jest/globals';
import type { ConversationStatus } from '#schema/events/values.ts';
import type { AssignmentChange } from './change.ts';
import { defaultKinds, noticeOf } from './notifications.ts';
import type { StatusChange } from './status.ts';

const status = (from: ConversationStatus, to: ConversationStatus): StatusChange => ({
  kind: 'STATUS',
  from,
  to,
  resolutionSeconds: null,
  touchedByAgent: false,
  snoozedUntil: null,
});
const assigned = (change: Partial<AssignmentChange>): AssignmentChange => ({
  kind: 'ASSIGNED',
  assigneeId: null,
  previousAssigneeId: null,
  teamId: null,
  previousTeamId: null,
  ...change,
});

describe('who is to know of a change', () => {
  const ofAda = { assigneeId: 'ada' };

  test('is who gets the conversation', () => {
    const change = assigned({ assigneeId: 'ada', previousAssigneeId: 'ben' });
    expect(noticeOf(change, ofAda)).toEqual({ kind: 'ASSIGNED', agentId: 'ada' });
  });

  test('is nobody when only the team changes, or the assignment is taken away', () => {
    const same = assigned({ assigneeId: 'ada', previousAssigneeId: 'ada', teamId: 'support' });
    expect(noticeOf(same, ofAda)).toBeUndefined();
    expect(noticeOf(assigned({ previousAssigneeId: 'ada' }), { assigneeId: null })).toBeUndefined();
  });

  test.each<[ConversationStatus, ConversationStatus, boolean]>([
    ['RESOLVED', 'OPEN', true],
    ['SNOOZED', 'OPEN', true],
    ['PENDING', 'OPEN', false],
    ['OPEN', 'RESOLVED', false],
    ['SNOOZED', 'RESOLVED', false],
    ['OPEN', 'SNOOZED', false],
  ])('from %s to %s is whose it is: %s', (from, to, isTold) => {
    expect(noticeOf(status(from, to), ofAda)).toEqual(
      isTold ? { kind: 'CONVERSATION_REOPENED', agentId: 'ada' } : undefined,
    );
    expect(noticeOf(status(from, to), { assigneeId: null })).toBeUndefined();
  });

  test('is nobody for whatever else changes', () => {
    expect(noticeOf({ kind: 'OPENED' }, ofAda)).toBeUndefined();
    expect(noticeOf({ kind: 'PRIORITY', from: 'LOW', to: 'URGENT' }, ofAda)).toBeUndefined();
  });
});

test('who has not chosen is not told of every message', () => {
  expect(defaultKinds).toEqual(['MENTIONED', 'ASSIGNED', 'CONVERSATION_REOPENED']);
});
