import { SignJWT, createRemoteJWKSet, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import { LRUCache } from 'lru-cache';
import { IdentityConfigError, IdentityError } from './errors.ts';
import { clientIdentitySchema } from './identity.ts';
import type { ClientIdentity } from './identity.ts';
import { createSharedSecret } from './sharedSecret.ts';

/** Of key pairs only: an HMAC algorithm with a public key as its secret would let everybody sign. */
const PUBLIC_KEY_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
];
const CLOCK_TOLERANCE_SECONDS = 5;
/** How long a key that was withdrawn may still let somebody in. */
const BELIEVED_MS = 60_000;
/** About one per person who is at work. */
const MAX_BELIEVED = 10_000;

export interface BearerOptions {
  readonly issuer: string;
  readonly audience: string;
}

/** Who issues clients' tokens, and for what, unless the identity provider has its own names. */
export const bearerDefaults = { issuer: 'switchboard', audience: 'switchboard-graph' } as const satisfies BearerOptions;

export interface BearerVerifierOptions extends BearerOptions {
  /** Shared secret for HS256. */
  readonly secret?: string | undefined;
  /** Where an identity provider publishes its keys. With a secret too, the token's algorithm decides. */
  readonly jwksUrl?: string | undefined;
  /** Whether a token still says who somebody was: enough for giving them a new one. @default false */
  readonly acceptExpired?: boolean | undefined;
}

export type VerifiedIdentity = ClientIdentity & { readonly issuedAt: Date; readonly expiresAt: Date };

/**
 * Gives the check of what clients hold: a JWT with the claims `sub` (agent id, partner name or visitor id), `company`, `kind`, `role`
 * (agents), `channel` and `origin` (visitors) and `scope` (space separated). The check throws an {@link IdentityError}. A token that claims to be a service is refused: services
 * do not come from outside. Keys of a JWKS are kept for ten minutes and read again when an unknown one turns up. A token that
 * was found good is believed for a minute, or until it expires: checking a signature takes longer than most of what is asked with it.
 */
export function createBearerVerifier(options: BearerVerifierOptions): (token: string) => Promise<VerifiedIdentity> {
  const { issuer, audience } = options;
  const believed = new LRUCache<string, VerifiedIdentity>({ max: MAX_BELIEVED });
  const secret = options.secret === undefined ? undefined : createSharedSecret(options.secret);
  const remoteKeys = options.jwksUrl === undefined ? undefined : remoteKeySet(options.jwksUrl);
  if (secret === undefined && remoteKeys === undefined) throw IdentityConfigError.noKeys();

  const demands: JWTVerifyOptions = {
    issuer,
    audience,
    requiredClaims: ['exp', 'sub'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    ...(options.acceptExpired && { currentDate: new Date(0) }),
  };

  async function verified(token: string): Promise<JWTPayload> {
    const shared = decodeProtectedHeader(token).alg === 'HS256';
    if (shared && secret) return secret.verify(token, demands);
    if (!shared && remoteKeys) {
      return (await jwtVerify(token, remoteKeys, { ...demands, algorithms: PUBLIC_KEY_ALGORITHMS })).payload;
    }
    throw IdentityError.invalid();
  }

  return async (token) => {
    const known = believed.get(token);
    // The cache goes by the monotonic clock, and tokens by the one on the wall.
    if (known && known.expiresAt.getTime() > Date.now()) return known;
    try {
      const payload = await verified(token);
      // One that does not say when it was issued counts as one of old.
      const issuedAt = new Date((payload.iat ?? 0) * 1_000);
      const expiresAt = new Date(Number(payload.exp) * 1_000);
      const identity = { ...identityFrom(payload), issuedAt, expiresAt };
      const leftMs = expiresAt.getTime() - Date.now();
      // One that lives on the tolerance, or on nothing, is checked each time.
      if (leftMs > 0) believed.set(token, identity, { ttl: Math.min(leftMs, BELIEVED_MS) });
      return identity;
    } catch (error) {
      throw refusal(error);
    }
  };
}

/** Issues a token for a client; for demos, tests and deployments without an identity provider. */
export function signBearerToken(
  identity: ClientIdentity,
  options: BearerOptions & { readonly secret: string; readonly expiresInSeconds: number },
): Promise<string> {
  const { secret, issuer, audience, expiresInSeconds } = options;
  const { subject, ...claims } = claimsOf(identity);
  return new SignJWT({
    company: identity.companyId,
    kind: identity.kind,
    ...claims,
    scope: identity.scopes.join(' '),
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(subject)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1_000) + expiresInSeconds)
    .sign(new TextEncoder().encode(secret));
}

function claimsOf(identity: ClientIdentity): { readonly subject: string } & Readonly<Record<string, string>> {
  switch (identity.kind) {
    case 'agent':
      return { subject: identity.agentId, role: identity.role };
    case 'partner':
      return { subject: identity.partner };
    case 'visitor':
      return { subject: identity.visitorId, channel: identity.channelId, origin: identity.origin };
  }
}

function identityFrom(payload: JWTPayload): ClientIdentity {
  const { sub, company, kind, role, scope, channel, origin } = payload;
  const scopes = typeof scope === 'string' ? scope.split(' ').filter((name) => name !== '') : [];
  const subject = { agentId: sub, partner: sub, visitorId: sub };
  return clientIdentitySchema.parse({ kind, companyId: company, role, channelId: channel, origin, scopes, ...subject });
}

function refusal(error: unknown): IdentityError {
  if (error instanceof IdentityError) return error;
  return error instanceof errors.JWTExpired ? IdentityError.expired(error) : IdentityError.invalid(error);
}

/** A key set that does not answer, or not with keys, says nothing about the token. */
function remoteKeySet(url: string): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(url));
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (aboutTheToken.some((kind) => error instanceof kind)) throw error;
      throw IdentityError.keysUnavailable(error);
    }
  };
}

const aboutTheToken = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];
