import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { secretsEqual } from '#platform/identity/compareSecrets.ts';

export type TokenVerdict<T> =
  | { readonly kind: 'good'; readonly data: T; readonly expiresAt: Date }
  | { readonly kind: 'expired' }
  /** Not signed by us, or for another purpose. */
  | { readonly kind: 'forged' };

export interface TokenSigner<T> {
  /** Fit for an address. Who has it can read it, and change nothing of it. */
  sign(data: T, expiresAt: Date): string;
  read(token: string): TokenVerdict<T>;
}

/** @param options.purpose Keeps what is signed for one thing from being used for another. */
export function createTokenSigner<T>({
  secret,
  purpose,
  model,
}: {
  readonly secret: string;
  readonly purpose: string;
  readonly model: z.ZodType<T>;
}): TokenSigner<T> {
  const content = z.object({ data: model, expiresAt: z.int() });

  function signatureOf(payload: string): string {
    return createHmac('sha256', secret).update(`${purpose}\n${payload}`).digest('base64url');
  }

  return {
    sign(data, expiresAt) {
      const payload = Buffer.from(JSON.stringify({ data, expiresAt: expiresAt.getTime() })).toString('base64url');
      return `${payload}.${signatureOf(payload)}`;
    },
    read(token) {
      const [payload = '', signature = ''] = token.split('.');
      // Before it is looked at: what is not ours tells nothing.
      if (!secretsEqual(signature, signatureOf(payload))) return { kind: 'forged' };
      const { data, expiresAt } = content.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
      if (expiresAt <= Date.now()) return { kind: 'expired' };
      return { kind: 'good', data, expiresAt: new Date(expiresAt) };
    },
  };
}
