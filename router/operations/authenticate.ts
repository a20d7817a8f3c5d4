import type { createBearerVerifier } from '#platform/identity/bearerTokens.ts';
import { IdentityError } from '#platform/identity/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { OperationError } from './errors.ts';

/** Who asks, and until when that is known. */
export interface Caller {
  readonly identity: Identity;
  readonly expiresAt: Date;
}

/**
 * Reads an `Authorization` value, of an HTTP request or of `connection_init`. Undefined stands for nobody in particular.
 *
 * @throws OperationError `UNAUTHENTICATED` for anything that is there and is not a valid bearer token, and
 *   `IDENTITY_UNAVAILABLE` while the keys of tokens cannot be read.
 */
export type Authenticate = (authorization: string | undefined) => Promise<Caller | undefined>;

export function createAuthenticate(verify: ReturnType<typeof createBearerVerifier>): Authenticate {
  return async (authorization) => {
    if (authorization === undefined || authorization === '') return undefined;
    const token = /^bearer +(\S+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw OperationError.unauthenticated('This is no bearer token: send "Bearer <token>".');
    try {
      const { expiresAt, ...identity } = await verify(token);
      return { identity, expiresAt };
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error;
      if (error.code === 'UNAVAILABLE') throw OperationError.identityUnavailable();
      throw OperationError.unauthenticated(error.message);
    }
  };
}
