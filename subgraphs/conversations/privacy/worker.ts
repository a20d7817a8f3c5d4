import type { FileStore } from '#platform/files/fileStore.ts';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { dropExpiredExports, exportContact } from './exportContact.ts';
import type { PrivacyJob } from './job.ts';

/** Longer than any single step; when a process dies, another goes on after so long. */
const LEASE_MS = 60_000;
/** Then it is nothing that passes by itself, and an operator has to look. */
const MAX_ATTEMPTS = 20;

export interface PrivacyWorkerOptions {
  readonly database: Database<SwitchboardCatalogue>;
  readonly store: FileStore;
  readonly pollMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Does what privacy asks for, one thing at a time in each process, and goes on with what another one left. */
export function createPrivacyWorker(options: PrivacyWorkerOptions): Part {
  const { database, store, pollMs, logger } = options;
  const ended = options.metrics.counter('switchboard_privacy_jobs_total', 'Exports and erasures by how they ended', [
    'kind',
    'outcome',
  ]);
  let stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  async function take(): Promise<PrivacyJob | undefined> {
    const [job] = await database.across<PrivacyJob>`
      select company_id as "companyId", id, kind, contact_id as "contactId", attempts
      from conversations.take_privacy_job(${LEASE_MS} * interval '1 millisecond')`;
    return job;
  }

  async function putOff({ companyId, id }: PrivacyJob, ms: number): Promise<void> {
    await database.write(
      companyId,
      ({ sql }) => sql`
        update conversations.privacy_jobs set due_at = now() + ${ms} * interval '1 millisecond'
        where company_id = ${companyId} and id = ${id} and status = 'RUNNING'`,
    );
  }

  async function work(job: PrivacyJob): Promise<void> {
    const { companyId, id, kind, attempts } = job;
    let renewedAt = Date.now();
    const onProgress = async () => {
      stopping.signal.throwIfAborted();
      if (Date.now() - renewedAt < LEASE_MS / 4) return;
      renewedAt = Date.now();
      await putOff(job, LEASE_MS);
    };
    try {
      await exportContact({ database, store }, job, onProgress);
      ended.inc({ kind, outcome: 'done' });
    } catch (error) {
      // Stopped, it begins again at once, wherever somebody takes it.
      if (stopping.signal.aborted) return putOff(job, 0);
      logger.warn({ err: error, companyId, jobId: id, kind, attempts }, 'a privacy job failed, will be tried again');
      if (attempts < MAX_ATTEMPTS) return putOff(job, backoff(attempts, { baseMs: 1_000, capMs: 600_000 }));
      ended.inc({ kind, outcome: 'failed' });
      await giveUp(job);
    }
  }

  async function giveUp({ companyId, id }: PrivacyJob): Promise<void> {
    logger.error({ companyId, jobId: id }, 'a privacy job has failed for good: look at the warnings before this one');
    await database.write(
      companyId,
      ({ sql }) => sql`
        update conversations.privacy_jobs set status = 'FAILED', finished_at = now()
        where company_id = ${companyId} and id = ${id} and status = 'RUNNING'`,
    );
  }

  async function workForever(): Promise<void> {
    for (let failed = 0; !stopping.signal.aborted;) {
      try {
        const job = await take();
        if (job) await work(job);
        const dropped = await dropExpiredExports({ database, store });
        failed = 0;
        if (!job && dropped === 0) await pause(pollMs, stopping.signal);
      } catch (error) {
        failed += 1;
        logger.warn({ err: error, failed }, 'privacy jobs could not be looked for, will try again');
        await pause(backoff(failed, { capMs: 30_000 }), stopping.signal);
      }
    }
  }

  return {
    name: 'privacy worker',
    async start() {
      stopping = new AbortController();
      loop = workForever();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}
