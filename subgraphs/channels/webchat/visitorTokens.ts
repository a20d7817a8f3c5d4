import { createBearerVerifier, signBearerToken, type BearerOptions } from '#platform/identity/bearerTokens.ts';
import { IdentityError } from '#platform/identity/errors.ts';
import type { ClientIdentity, VisitorIdentity } from '#platform/identity/identity.ts';
import type { WebChatSite } from '../queries/webChatSite.ts';

/** The router checks with the same secret, issuer and audience. */
export interface VisitorTokenConfig extends BearerOptions {
  readonly secret: string;
}

export interface VisitorTokens {
  issue(visitor: VisitorIdentity): Promise<{ readonly token: string; readonly expiresAt: Date }>;
  /** The visitor whose token of this site it is. */
  read(token: string, site: WebChatSite): Promise<VisitorIdentity | undefined>;
  /** The same when it has expired: who comes back after months is still who they were. */
  recall(token: string, site: WebChatSite): Promise<VisitorIdentity | undefined>;
}

const LIFETIME_SECONDS = 30 * 24 * 60 * 60;

export function createVisitorTokens(config: VisitorTokenConfig): VisitorTokens {
  return {
    async issue(visitor) {
      const expiresAt = new Date(Date.now() + LIFETIME_SECONDS * 1_000);
      return { token: await signBearerToken(visitor, { ...config, expiresInSeconds: LIFETIME_SECONDS }), expiresAt };
    },
    read: readerOf(createBearerVerifier(config)),
    recall: readerOf(createBearerVerifier({ ...config, acceptExpired: true })),
  };
}

function readerOf(verify: (token: string) => Promise<ClientIdentity>) {
  return async (token: string, site: WebChatSite): Promise<VisitorIdentity | undefined> => {
    try {
      const identity = await verify(token);
      const isOfSite =
        identity.kind === 'visitor' && identity.companyId === site.companyId && identity.channelId === site.channelId;
      return isOfSite ? identity : undefined;
    } catch (error) {
      if (error instanceof IdentityError) return undefined;
      throw error;
    }
  };
}
