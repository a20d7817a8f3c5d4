import { Pool } from 'undici';
import type { z } from 'zod';
import { IDENTITY_HEADER } from '#platform/identity/signedIdentity.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { PartnerKeyFacts } from '#platform/identity/partnerKeys.ts';
import {
  keyAnswer,
  operationAnswer,
  partnerPaths,
  type KeyAnswer,
  type KeyUsed,
  type OperationAnswer,
} from '#schema/partners.ts';
import { PartnersError } from './errors.ts';

/** Who keeps partners' keys: conversations, asked as a service of the installation and not through the graph. */
export interface KeyKeeper {
  /**
   * What a key is good for; undefined for what is none, or not any more.
   *
   * @throws PartnersError when it cannot be found out now.
   */
  check(key: PartnerKeyFacts): Promise<KeyAnswer | undefined>;
  /** What a partner means by an id; undefined for nothing. @throws PartnersError */
  operation(
    companyId: string,
    of: { readonly partner: string; readonly id: string },
  ): Promise<OperationAnswer | undefined>;
  /** When keys of a company were used last, and for what. @throws PartnersError */
  tellUsed(companyId: string, used: readonly KeyUsed[]): Promise<void>;
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

  async function find<T>(companyId: string, path: string, body: object, schema: z.ZodType<T>): Promise<T | undefined> {
    const { status, text } = await ask(companyId, path, body);
    if (status === 404) return undefined;
    if (status !== 200) throw PartnersError.keeperAnswered(status);
    return schema.parse(JSON.parse(text));
  }

  return {
    check: ({ companyId, keyId, hash }) => find(companyId, partnerPaths.key, { keyId, hash }, keyAnswer),

    operation: (companyId, of) => find(companyId, partnerPaths.operation, of, operationAnswer),

    async tellUsed(companyId, used) {
      const { status } = await ask(companyId, partnerPaths.used, { used });
      if (status !== 204) throw PartnersError.keeperAnswered(status);
    },

    close: () => pool.destroy(),
  };
}
