import type { createBearerVerifier } from '#platform/identity/bearerTokens.ts';
import { IdentityError } from '#platform/identity/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { looksLikePartnerKey } from '#platform/identity/partnerKeys.ts';
import type { AgentStandings } from '../live/agentStandings.ts';
import type { PartnerKeys } from '../partners/partnerKeys.ts';
import { OperationError } from './errors.ts';

/** Who asks, and until when that is known. */
export interface Caller {
  readonly identity: Identity;
  readonly expiresAt: Date;
  /**
   * Calls back once, with what to tell them, when what they showed is not worth what it was before that time; whoever runs
   * something for long asks for it.
   *
   * @returns ends the watch.
   */
  watch(onEnd: (reason: string) => void): () => void;
}

const KEY_ENDED = 'The key is not valid any more';

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
 * @throws OperationError `UNAUTHENTICATED` for anything that is there and is not a valid bearer token or key, or one of somebody who
 *   was signed out since, `FORBIDDEN` for a visitor's token on another page than it was issued to, and `IDENTITY_UNAVAILABLE` while
 *   tokens or keys cannot be checked, or what became of an agent.
 */
export type Authenticate = (credentials: Credentials) => Promise<Caller | undefined>;

export function createAuthenticate({
  verify,
  keys,
  standings,
}: {
  readonly verify: ReturnType<typeof createBearerVerifier>;
  readonly keys: Pick<PartnerKeys, 'authenticate' | 'watch'>;
  readonly standings: Pick<AgentStandings, 'check' | 'watch'>;
}): Authenticate {
  return async ({ authorization, origin }) => {
    if (authorization === undefined || authorization === '') return undefined;
    const token = /^bearer +(\S+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw OperationError.unauthenticated('This is no bearer token: send "Bearer <token>".');
    if (looksLikePartnerKey(token)) {
      const { identity, expiresAt } = await keys.authenticate(token);
      return { identity, expiresAt, watch: (onEnd) => keys.watch(token, () => onEnd(KEY_ENDED)) };
    }
    const { issuedAt, expiresAt, ...claimed } = await verified(token);
    if (claimed.kind === 'visitor' && claimed.origin !== origin) {
      throw OperationError.forbidden('This token is for a page of another site.');
    }
    const identity = await standings.check({ identity: claimed, issuedAt });
    return { identity, expiresAt, watch: (onEnd) => standings.watch({ identity, issuedAt }, onEnd) };
  };

  async function verified(token: string) {
    try {
      return await verify(token);
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error;
      if (error.code === 'UNAVAILABLE') throw OperationError.identityUnavailable(error);
      throw OperationError.unauthenticated(error.message);
    }
  }
}
