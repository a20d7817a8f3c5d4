import { createHmac, timingSafeEqual } from 'node:crypto';

export const SIGNATURE_HEADER = 'x-hub-signature-256';

/**
 * The digest that the header claims; undefined when it is none.
 * @see https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads
 */
export function claimedDigest(header: string | string[] | undefined): Buffer | undefined {
  const [, hex] = (typeof header === 'string' && /^sha256=([0-9a-f]{64})$/i.exec(header)) || [];
  return hex === undefined ? undefined : Buffer.from(hex, 'hex');
}

/** Whether one of the secrets signed these bytes. All are tried, so that the time does not tell which. */
export function isSignedBy(secrets: readonly string[], body: Buffer, digest: Buffer): boolean {
  const matches = secrets.map((secret) => timingSafeEqual(createHmac('sha256', secret).update(body).digest(), digest));
  return matches.includes(true);
}
