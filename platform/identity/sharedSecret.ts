import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { UnsecuredJWT, decodeProtectedHeader, errors, type JWTClaimVerificationOptions, type JWTPayload } from 'jose';

/** JWTs of those who know a secret (HS256). */
export interface SharedSecret {
  sign(claims: object): string;
  /** @throws an error of jose's when it is no token, was signed by somebody else, or does not meet the demands. */
  verify(token: string, demands: JWTClaimVerificationOptions): JWTPayload;
}

const ALGORITHM = 'HS256';
const SIGNED = encode({ alg: ALGORITHM });
const UNSIGNED = encode({ alg: 'none' });

/**
 * Signs and checks at once: jose would have another thread do it, which takes ten times as long and, where all threads are busy,
 * longer than everything else that a router does for an operation. What tokens claim is jose's to check.
 */
export function createSharedSecret(secret: string): SharedSecret {
  const key = createSecretKey(secret, 'utf8');
  const signatureOf = (signing: string) => createHmac('sha256', key).update(signing).digest('base64url');

  return {
    sign(claims) {
      const signing = `${SIGNED}.${encode(claims)}`;
      return `${signing}.${signatureOf(signing)}`;
    },
    verify(token, demands) {
      const { alg, crit } = decodeProtectedHeader(token);
      if (alg !== ALGORITHM || crit !== undefined) throw new errors.JOSENotSupported('not a plain token with HS256');
      const end = token.lastIndexOf('.');
      const signing = token.slice(0, end);
      if (!isEqual(token.slice(end + 1), signatureOf(signing))) throw new errors.JWSSignatureVerificationFailed();
      const claims = signing.slice(signing.indexOf('.') + 1);
      return UnsecuredJWT.decode(`${UNSIGNED}.${claims}.`, demands).payload;
    },
  };
}

function isEqual(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
