import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { HealthRecorder } from '../health/healthRecorder.ts';
import type { Send } from './decide.ts';
import type { Lease } from './queue.ts';
import type { Outcome, Recorded } from './recordSend.ts';
import type { ReviseOutcome } from './revisions/recordRevision.ts';
import type { Revise } from './revisions/revision.ts';
import type { Failed, Head } from './takeHead.ts';

/** Counts what becomes of deliveries and notes it in their channel's health. */
export function observeDeliveries(options: {
  readonly database: Pick<Database<SwitchboardCatalogue>, 'lookup'>;
  readonly health: HealthRecorder;
  readonly logger: Logger;
  readonly metrics: Metrics;
}) {
  const { database, health, logger, metrics } = options;
  const deliveries = metrics.counter('switchboard_channels_deliveries_total', 'Messages to contacts, by outcome', [
    'outcome',
  ]);
  const sends = metrics.counter('switchboard_channels_sends_total', 'Parts of messages, by what became of the try', [
    'platform',
    'outcome',
  ]);
  const revisions = metrics.counter(
    'switchboard_channels_revisions_total',
    'Changes of parts that went out, by what became of the try',
    ['platform', 'outcome'],
  );
  metrics.gauge(
    'switchboard_channels_delivery_queue_age_seconds',
    'How long the queue has been due that waits longest for a worker',
    [],
    async (gauge) => {
      const [oldest] = await database.lookup(
        (sql) => sql<{ age: number }>`select channels.delivery_queue_age() as age`,
      );
      gauge.set(oldest?.age ?? 0);
    },
  );

  function noteFailure({ companyId, channelId }: Lease, { messageId, failure }: Failed): void {
    const { code, message } = failure;
    logger.warn({ companyId, channelId, messageId, code, reason: message }, 'not delivered');
    health.note(companyId, channelId, { lastError: `${code}: ${message}` });
  }

  function head(lease: Lease, { failed }: Head): void {
    for (const one of failed) {
      deliveries.inc({ outcome: 'FAILED' });
      noteFailure(lease, one);
    }
  }

  return {
    head,
    revised({ companyId, channelId }: Lease, { revision, account }: Revise, outcome: ReviseOutcome): void {
      revisions.inc({ platform: account.platform, outcome: outcome.kind });
      if (outcome.kind !== 'refused' && outcome.kind !== 'unconfirmed') return;
      const reason = outcome.kind === 'refused' ? outcome.failure.message : outcome.reason;
      logger.warn({ companyId, channelId, messageId: revision.messageId, reason }, 'a message was not changed');
    },
    outcome(lease: Lease, { messageId, account }: Send, outcome: Outcome, recorded: Recorded): void {
      sends.inc({ platform: account.platform, outcome: outcome.kind });
      const isOver = recorded.failed.some((one) => one.messageId === messageId);
      if (outcome.kind === 'refused' && !isOver) noteFailure(lease, { messageId, failure: outcome.failure });
      if (outcome.kind === 'unconfirmed') {
        logger.warn({ messageId, reason: outcome.reason }, 'a send was not confirmed');
      }
      if (recorded.completed) {
        deliveries.inc({ outcome: 'SENT' });
        health.note(lease.companyId, lease.channelId, { lastDeliveryAt: new Date(), lastError: null });
      }
      head(lease, recorded);
    },
  };
}
