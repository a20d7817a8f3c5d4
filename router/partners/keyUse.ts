import type { Logger } from '#platform/logging/logger.ts';
import type { KeyKeeper } from './keyKeeper.ts';

/** A key that is used all the time is written down so often. */
const TELL_EVERY_MS = 30_000;
/** Of one company in one message. */
const MAX_TOLD = 1_000;

/** Remembers when keys were used, and tells it now and then: a request must not wait for it. */
export interface KeyUse {
  note(key: { readonly companyId: string; readonly keyId: string }): void;
  start(): void;
  /** Tells what has not been told yet. */
  stop(): Promise<void>;
}

export function createKeyUse({ keeper, logger }: { readonly keeper: KeyKeeper; readonly logger: Logger }): KeyUse {
  let used = new Map<string, { readonly companyId: string; readonly at: Date }>();
  let telling: NodeJS.Timeout | undefined;

  async function tell(): Promise<void> {
    const all = used;
    used = new Map();
    const companies = Map.groupBy(all, ([, { companyId }]) => companyId);
    for (const [companyId, keys] of companies) {
      const told = keys.slice(0, MAX_TOLD).map(([keyId, { at }]) => ({ keyId, at: at.toISOString() }));
      try {
        await keeper.tellUsed(companyId, told);
      } catch (error) {
        // Of a key that is in use the next time tells more.
        logger.warn({ err: error, companyId }, 'the use of keys could not be told');
      }
    }
  }

  return {
    note: ({ companyId, keyId }) => void used.set(keyId, { companyId, at: new Date() }),
    start() {
      telling = setInterval(() => void tell(), TELL_EVERY_MS);
    },
    async stop() {
      clearInterval(telling);
      await tell();
    },
  };
}
