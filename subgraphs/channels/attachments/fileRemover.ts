import type { FileStore } from '#platform/files/fileStore.ts';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

const BATCH = 100;
const EVERY_MS = 10 * 60_000;

/** Removes the files whose end has come, in whatever process comes first. */
export function createFileRemover(options: {
  readonly store: Pick<FileStore, 'delete'>;
  readonly database: Database<SwitchboardCatalogue>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { store, database, logger } = options;
  const removed = options.metrics.counter('switchboard_channels_files_removed_total', 'Files whose end had come');
  let stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  async function remove({ companyId, id }: { readonly companyId: string; readonly id: string }): Promise<void> {
    await database.write(companyId, async ({ sql }) => {
      // Somebody may have found a use for it a moment ago.
      const over = await sql`
        delete from channels.files where company_id = ${companyId} and id = ${id} and delete_after <= now() returning 1 as done`;
      // Before the row is gone for good: what fails here is tried again.
      if (over.length > 0) await store.delete(`${companyId}/${id}`);
      removed.inc(over.length);
    });
  }

  async function removeForever(): Promise<void> {
    for (let failed = 0; !stopping.signal.aborted;) {
      try {
        const files = await database.across<{ companyId: string; id: string }>`
          select company_id as "companyId", id from channels.files_to_delete(${BATCH})`;
        for (const file of files) await remove(file);
        failed = 0;
        if (files.length < BATCH) await pause(EVERY_MS, stopping.signal);
      } catch (error) {
        failed += 1;
        logger.warn({ err: error, failed }, 'files could not be removed, will try again');
        await pause(backoff(failed, { baseMs: 5_000, capMs: 60_000 }), stopping.signal);
      }
    }
  }

  return {
    name: 'file remover',
    async start() {
      stopping = new AbortController();
      loop = removeForever();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}
