import { LRUCache } from 'lru-cache';
import { IdentityError } from './errors.ts';
import { identitySchema } from './identity.ts';
import type { Identity } from './identity.ts';
import { createSharedSecret } from './sharedSecret.ts';

/** The header in which the router tells subgraphs who asks. */
export const IDENTITY_HEADER = 'x-switchboard-identity';

const AUDIENCE = 'switchboard-subgraph';
/** Short, so that a value that leaked into a log or a crash dump is soon worth nothing. */
const LIFETIME_SECONDS = 60;
const REUSE_MS = 30_000;
const CLOCK_TOLERANCE_SECONDS = 5;
/** About one per agent who is at work; beyond it the least recently used is signed, or checked, again. */
const MAX_CACHED = 10_000;

interface Signed {
  readonly value: string;
  readonly signedAt: number;
}

/** Gives the router's signature: valid for 60 s, and reused for the same identity while more than 30 s of them are left. */
export function createIdentitySigner(secret: string): (identity: Identity) => Promise<string> {
  const shared = createSharedSecret(secret);
  const signed = new LRUCache<string, Signed>({ max: MAX_CACHED });
  /** All fetches of a request are made for one object, which is read once. */
  const recent = new WeakMap<Identity, Signed>();

  function sign(identity: Identity): Signed {
    const signedAt = performance.now();
    const exp = Math.floor(Date.now() / 1_000) + LIFETIME_SECONDS;
    return { value: shared.sign({ identity, aud: AUDIENCE, exp }), signedAt };
  }

  return async (identity) => {
    const last = recent.get(identity);
    if (isReusable(last)) return last.value;
    const cacheKey = JSON.stringify(identitySchema.parse(identity));
    let one = signed.get(cacheKey);
    if (!isReusable(one)) signed.set(cacheKey, (one = sign(identity)));
    recent.set(identity, one);
    return one.value;
  };
}

function isReusable(one: Signed | undefined): one is Signed {
  return one !== undefined && performance.now() - one.signedAt < REUSE_MS;
}

/** Gives a subgraph's check of the header; throws an {@link IdentityError}. A value that was found good is believed until it expires. */
export function createIdentityVerifier(secret: string): (header: string | undefined) => Promise<Identity> {
  const shared = createSharedSecret(secret);
  const verified = new LRUCache<string, Identity>({ max: MAX_CACHED });

  return async (header) => {
    if (header === undefined || header === '') throw IdentityError.missing();
    const known = verified.get(header);
    if (known) return known;
    try {
      const payload = shared.verify(header, {
        audience: AUDIENCE,
        requiredClaims: ['exp'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      const identity = identitySchema.parse(payload['identity']);
      const leftMs = Number(payload.exp) * 1_000 - Date.now();
      // One that lives on the tolerance alone is checked each time: a time to live of zero would mean for ever.
      if (leftMs > 0) verified.set(header, identity, { ttl: leftMs });
      return identity;
    } catch (error) {
      throw IdentityError.invalid(error);
    }
  };
}
