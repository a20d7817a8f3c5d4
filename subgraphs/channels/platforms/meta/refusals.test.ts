import { describe, expect, it } from '@jest/globals';
import type { GraphError } from './graphError.ts';
import { failureOf, refusalOf } from './refusals.ts';

const refusal = (error: Partial<GraphError>, { status = 400, waitMs }: { status?: number; waitMs?: number } = {}) =>
  refusalOf({ kind: 'failed', status, error: { code: 100, message: 'Meta’s words', ...error }, waitMs });

describe('what an error of Graph means', () => {
  it.each([
    ['CHANNEL_UNAUTHORIZED', [[0], [102], [190], [190, 460], [190, 463], [33], [133010]]],
    ['RATE_LIMITED', [[4], [17], [32], [613], [80002], [80006], [80007], [130429], [131048], [131056]]],
    ['PLATFORM_UNAVAILABLE', [[1], [2], [1200], [131000], [131016]]],
    ['WINDOW_CLOSED', [[10, 2018278], [10, 2534022], [131047], [470]]],
    ['RECIPIENT_BLOCKED', [[551, 1545041], [551], [200, 1545041], [10, 2018108], [131050]]],
    ['RECIPIENT_NOT_FOUND', [[100, 2018001], [131021], [131026]]],
    ['FILE_REFUSED', [[100, 2018008], [100, 2018047], [4, 2018109], [131052], [131053]]],
    ['POLICY_BLOCKED', [[368], [130472], [131031], [131049]]],
    ['NOT_PERMITTED', [[10], [200], [230], [3], [2, 2018344], [131005], [131030], [131042]]],
    ['PLATFORM_REFUSED', [[100], [131009], [987654]]],
  ])('%s', (code, errors) => {
    for (const [number = 0, subcode] of errors) {
      const { failure } = refusal({ code: number, error_subcode: subcode });
      expect({ number, subcode, code: failure.code }).toEqual({ number, subcode, code });
    }
  });

  it.each([
    [190, { again: false, unauthorized: true, failure: { retryable: true } }],
    [613, { again: true, failure: { retryable: true } }],
    [131056, { again: true, waitMs: 6_000 }],
    [1200, { again: true, platformDown: true, failure: { retryable: true } }],
    [551, { again: false, failure: { retryable: false } }],
    [10, { again: false, failure: { retryable: true } }],
  ])('says of %i whether to send again by itself, and whether a person may', (code, meaning) => {
    expect(refusal({ code })).toMatchObject(meaning);
  });

  it.each([
    ['(#100) Length of param message[text] must be less than or equal to 2000', 'MESSAGE_TOO_LONG'],
    ["(#100) Param text['body'] must be at most 4096 characters long.", 'MESSAGE_TOO_LONG'],
    ['(#100) Message cannot be empty, must provide valid attachment or text', 'MESSAGE_EMPTY'],
  ])('understands of a wrong parameter: %s', (message, code) => {
    expect(refusal({ message }).failure.code).toBe(code);
  });

  it.each([
    [401, 'CHANNEL_UNAUTHORIZED'],
    [429, 'RATE_LIMITED'],
    [500, 'PLATFORM_UNAVAILABLE'],
    [400, 'PLATFORM_REFUSED'],
  ])('takes a number that nobody has explained by its status %i', (status, code) => {
    expect(refusal({ code: 987_654 }, { status }).failure.code).toBe(code);
  });

  it('takes what Meta calls transient for trouble that passes', () => {
    expect(refusal({ code: 987_654, is_transient: true })).toMatchObject({ again: true, platformDown: true });
  });

  it('waits as long as the headers say, where it sends again at all', () => {
    expect(refusal({ code: 80006 }, { waitMs: 120_000 }).waitMs).toBe(120_000);
    expect(refusal({ code: 551 }, { waitMs: 120_000 }).waitMs).toBeUndefined();
  });

  it('keeps Meta’s own words, in a length and form that the database takes', () => {
    const { failure } = refusal({
      code: 131026,
      error_data: { details: `not on WhatsApp\0\ud800${'x'.repeat(1_000)}` },
    });
    expect(failure.message).toContain('not on WhatsApp');
    expect(failure.message).toHaveLength(499);
    expect(failure.message.isWellFormed()).toBe(true);
  });

  it('means the same when a webhook tells it of a message that was taken', () => {
    const error = { code: 131047, title: 'Re-engagement message', error_data: { details: 'more than 24 hours' } };
    expect(failureOf(error)).toMatchObject({ code: 'WINDOW_CLOSED', retryable: false });
    expect(failureOf(error).message).toMatch(/more than 24 hours \(131047\)$/);
    expect(failureOf({ code: 9, title: 'Odd' })).toMatchObject({ code: 'PLATFORM_REFUSED' });
    expect(failureOf({ code: 9, title: 'Odd' }).message).toContain('Odd');
    expect(failureOf(undefined).message).toContain('no reason');
  });
});
