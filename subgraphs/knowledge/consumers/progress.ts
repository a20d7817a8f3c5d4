import type { Logger } from '#platform/logging/logger.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { noteProgress } from '../commands/noteProgress.ts';

/** How often it is said at most: what is done sooner needs no progress. */
const EVERY_MS = 1_000;

/** Says now and then how many of a document's passages are done. The work waits for none of it. */
export function createProgress(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly companyId: string;
  readonly document: { readonly id: string; readonly version: number };
  readonly total: number;
  readonly logger: Logger;
}): { readonly done: (count: number) => void; readonly ended: () => Promise<void> } {
  const { database, companyId, document, total, logger } = options;
  let done = 0;
  let toldAt = performance.now();
  let telling: Promise<void> | undefined;

  async function tell(): Promise<void> {
    try {
      await noteProgress(database, companyId, document, { stage: 'INDEXING', done, total });
    } catch (error) {
      logger.warn({ err: error, documentId: document.id }, 'how far a document is could not be said');
    } finally {
      telling = undefined;
    }
  }

  return {
    done(count) {
      done += count;
      // What is all done is told by its end.
      if (telling || done >= total || performance.now() - toldAt < EVERY_MS) return;
      toldAt = performance.now();
      telling = tell();
    },
    /** Resolves when nothing more is being said. */
    ended: async () => telling,
  };
}
