import type { createBearerVerifier } from '#platform/identity/bearerTokens.ts';
import { IdentityError } from '#platform/identity/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { AgentStandings } from '../live/agentStandings.ts';
import { OperationError } from './errors.ts';

/** Who asks, and until when that is known. */
export interface Caller {
  readonly identity: Identity;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** What somebody shows of themselves. */
export interface Credentials {
  /** Of an HTTP request, or of `connection_init`. */
  readonly authorization?: string | undefined;
  /** Where the page stands that asks, as its browser says. */
  readonly origin?: string | undefined;
}

/**
 * Finds out who asks. Undefined stands for nobody in particular.
 *
 * @throws OperationError `UNAUTHENTICATED` for anything that is there and is not a valid bearer token, or one of somebody who was
 *   signed out since, `FORBIDDEN` for a visitor's token on another page than it was issued to, and `IDENTITY_UNAVAILABLE` while
 *   the keys of tokens, or what became of an agent, cannot be read.
 */
export type Authenticate = (credentials: Credentials) => Promise<Caller | undefined>;

export function createAuthenticate(
  verify: ReturnType<typeof createBearerVerifier>,
  standings: Pick<AgentStandings, 'check'>,
): Authenticate {
  return async ({ authorization, origin }) => {
    if (authorization === undefined || authorization === '') return undefined;
    const token = /^bearer +(\S+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw OperationError.unauthenticated('This is no bearer token: send "Bearer <token>".');
    const { issuedAt, expiresAt, ...identity } = await verified(token);
    if (identity.kind === 'visitor' && identity.origin !== origin) {
      throw OperationError.forbidden('This token is for a page of another site.');
    }
    return { identity: await standings.check({ identity, issuedAt, expiresAt }), issuedAt, expiresAt };
  };

  async function verified(token: string) {
    try {
      return await verify(token);
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error;
      if (error.code === 'UNAVAILABLE') throw OperationError.identityUnavailable();
      throw OperationError.unauthenticated(error.message);
    }
  }
}
