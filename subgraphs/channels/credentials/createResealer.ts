import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { resealCredentials } from './resealCredentials.ts';

/**
 * Seals anew, at the start, what a key that is not the active one has sealed; once the log has counted none as failed, the old
 * key can be taken out. In the background: both keys open meanwhile.
 */
export function createResealer(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly keyring: Keyring;
  readonly logger: Logger;
}): Part {
  const { logger } = options;
  const stopping = new AbortController();
  let resealing: Promise<void> | undefined;

  async function reseal(): Promise<void> {
    try {
      const { resealed, failed } = await resealCredentials({ ...options, signal: stopping.signal });
      if (resealed + failed > 0) logger.info({ resealed, failed }, 'credentials were sealed under the active key');
    } catch (error) {
      logger.error({ err: error }, 'credentials could not be sealed anew: keep the old key until the next start');
    }
  }

  return {
    name: 'credentials',
    async start() {
      resealing = reseal();
    },
    async stop() {
      stopping.abort();
      await resealing;
    },
  };
}
