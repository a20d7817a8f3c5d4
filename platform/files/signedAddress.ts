import { createHmac } from 'node:crypto';
import { secretsEqual } from '#platform/identity/compareSecrets.ts';

const LIFETIME_MS = 60 * 60 * 1_000;
/** Addresses that are made within so long are the same, so that a browser has the file in its cache. */
const STEP_MS = 10 * 60 * 1_000;

export type Verdict =
  | { readonly kind: 'good'; readonly expiresAt: Date }
  | { readonly kind: 'expired' }
  /** Not signed by us, or for another file. */
  | { readonly kind: 'forged' };

export interface FileSigner {
  /**
   * An address under which anybody gets the file until it expires.
   *
   * @param fileKey `<companyId>/<fileId>`
   * @param expiresAt to the second. @default in 60 to 70 minutes
   */
  sign(fileKey: string, expiresAt?: Date): string;
  /** Whether the query of an address is one that {@link sign} made for this file. */
  verify(fileKey: string, query: { readonly expires?: unknown; readonly signature?: unknown }): Verdict;
}

/** @param options.baseUrl Where the router is reached, without a slash at the end. */
export function createFileSigner({
  secret,
  baseUrl,
}: {
  readonly secret: string;
  readonly baseUrl: string;
}): FileSigner {
  function signatureOf(fileKey: string, expires: string): string {
    return createHmac('sha256', secret).update(`${fileKey}\n${expires}`).digest('base64url');
  }

  return {
    sign(fileKey, expiresAt = defaultExpiry()) {
      const expires = String(Math.floor(expiresAt.getTime() / 1_000));
      return `${baseUrl}/files/${fileKey}?expires=${expires}&signature=${signatureOf(fileKey, expires)}`;
    },
    verify(fileKey, { expires, signature }) {
      if (typeof expires !== 'string' || typeof signature !== 'string') return { kind: 'forged' };
      // Before its time is looked at: what is not ours tells nothing.
      if (!secretsEqual(signature, signatureOf(fileKey, expires))) return { kind: 'forged' };
      const expiresAt = new Date(Number(expires) * 1_000);
      return expiresAt.getTime() > Date.now() ? { kind: 'good', expiresAt } : { kind: 'expired' };
    },
  };
}

function defaultExpiry(): Date {
  return new Date(Math.ceil((Date.now() + LIFETIME_MS) / STEP_MS) * STEP_MS);
}
