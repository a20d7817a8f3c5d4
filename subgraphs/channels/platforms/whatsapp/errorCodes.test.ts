import { describe, expect, it } from '@jest/globals';
import { failureOf } from './errorCodes.ts';

describe('an error of WhatsApp', () => {
  it.each([
    [190, 'CHANNEL_UNAUTHORIZED', true],
    [133010, 'CHANNEL_UNAUTHORIZED', true],
    [10, 'NOT_PERMITTED', false],
    [131042, 'NOT_PERMITTED', true],
    [130429, 'RATE_LIMITED', true],
    [131056, 'RATE_LIMITED', true],
    [131000, 'PLATFORM_UNAVAILABLE', true],
    [131047, 'WINDOW_CLOSED', false],
    [131026, 'RECIPIENT_NOT_FOUND', false],
    [131050, 'RECIPIENT_BLOCKED', false],
    [131049, 'POLICY_BLOCKED', false],
    [368, 'POLICY_BLOCKED', false],
    [131053, 'FILE_REFUSED', false],
    [100, 'PLATFORM_REFUSED', false],
  ])('%i means %s', (code, meaning, retryable) => {
    expect(failureOf({ code, title: 'in their words' })).toEqual({
      code: meaning,
      message: expect.not.stringContaining('in their words'),
      retryable,
    });
  });

  it('that nobody knows is told in the platform’s words', () => {
    const error = { code: 9, title: 'Odd', error_data: { details: 'Very odd indeed.' } };
    expect(failureOf(error)).toMatchObject({ code: 'PLATFORM_REFUSED', retryable: false });
    expect(failureOf(error).message).toMatch(/\(9\): Very odd indeed\./);
    expect(failureOf({ code: 9 }).message).toMatch(/no reason/);
    expect(failureOf(undefined).message).toMatch(/no reason/);
  });
});
