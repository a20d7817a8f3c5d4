import { Pool } from 'undici';
import { IDENTITY_HEADER } from '#platform/identity/signedIdentity.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { PartnerKeyFacts } from '#platform/identity/partnerKeys.ts';
import { keyAnswer, partnerPaths, type KeyAnswer } from '#schema/partners.ts';
import { PartnersError } from './errors.ts';

/** Who keeps partners' keys: conversations, asked as a service of the installation and not through the graph. */
export interface KeyKeeper {
  /**
   * What a key is good for; undefined for what is none, or not any more.
   *
   * @throws PartnersError when it cannot be found out now.
   */
  check(key: PartnerKeyFacts): Promise<KeyAnswer | undefined>;
  /** When keys of a company were used last. @throws PartnersError */
  tellUsed(companyId: string, used: readonly { readonly keyId: string; readonly at: string }[]): Promise<void>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 3_000;

export function createKeyKeeper(options: {
  /** Base address of conversations. */
  readonly url: string;
  readonly signIdentity: (identity: Identity) => Promise<string>;
}): KeyKeeper {
  const base = new URL(options.url);
  const prefix = base.pathname.replace(/\/$/, '');
  const pool = new Pool(base.origin, { connections: 16, connectTimeout: TIMEOUT_MS });

  async function ask(companyId: string, path: string, body: object) {
    const identity = { kind: 'service', companyId, service: 'router', scopes: [] } as const;
    try {
      const response = await pool.request({
        method: 'POST',
        path: `${prefix}${path}`,
        headers: { 'content-type': 'application/json', [IDENTITY_HEADER]: await options.signIdentity(identity) },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return { status: response.statusCode, text: await response.body.text() };
    } catch (error) {
      throw PartnersError.keeperAway(error);
    }
  }

  return {
    async check({ companyId, keyId, hash }) {
      const { status, text } = await ask(companyId, partnerPaths.key, { keyId, hash });
      if (status === 404) return undefined;
      if (status !== 200) throw PartnersError.keeperAnswered(status);
      return keyAnswer.parse(JSON.parse(text));
    },

    async tellUsed(companyId, used) {
      const { status } = await ask(companyId, partnerPaths.used, { used });
      if (status !== 204) throw PartnersError.keeperAnswered(status);
    },

    close: () => pool.destroy(),
  };
}
