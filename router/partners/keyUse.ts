import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { KeyUsed } from '#schema/partners.ts';
import type { KeyKeeper } from './keyKeeper.ts';

/** A key that is used all the time is written down so often. */
const TELL_EVERY_MS = 30_000;
/** Of one company in one message. */
const MAX_TOLD = 1_000;

interface Key {
  readonly companyId: string;
  readonly keyId: string;
}

/** Remembers when keys were used and for what, and tells it now and then: a request must not wait for it. */
export interface KeyUse extends Part {
  note(key: Key): void;
  noteCall(key: Key, operationId: string): void;
}

export function createKeyUse({
  keeper,
  logger,
}: {
  readonly keeper: Pick<KeyKeeper, 'tellUsed'>;
  readonly logger: Logger;
}): KeyUse {
  interface Used {
    readonly companyId: string;
    at: Date;
    readonly calls: Map<string, number>;
  }
  let used = new Map<string, Used>();
  let telling: NodeJS.Timeout | undefined;

  function entryOf({ companyId, keyId }: Key): Used {
    const entry = used.get(keyId) ?? { companyId, at: new Date(), calls: new Map<string, number>() };
    used.set(keyId, entry);
    return entry;
  }

  async function tell(): Promise<void> {
    const all = used;
    used = new Map();
    for (const [companyId, keys] of Map.groupBy(all, ([, entry]) => entry.companyId)) {
      for (let start = 0; start < keys.length; start += MAX_TOLD) {
        await tellSome(companyId, keys.slice(start, start + MAX_TOLD).map(toldOf));
      }
    }
  }

  async function tellSome(companyId: string, told: readonly KeyUsed[]): Promise<void> {
    try {
      await keeper.tellUsed(companyId, told);
    } catch (error) {
      // These calls are not counted; that the key is in use the next time tells.
      logger.warn({ err: error, companyId }, 'the use of keys could not be told');
    }
  }

  return {
    name: 'key use',
    note(key) {
      entryOf(key).at = new Date();
    },
    noteCall(key, operationId) {
      const { calls } = entryOf(key);
      calls.set(operationId, (calls.get(operationId) ?? 0) + 1);
    },
    async start() {
      telling = setInterval(() => void tell(), TELL_EVERY_MS);
    },
    /** Tells what has not been told yet. */
    async stop() {
      clearInterval(telling);
      await tell();
    },
  };
}

function toldOf([keyId, { at, calls }]: readonly [string, { at: Date; calls: ReadonlyMap<string, number> }]): KeyUsed {
  return {
    keyId,
    at: at.toISOString(),
    calls: [...calls].map(([operationId, count]) => ({ operationId, calls: count })),
  };
}
