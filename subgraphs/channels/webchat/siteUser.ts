import { createHmac } from 'node:crypto';
import { jwtVerify } from 'jose';
import { z } from 'zod';
import { secretsEqual } from '#platform/identity/compareSecrets.ts';
import { storableText } from '#platform/postgres/storableText.ts';

const userId = z
  .string()
  .min(1)
  .max(256)
  // Made storable, two users' ids could become one.
  .refine((id) => storableText(id) === id);
const label = z.string().max(320).transform(storableText);

/** Who is signed in at the site, as the page says it: an id with its HMAC, or a JWT. */
export const signedIdentity = z.union([
  z.object({ jwt: z.string().max(4_096) }),
  z.object({ userId, name: label.optional(), email: label.optional(), hash: z.string().max(128) }),
]);
export type SignedIdentity = z.output<typeof signedIdentity>;

/** Somebody whom the site knows. */
export interface SiteUser {
  readonly userId: string;
  readonly name: string | null;
  readonly email: string | null;
}

const claims = z.object({ sub: userId, name: label.optional(), email: label.optional() });
const CLOCK_TOLERANCE_SECONDS = 5;
/** A JWT that was copied from a page is soon worth nothing. */
const LONGEST_JWT_SECONDS = 60 * 60;

/**
 * Who it is, when the site's own server has signed it with the identity secret: the id's HMAC-SHA256 in hex, or a JWT (HS256)
 * that ends within the hour. Undefined when it has not. The HMAC is over the id alone: name and email are then what the page
 * says.
 */
export async function verifyIdentity(identity: SignedIdentity, secret: string): Promise<SiteUser | undefined> {
  if ('jwt' in identity) return fromJwt(identity.jwt, secret);
  const hash = createHmac('sha256', secret).update(identity.userId).digest('hex');
  if (!secretsEqual(hash, identity.hash.toLowerCase())) return undefined;
  return { userId: identity.userId, name: identity.name || null, email: identity.email || null };
}

async function fromJwt(jwt: string, secret: string): Promise<SiteUser | undefined> {
  try {
    const { payload } = await jwtVerify(jwt, new TextEncoder().encode(secret), {
      algorithms: ['HS256'],
      requiredClaims: ['exp', 'sub'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
    const leftSeconds = Number(payload.exp) - Date.now() / 1_000;
    if (leftSeconds > LONGEST_JWT_SECONDS + CLOCK_TOLERANCE_SECONDS) return undefined;
    const { sub, name, email } = claims.parse(payload);
    return { userId: sub, name: name || null, email: email || null };
  } catch {
    // Whatever is wrong with it, it does not say who somebody is.
    return undefined;
  }
}
