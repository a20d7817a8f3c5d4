import { describe, expect, it } from '@jest/globals';
import { refusalOf } from './refusals.ts';

const refused = (status: number, description: string, retryAfter?: number) =>
  refusalOf({ kind: 'refused', status, description, retryAfter });

describe('a refusal of Telegram', () => {
  it.each([
    [400, 'Bad Request: chat not found', 'RECIPIENT_NOT_FOUND', false],
    [400, 'Bad Request: PEER_ID_INVALID', 'RECIPIENT_NOT_FOUND', false],
    [400, 'Bad Request: group chat was upgraded to a supergroup chat', 'RECIPIENT_NOT_FOUND', false],
    [400, 'Bad Request: message is too long', 'MESSAGE_TOO_LONG', false],
    [400, 'Bad Request: message caption is too long', 'MESSAGE_TOO_LONG', false],
    [400, 'Bad Request: message text is empty', 'MESSAGE_EMPTY', false],
    [400, 'Bad Request: text must be non-empty', 'MESSAGE_EMPTY', false],
    [400, 'Bad Request: not enough rights to send text messages to the chat', 'NOT_PERMITTED', false],
    [400, 'Bad Request: need administrator rights in the channel chat', 'NOT_PERMITTED', false],
    [400, 'Bad Request: CHAT_WRITE_FORBIDDEN', 'NOT_PERMITTED', false],
    [400, 'Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN', 'NOT_PERMITTED', false],
    [400, 'Bad Request: VOICE_MESSAGES_FORBIDDEN', 'NOT_PERMITTED', false],
    [400, 'Bad Request: business connection not found', 'NOT_PERMITTED', false],
    [400, 'Bad Request: BUSINESS_PEER_INVALID', 'NOT_PERMITTED', false],
    [400, 'Bad Request: BUSINESS_PEER_USAGE_MISSING', 'WINDOW_CLOSED', false],
    [400, 'Bad Request: wrong file identifier/HTTP URL specified', 'FILE_REFUSED', false],
    [400, 'Bad Request: wrong type of the web page content', 'FILE_REFUSED', false],
    [400, 'Bad Request: PHOTO_INVALID_DIMENSIONS', 'FILE_REFUSED', false],
    [400, 'Bad Request: IMAGE_PROCESS_FAILED', 'FILE_REFUSED', false],
    [400, 'Bad Request: failed to get HTTP URL content', 'FILE_REFUSED', true],
    [400, 'Bad Request: something new', 'PLATFORM_REFUSED', false],
    [409, 'Conflict', 'PLATFORM_REFUSED', false],
    [403, 'Forbidden: bot was blocked by the user', 'RECIPIENT_BLOCKED', false],
    [403, 'Forbidden: user is deactivated', 'RECIPIENT_BLOCKED', false],
    [403, 'Forbidden: bot was kicked from the supergroup chat', 'RECIPIENT_BLOCKED', false],
  ])('with %i %s is %s, and for an agent to try again: %s', (status, description, code, retryable) => {
    expect(refused(status, description)).toEqual({
      failure: { code, message: description, retryable },
      again: false,
    });
  });

  it('that came too soon is tried again when Telegram says', () => {
    const sooner = refused(429, 'Too Many Requests: retry after 7', 7);
    expect(sooner).toMatchObject({ failure: { code: 'RATE_LIMITED' }, again: true, waitMs: 7_000 });
    expect(refused(429, 'Too Many Requests')).toMatchObject({ again: true, waitMs: 1_000 });
  });

  it('with trouble of Telegram’s own is tried again, and counts against Telegram', () => {
    const refusal = refused(500, 'Internal Server Error');
    expect(refusal).toMatchObject({ failure: { code: 'PLATFORM_UNAVAILABLE' }, again: true, platformDown: true });
  });

  it.each([401, 404])('with %i is one of the token', (status) => {
    expect(refused(status, 'Unauthorized')).toMatchObject({
      failure: { code: 'CHANNEL_UNAUTHORIZED', retryable: true },
      again: false,
      unauthorized: true,
    });
  });
});
