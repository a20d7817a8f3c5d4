import { describe, expect, it } from '@jest/globals';
import { PublicFetchError } from '#platform/http/publicFetchError.ts';
import { AccountError } from '../platforms/account.ts';
import { attachmentFailureOf } from './attachmentFailure.ts';
import { FileRefused } from './fileRefused.ts';

describe('a file that cannot be had', () => {
  it.each([
    [PublicFetchError.notFound('status 404'), 'NOT_FOUND', false],
    [PublicFetchError.forbiddenAddress('10.0.0.1'), 'FORBIDDEN_ADDRESS', false],
    [PublicFetchError.tooLarge(1), 'TOO_LARGE', false],
    [PublicFetchError.unavailable('status 500'), 'UNAVAILABLE', true],
    [FileRefused.tooLarge(1), 'TOO_LARGE', false],
    [FileRefused.type('text/html', 'a page'), 'TYPE_REFUSED', false],
    [new AccountError('PLATFORM_REFUSED', 'no such file'), 'NOT_FOUND', false],
    [new AccountError('PLATFORM_UNAVAILABLE', 'away'), 'UNAVAILABLE', true],
    [new AccountError('BAD_CREDENTIALS', 'revoked'), 'UNAVAILABLE', false],
  ])('because of %s is %s', (error, code, again) => {
    expect(attachmentFailureOf(error)).toEqual({ code, again });
  });

  it('because of our own stores is no fault of the file', () => {
    expect(attachmentFailureOf(new Error('connection terminated'))).toBeUndefined();
  });
});
