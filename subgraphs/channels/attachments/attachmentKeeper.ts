import type { EventOf } from '#platform/events/catalogue.ts';
import { createEventConsumer } from '#platform/events/eventConsumer.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Attachment } from '#schema/events/values.ts';
import { fileById } from '../queries/fileById.ts';
import { attachmentFailureOf } from './attachmentFailure.ts';
import type { FetchAttachment } from './fetchAttachment.ts';
import type { KeepFile } from './keepFile.ts';

/** So many files, of the largest size, are in memory at once. */
const CONCURRENCY = 6;
/** Within about ten seconds: what is away for longer than that is told, and the message shown without its file. */
const TRIES = 4;

/** A message's side of an attachment. */
interface Place {
  readonly channelId: string;
  readonly threadExternalId: string;
  readonly externalMessageId: string;
}
type Found = EventOf<SwitchboardCatalogue, 'channel.attachment.found'>;
type WithFile = Found['data']['attachment'];

/**
 * Makes copies of the files that come with messages, behind the messages' back: a platform's addresses die within hours, and
 * a file that cannot be had never holds a message up. What became of each is told by `channel.attachment.stored`, once; a file
 * of which there is a copy is not fetched again, however often its event comes.
 */
export function createAttachmentKeeper(options: {
  readonly nats: NatsPart;
  readonly database: Database<SwitchboardCatalogue>;
  readonly fetchAttachment: FetchAttachment;
  readonly keepFile: KeepFile;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { nats, database, fetchAttachment, keepFile, logger, metrics } = options;
  const outcomes = metrics.counter(
    'switchboard_channels_attachments_total',
    'Files of messages, by what became of them',
    ['outcome'],
  );
  const seconds = metrics.histogram('switchboard_channels_attachment_seconds', 'Time to fetch a file and keep it');
  const bytesKept = metrics.counter('switchboard_channels_attachment_bytes_total', 'Bytes of files that are kept');

  async function takeIn({ companyId, data }: Found): Promise<void> {
    const { attachment, ...place } = data;
    if (await fileById(database, { companyId, id: attachment.id })) outcomes.inc({ outcome: 'REPEATED' });
    else await settle(companyId, place, attachment);
  }

  /** Ends with a copy, or with a failure that is told. Rejects while our own stores are away. */
  async function settle(companyId: string, place: Place, attachment: WithFile): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await keep(companyId, place, attachment);
        outcomes.inc({ outcome: 'STORED' });
        return;
      } catch (error) {
        const failure = attachmentFailureOf(error);
        if (!failure) throw error;
        if (!consumer.signal.aborted && (!failure.again || attempt >= TRIES)) {
          outcomes.inc({ outcome: failure.code });
          const { channelId } = place;
          logger.warn({ err: error, companyId, channelId, code: failure.code }, 'no copy of an attachment');
          await database.write(companyId, async ({ publish }) => publish(stored(place, attachment, failure.code)));
          return;
        }
        outcomes.inc({ outcome: 'RETRIED' });
      }
      await pause(backoff(attempt, { baseMs: 1_000 }), consumer.signal);
      if (consumer.signal.aborted) throw new Error('stopped before an attachment was fetched');
    }
  }

  async function keep(companyId: string, place: Place, attachment: WithFile): Promise<void> {
    const { channelId } = place;
    const end = seconds.startTimer();
    const { bytes, name } = await fetchAttachment({ companyId, channelId, attachment }, consumer.signal);
    const file = { companyId, channelId, id: attachment.id, bytes, name, claimed: attachment };
    await keepFile(file, (publish, { fileKey, kind, mimeType, size, name: keptName }) => {
      publish(stored(place, { ...attachment, fileKey, kind, mimeType, size, name: keptName }, null));
    });
    bytesKept.inc(bytes.length);
    end();
  }

  const consumer = createEventConsumer({
    nats,
    durable: 'channels-files',
    filterSubject: 'events.channel.*.attachment.found',
    catalogue,
    // An album's events name the same files: one after another, each file is fetched once.
    keyOf: ({ data }) => ('externalMessageId' in data ? `${data.channelId}:${String(data.externalMessageId)}` : ''),
    handlers: { 'channel.attachment.found': takeIn },
    concurrency: CONCURRENCY,
    logger,
    metrics,
  });
  return consumer;
}

function stored(
  { channelId, threadExternalId, externalMessageId }: Place,
  attachment: Attachment,
  failure: string | null,
) {
  return {
    type: 'channel.attachment.stored',
    actor: { kind: 'system' },
    data: { channelId, threadExternalId, externalMessageId, attachment, failure },
  } as const;
}
